"""Handing a mail to the installation's server, with TLS wherever the server offers it."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT = 20
"""Seconds."""


def send(server: str, sender: str, address: str, subject: str, text: str) -> None:
    """Send one plain mail. `server`: smtp://[name:password@]host[:port] or smtps://. Raises OSError (smtplib's errors are)."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, address, subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: an absent reader's machine need not answer
    message.set_content(text)
    with _opened(server) as connection:
        connection.send_message(message)


def _opened(server: str) -> smtplib.SMTP:
    given = urlsplit(server)
    host, port = given.hostname or "localhost", given.port or 0
    if given.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(host, port, timeout=TIMEOUT)
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
    if given.username:
        connection.login(unquote(given.username), unquote(given.password or ""))
    return connection
