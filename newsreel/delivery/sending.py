"""Sends one message by e-mail or webhook."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from newsreel import __version__
from newsreel.errors import DeliveryFailed
from newsreel.telling import AlertSettings, Mail, Message, Webhook, signed_headers

# Sends a message with an id of its own at a time; DeliveryFailed says why it could not.
Send = Callable[[Message, str, datetime], None]

TIMEOUT = 20.0


def senders(settings: AlertSettings) -> Mapping[str, Send]:
    """Give the ways that are set up, by name."""
    made: dict[str, Send] = {}
    if (mail := settings.mail) is not None:
        made["mail"] = lambda message, name, now: send_mail(mail, message, name, now)
    if (webhook := settings.webhook) is not None:
        made["webhook"] = lambda message, name, now: post(webhook, message, name, now)
    return made


def send_mail(mail: Mail, message: Message, name: str, now: datetime) -> None:
    """Send a message by e-mail; the same `name` gives the same Message-ID, so that a repetition is seen to be one."""
    letter = EmailMessage()
    letter["Subject"] = " ".join(message.subject.split())
    letter["From"] = mail.sender
    letter["To"] = ", ".join(mail.to)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{name}@newsreel.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    try:
        if mail.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                mail.host, mail.port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
        with server:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user is not None and mail.password is not None:
                server.login(mail.user, mail.password)
            refused = server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(
            f"cannot send e-mail through {mail.host} port {mail.port} ({mail.security}): {error}; see [alerts]"
        ) from error
    if refused:
        raise DeliveryFailed(f"{mail.host} did not take e-mail for {', '.join(sorted(refused))}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none: what is signed for one address is for no other."""


def post(webhook: Webhook, message: Message, name: str, now: datetime) -> None:
    """Post a message, signed by the Standard Webhooks specification; only an answer of 2xx counts as taken."""
    values: dict[str, Any] = {
        "type": f"newsreel.{message.kind}",
        "timestamp": now.isoformat(),
        "data": {"subject": message.subject, "text": message.text, **message.payload},
    }
    body = json.dumps(values, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"newsreel/{__version__}",
        **signed_headers(webhook.secret, name, int(now.timestamp()), body),
    }
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    request = urllib.request.Request(webhook.url, body, headers, method="POST")
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        raise DeliveryFailed(f"the webhook answered {error.code}; see webhook_url in [alerts]") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise DeliveryFailed(f"the webhook cannot be reached: {reason}; see webhook_url in [alerts]") from error
