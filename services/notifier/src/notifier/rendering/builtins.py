"""The templates that come with the product, read once from the package."""

from functools import lru_cache
from importlib.resources import files
from typing import Final

from notifier.domain.texts import Language
from notifier.rendering.engine import PARTS, Document

KEYS: Final = (
    "reminder",
    "due_today",
    "overdue_first",
    "overdue_second",
    "overdue_talk",
    "overdue_notice",
    "overdue_formal",
    "thanks",
)
LANGUAGES: Final[tuple[Language, ...]] = ("pt-BR", "en-US")
BUILT_IN_VERSION: Final = 1
"""The version of every built-in template; a tenant's own begin above it."""


@lru_cache(maxsize=64)
def _source(language: Language, name: str) -> str:
    return (files("notifier.rendering") / "builtin" / language / name).read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def built_in(key: str, language: Language) -> Document | None:
    """The built-in template of a key, or None if there is none."""
    if key not in KEYS:
        return None
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _source(language, f"{key}.txt").splitlines():
        if line.startswith("=== "):
            current = parts.setdefault(line.removeprefix("=== "), [])
        else:
            current.append(line)
    return Document(**{name: "\n".join(parts[name]).strip() for name in PARTS})


def block(name: str, language: Language, *, is_html: bool) -> str:
    """A part that letters share: `items` (the invoices with their codes) or `layout` (around the whole)."""
    return _source(language, f"_{name}.{'html' if is_html else 'txt'}")
