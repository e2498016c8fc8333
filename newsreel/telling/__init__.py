"""What the owner is told, and how it is worded: settings, messages, the feed of changes. Pure: nothing is sent here."""

from newsreel.telling.feed import atom
from newsreel.telling.messages import Digest, Message, Told, digest_message, state_message, trial_message
from newsreel.telling.settings import AlertSettings, Mail, Webhook, read_alerts
from newsreel.telling.signing import signed_headers

__all__ = [
    "AlertSettings",
    "Digest",
    "Mail",
    "Message",
    "Told",
    "Webhook",
    "atom",
    "digest_message",
    "read_alerts",
    "signed_headers",
    "state_message",
    "trial_message",
]
