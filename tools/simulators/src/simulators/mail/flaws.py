"""What a careful receiver finds wrong with a mail, as stable codes (RFC 5322, RFC 2047 section 5, RFC 2369, RFC 8058).

The mail is delivered all the same: this is for who wants to know what mail programs will stumble over.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Final

LONGEST_LINE: Final = 998
_NEEDED: Final = ("From", "Date", "Message-ID")
_WITHOUT_ENCODED_WORDS: Final = ("Message-ID", "Date", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
_ONCE: Final = ("From", "To", "Date", "Message-ID", "Subject", "Reply-To")
_ADDRESS_IN_WORD: Final = re.compile(rb"=\?[^?]+\?[bqBQ]\?[^?]*(?:@|=40)[^?]*\?=")
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")


def flaws_of(content: bytes, message: EmailMessage) -> list[str]:
    """All of them, sorted."""
    return sorted(set(_found(content, message)))


def raw_headers(content: bytes) -> dict[str, bytes]:
    """The headers as they went over the wire, unfolded, by lower-case name; of repeated ones the first."""
    block = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", block)
    read: dict[str, bytes] = {}
    for line in re.split(rb"\r?\n", unfolded):
        name, colon, value = line.partition(b":")
        if colon:
            read.setdefault(name.decode("ascii", "replace").lower(), value.strip())
    return read


def _found(content: bytes, message: EmailMessage) -> Iterator[str]:
    headers = raw_headers(content)
    yield from (f"missing:{name}" for name in _NEEDED if name.lower() not in headers)
    yield from (f"repeated:{name}" for name in _ONCE if len(message.get_all(name, [])) > 1)
    for name in _WITHOUT_ENCODED_WORDS:
        if b"=?" in headers.get(name.lower(), b""):
            yield f"encoded_word:{name}"
    for name in ("From", "To", "Reply-To"):
        if _ADDRESS_IN_WORD.search(headers.get(name.lower(), b"")):
            yield f"encoded_address:{name}"
    if "list-unsubscribe-post" in headers and "list-unsubscribe" not in headers:
        yield "one_click_without_address"
    if _BARE_LF.search(content):
        yield "bare_lf"
    if any(len(line) > LONGEST_LINE for line in content.split(b"\r\n")):
        yield "line_too_long"
    if message.get_body(("plain",)) is None:
        yield "no_plain_text"
    if message.defects:
        yield "mime_defect"
