"""A letter as an e-mail: MIME with text and HTML, and the headers that let machines treat it rightly.

List-Unsubscribe with one click: RFC 8058. Auto-Submitted: RFC 3834. The Message-ID is the attempt's own.
"""

from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID


class AddressError(ValueError):
    """The address is not one that mail can be sent to."""


def address_of(text: str, *, name: str = "") -> Address:
    """An address with a display name; raises `AddressError`."""
    try:
        address = Address(display_name=name, addr_spec=text)
    except (ValueError, IndexError, MessageError, HeaderParseError):
        raise AddressError from None
    if not text.isascii() or not address.domain or not address.username or " " in text:
        raise AddressError
    return address


def sender_of(setting: str) -> Address:
    """`Name <mail@host>` or `mail@host`, as a setting gives it; raises `AddressError`."""
    name, address = parseaddr(setting)
    return address_of(address, name=name)


def message_id(attempt_id: UUID, host: str) -> str:
    """The Message-ID of an attempt: the same however often it is composed."""
    return f"<{attempt_id}@{host}>"


def compose(
    *,
    attempt_id: UUID,
    sender: Address,
    recipient: Address,
    reply_to: str,
    subject: str,
    text: str,
    html: str | None,
    unsubscribe_link: str,
    at: datetime,
) -> EmailMessage:
    """The whole message; a header value with a line break raises ValueError."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = message_id(attempt_id, sender.domain)
    message["Date"] = format_datetime(at)
    message["From"] = sender
    message["To"] = recipient
    message["Reply-To"] = reply_to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_link:
        message["List-Unsubscribe"] = f"<{unsubscribe_link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text, cte="quoted-printable")
    if html is not None:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message
