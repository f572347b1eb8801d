"""What a person finds in a message: ways to pay, links, a picture that tells of the opening, a way out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from simulators.psp.br_code import crc_fails, fields, location_of

_LINE: Final = re.compile(r"(?<!\d)\d{5}\.?\d{5}\s?\d{5}\.?\d{6}\s?\d{5}\.?\d{6}\s?\d\s?\d{14}(?!\d)")
_CODE: Final = re.compile(r"000201[0-9A-Za-z $%*+\-./:_@&',?=#()]{20,500}?6304[0-9A-F]{4}")
_RECEIPT: Final = re.compile(
    r"\b(recebemos|pagamento (recebido|confirmado)|we (have )?received|thank you)\b", re.IGNORECASE
)
_LINK: Final = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, slots=True)
class Found:
    """All in order of appearance, each once. `pixels` are pictures fetched when the mail is shown; hidden links are
    left out: no person sees them. `receipt`: it thanks for money, and asks for none."""

    lines: tuple[str, ...]
    codes: tuple[str, ...]
    links: tuple[str, ...]
    pixels: tuple[str, ...]
    way_out: str | None
    receipt: bool = False


def read_mail(text: str, html: str, headers: Mapping[str, str]) -> Found:
    """Read a mail's two bodies and its List-Unsubscribe header (RFC 2369, RFC 8058)."""
    page = _Page()
    page.feed(html)
    out = _LINK.search(headers.get("list-unsubscribe", ""))
    way_out = out.group() if out else None
    links = [link for link in page.links if link != way_out] or [link for link in _links(text) if link != way_out]
    return _found(text, tuple(dict.fromkeys(links)), tuple(page.pixels), way_out)


def read_text(text: str) -> Found:
    """Read an SMS or a WhatsApp message."""
    return _found(text, _links(text), (), None)


def _found(text: str, links: tuple[str, ...], pixels: tuple[str, ...], way_out: str | None) -> Found:
    lines, codes = _lines(text), _codes(text)
    receipt = not lines and not codes and _RECEIPT.search(text) is not None
    return Found(lines, codes, links, pixels, way_out, receipt)


def _lines(text: str) -> tuple[str, ...]:
    found = ("".join(letter for letter in match if letter.isdigit()) for match in _LINE.findall(text))
    return tuple(dict.fromkeys(found))


def _codes(text: str) -> tuple[str, ...]:
    """Dynamic codes with a right CRC and even lengths."""
    right = (code for code in _CODE.findall(text) if not crc_fails(code) and fields(code) and location_of(code))
    return tuple(dict.fromkeys(right))


def _links(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link.rstrip(".,;") for link in _LINK.findall(text)))


class _Page(HTMLParser):
    """Links and pictures outside of hidden elements."""

    _VOID: Final = frozenset({"img", "br", "hr", "meta", "input", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pixels: list[str] = []
        self._hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        style = given.get("style", "").replace(" ", "").lower()
        hidden = any(self._hidden[-1:]) or "display:none" in style or "hidden" in given
        if tag not in self._VOID:
            self._hidden.append(hidden)
        if hidden:
            return
        if tag == "a" and given.get("href", "").startswith("http"):
            self.links.append(given["href"])
        if tag == "img" and given.get("src", "").startswith("http"):
            self.pixels.append(given["src"])

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._VOID and self._hidden:
            self._hidden.pop()
