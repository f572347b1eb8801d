"""What the mail provider knows: mails that were accepted, folded from its journal; their bytes lie beside it."""

import email
import email.policy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from simulators.outside.journal import Entry


@dataclass(slots=True)
class Mail:
    """One mail in one mailbox. `visible_at` is when its owner can see it, None never."""

    mail_id: str
    position: int
    at: datetime
    body: Mapping[str, Any]
    visible_at: datetime | None
    replies: set[str] = field(default_factory=set)

    @property
    def to(self) -> str:
        return str(self.body["to"])

    @property
    def sender(self) -> str:
        """The envelope's sender."""
        return str(self.body["sender"])

    def seen(self, now: datetime) -> bool:
        return self.visible_at is not None and self.visible_at <= now

    def seen_from(self, since: datetime) -> bool:
        """Whether it could not be seen before `since`."""
        return self.visible_at is not None and self.visible_at >= since

    def as_json(self) -> dict[str, Any]:
        return {"position": self.position, "id": self.mail_id, "at": self.at.isoformat(), **self.body}


class Mailboxes:
    """The fold, and the folder of raw mails."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.by_id: dict[str, Mail] = {}
        self.by_message: dict[tuple[str, str], list[Mail]] = {}
        self.rejected: dict[str, set[str]] = {}

    def apply(self, entry: Entry) -> None:
        """Take one fact in."""
        match entry.kind:
            case "mail.accepted":
                visible = entry.body["visible_at"]
                mail = Mail(
                    entry.subject,
                    entry.position,
                    entry.at,
                    entry.body,
                    datetime.fromisoformat(visible) if visible else None,
                )
                self.by_id[entry.subject] = mail
                self.by_message.setdefault((mail.to, entry.body["message_id"]), []).append(mail)
            case "mail.rejected":
                self.rejected.setdefault(entry.subject, set()).add(entry.body["day"])
            case "mail.replied":
                self.by_id[entry.subject].replies.add(entry.body["key"])

    def keep(self, mail_id: str, content: bytes) -> None:
        """Store a mail's bytes before its fact is written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{mail_id}.eml").write_bytes(content)

    def raw(self, mail: Mail) -> bytes:
        return (self.folder / f"{mail.body['file']}.eml").read_bytes()

    def parsed(self, mail: Mail) -> EmailMessage:
        return parsed(self.raw(mail))


def parsed(content: bytes) -> EmailMessage:
    """A mail as the library reads it under the modern policy."""
    return email.message_from_bytes(content, policy=email.policy.default)


def parts_of(message: EmailMessage) -> dict[str, str]:
    """The text and the HTML of a mail, empty where it has none."""
    read = {}
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        read[kind] = part.get_content() if part is not None else ""
    return {"text": read["plain"], "html": read["html"]}
