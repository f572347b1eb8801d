"""Delivery status notifications (RFC 3464), read as hostile input: anybody can send us mail.

Nothing is believed but the envelope address the mail came to, which carries our own signature; from the report itself
only the action and the status code are taken.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Final, Literal, cast

LONGEST_MAIL_BYTES: Final = 10 * 2**20
_LONGEST_REPORT: Final = 64_000
_MOST_PARTS: Final = 50
_CODE: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_UNKNOWN_MAILBOX: Final = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""RFC 3463 and the IANA registry of enhanced codes: bad address, bad host, moved away, null MX, mailbox disabled."""

_UNKNOWN_WITHOUT_CODE: Final = frozenset({550, 551, 553})

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
_ACTIONS: Final = ("failed", "delayed", "delivered", "relayed", "expanded")


@dataclass(frozen=True)
class Report:
    """What a status notification says about its recipient."""

    action: Action
    status_code: str | None

    @property
    def mailbox_unknown(self) -> bool:
        """Whether the address itself does not exist."""
        return self.status_code is not None and self.status_code in _UNKNOWN_MAILBOX


def enhanced_code(text: str) -> str | None:
    """The first enhanced status code (RFC 3463) in a server's words."""
    found = _CODE.search(text[:2_000])
    return found.group(1) if found else None


def mailbox_unknown(status: str, code: int) -> bool:
    """Whether a refusal says that there is no such mailbox; without an enhanced code the reply code has to do."""
    return status in _UNKNOWN_MAILBOX if "." in status else code in _UNKNOWN_WITHOUT_CODE


def parse(raw: bytes) -> EmailMessage:
    """The message; the parser takes anything, what it found is asked for with care."""
    return message_from_bytes(raw[:LONGEST_MAIL_BYTES], policy=default)


def report_in(mail: Message) -> Report | None:
    """The first recipient's report of a delivery status notification, or None if the mail is none.

    Several recipients cannot be: each of our mails has one. Whatever cannot be read counts as not there.
    """
    for number, part in enumerate(mail.walk()):
        if number >= _MOST_PARTS:
            return None
        if part.get_content_type() == "message/delivery-status":
            return _report(_flat(part))
    return None


def _flat(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [
            "\n".join(f"{name}: {value}" for name, value in item.raw_items())
            for item in payload[:_MOST_PARTS]
            if isinstance(item, Message)
        ]
        return "\n\n".join(blocks)[:_LONGEST_REPORT]
    return str(payload)[:_LONGEST_REPORT]


def _report(text: str) -> Report | None:
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    action = fields.get("action", "").split(maxsplit=1)
    if not action or action[0].lower() not in _ACTIONS:
        return None
    status = enhanced_code(fields.get("status", "")) or enhanced_code(fields.get("diagnostic-code", ""))
    return Report(cast("Action", action[0].lower()), status)
