"""A file that arrives in chunks, cut into pieces of whole records, without ever holding more than one piece."""

import codecs
from dataclasses import dataclass, field
from typing import Final

ROWS_OF_A_PIECE: Final = 500
BYTES_OF_A_PIECE: Final = 1 << 20
LONGEST_RECORD: Final = 64 * 1024
_BOM: Final = codecs.BOM_UTF8
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileError(ValueError):
    """The file cannot be read as a whole; `code` is stable, the sentence names the remedy."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Piece:
    """Whole records as they were sent; `first_line` counts the file's lines from 1."""

    first_line: int
    row_count: int
    content: bytes


@dataclass
class Splitter:
    """Feed it chunks; it gives the header once, and pieces as they fill. `utf8` is false once a byte is no UTF-8.

    A record ends at a line's end outside quotes. A file whose quotes never close is refused at `LONGEST_RECORD`.
    """

    header: bytes | None = None
    utf8: bool = True
    _line: int = 1
    _rest: bytes = b""
    _record: list[bytes] = field(default_factory=list)
    _record_bytes: int = 0
    _quoted: bool = False
    _lines: list[bytes] = field(default_factory=list)
    _rows: int = 0
    _bytes: int = 0
    _first_line: int = 1
    _started: bool = False
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))

    def feed(self, chunk: bytes) -> list[Piece]:
        """Take the next bytes; returns the pieces that are full. Raises `FileError`."""
        if not self._started:
            chunk = self._rest + chunk
            if len(chunk) < len(_BOM):
                self._rest = chunk
                return []
            self._started = True
            self._rest = b""
            if chunk.startswith(_UTF16):
                raise FileError("file.encoding", "The file is UTF-16: save it as CSV in UTF-8.")
            chunk = chunk.removeprefix(_BOM)
        self._watch(chunk, final=False)
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_RECORD:
            raise _too_long(self._line)
        return [piece for line in whole for piece in self._take(line + b"\n")]

    def finish(self) -> list[Piece]:
        """The file is over; returns what is left. Raises `FileError`."""
        if not self._started:
            self._rest = self._rest.removeprefix(_BOM)
        self._watch(b"", final=True)
        pieces = self._take(self._rest + b"\n") if self._rest else []
        self._rest = b""
        if self._record:
            self._end_record()
        return [*pieces, *self._cut()]

    def _watch(self, chunk: bytes, *, final: bool) -> None:
        if self.utf8:
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self.utf8 = False

    def _take(self, line: bytes) -> list[Piece]:
        self._quoted ^= line.count(b'"') % 2 == 1
        self._record.append(line)
        self._record_bytes += len(line)
        if self._record_bytes > LONGEST_RECORD:
            raise _too_long(self._line - len(self._record) + 1)
        self._line += 1
        if self._quoted:
            return []
        self._end_record()
        full = self._rows >= ROWS_OF_A_PIECE or self._bytes >= BYTES_OF_A_PIECE
        return self._cut() if full else []

    def _end_record(self) -> None:
        content = b"".join(self._record)
        self._record, self._record_bytes = [], 0
        if self.header is None:
            if content.strip():
                self.header = content
            self._first_line = self._line
            return
        self._lines.append(content)
        self._rows += bool(content.strip())
        self._bytes += len(content)

    def _cut(self) -> list[Piece]:
        if not self._lines:
            return []
        piece = Piece(self._first_line, self._rows, b"".join(self._lines))
        self._lines, self._rows, self._bytes, self._first_line = [], 0, 0, self._line
        return [piece] if piece.row_count else []


def _too_long(line: int) -> FileError:
    return FileError("file.record", f"The record at line {line} does not end: a quotation mark is not closed.")


def decoded(content: bytes, encoding: str) -> str:
    """The text of a piece; `latin-1` reads what Windows writes, too."""
    if encoding == "utf-8":
        return content.decode("utf-8", "replace")
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")
