"""OFX markup into tokens, in one pass: OFX 1.x (SGML, closing tags left out) and 2.x (XML) alike.

A tag and the text behind it are one token. What is no tag is text, so that a stray `<` in a memo does no harm.
Entities are the five of XML and character numbers; a document type is refused by the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, NamedTuple

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]{0,63})(?:\s[^<>]{0,200})?(/?)>", re.ASCII)
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});?")
_CDATA_START: Final = "<![CDATA["
_CDATA_END: Final = "]]>"


class Token(NamedTuple):
    """An opening or closing tag, in upper case, with the text up to the next tag and its line (from 1)."""

    closing: bool
    name: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tags of `text` in order. Linear in its length."""
    line, counted = 1, 0
    previous: re.Match[str] | None = None
    for match in _TAG.finditer(text):
        if previous is not None:
            line += text.count("\n", counted, previous.start())
            counted = previous.start()
            yield _token(previous, text[previous.end() : match.start()], line)
        previous = match
    if previous is not None:
        line += text.count("\n", counted, previous.start())
        yield _token(previous, text[previous.end() :], line)


def _token(match: re.Match[str], text: str, line: int) -> Token:
    return Token(bool(match[1]), match[2].upper(), _plain(text), line)


def _plain(text: str) -> str:
    stripped = " ".join(text.split())
    return _ENTITY.sub(lambda found: unescape(found[0]), stripped) if "&" in stripped else stripped


def without_cdata(text: str) -> str:
    """Return `text` with the content of CDATA sections as escaped text."""
    if _CDATA_START not in text:
        return text
    parts: list[str] = []
    position = 0
    while (start := text.find(_CDATA_START, position)) >= 0:
        end = text.find(_CDATA_END, start)
        if end < 0:
            break
        inner = text[start + len(_CDATA_START) : end]
        parts += (text[position:start], inner.replace("&", "&amp;").replace("<", "&lt;"))
        position = end + len(_CDATA_END)
    parts.append(text[position:])
    return "".join(parts)
