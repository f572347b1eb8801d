"""A letter as an e-mail: MIME with text and HTML, and the headers that let machines treat it rightly.

List-Unsubscribe with one click: RFC 8058. Auto-Submitted: RFC 3834. The Message-ID is the attempt's own.
"""

from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Any, cast
from uuid import UUID


class _Verbatim(UnstructuredHeader):
    """A value that may not be folded: without blanks the library would turn it into encoded words, which nobody reads.

    Lines up to 998 characters are lawful (RFC 5322 §2.1.1); encoded words in these fields are not (RFC 2047 §5).
    """

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_REGISTRY = HeaderRegistry()
for _name in ("message-id", "reply-to", "list-unsubscribe"):
    _REGISTRY.map_to_type(_name, cast("Any", _Verbatim))  # mixed into a header class by the registry
_POLICY = SMTP.clone(header_factory=_REGISTRY)
_LONG_ADDRESS = 48
"""From so many characters on an address stands alone: with a name before it the line would be too long to fold."""


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
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = message_id(attempt_id, sender.domain)
    message["Date"] = format_datetime(at)
    message["From"] = sender
    message["To"] = recipient if len(recipient.addr_spec) <= _LONG_ADDRESS else Address(addr_spec=recipient.addr_spec)
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
