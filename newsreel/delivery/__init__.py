"""Tells the owner: puts what happened into the outbox, and sends what is in it by e-mail and webhook."""

from newsreel.delivery.courier import Courier
from newsreel.delivery.sending import Send, senders

__all__ = ["Courier", "Send", "senders"]
