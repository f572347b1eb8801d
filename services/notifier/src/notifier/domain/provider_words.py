"""What providers say, brought into our vocabulary: ids, reasons and statuses, with anything unexpected left out."""

import re
from typing import Final, Literal

_REFERENCE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_INVALID: Final[dict[str, Literal["number_unassigned", "not_on_channel"]]] = {
    "number_unassigned": "number_unassigned",
    "not_on_channel": "not_on_channel",
}

Status = Literal["sent", "delivered", "read", "failed", "reply"]
RANK: Final[dict[str, int]] = {"sent": 1, "delivered": 2, "read": 3}
"""Statuses overtake one another on the way; a lower one that comes later changes nothing."""


def reference(value: object) -> str | None:
    """A provider's id, if it is one line of at most 80 characters."""
    return value if isinstance(value, str) and _REFERENCE.fullmatch(value) and value.isprintable() else None


def storable(text: str) -> str:
    """The text without what no database takes: NUL, and halves of characters that JSON and mail can carry alone."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def reason_code(value: object) -> str | None:
    """A provider's reason, if it is a code and not a text."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def contact_invalid(code: str) -> Literal["number_unassigned", "not_on_channel"] | None:
    """Whether the reason says that the number itself does not reach anybody."""
    return _INVALID.get(code)
