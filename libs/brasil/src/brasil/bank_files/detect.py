"""Which reader reads these bytes: decided by content alone, never by a file's name."""

import importlib
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, cast

from brasil.bank_files.result import InspectionResult
from brasil.errors import Problem

_HEAD = 4096
_BLANK = b" \t\r\n\x00\x1a"
_BOMS = ((b"\xef\xbb\xbf", None), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CAMT = re.compile(rb"camt\.05([34])\.001|<(?:\w+:)?(BkToCstmrStmt|BkToCstmrDbtCdtNtfctn)\b")
_READERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cnab400": "brasil.bank_files.cnab400.reader",
        "cnab240": "brasil.bank_files.cnab240.reader",
        "cnab150": "brasil.bank_files.cnab150.reader",
        "ofx": "brasil.statements.ofx",
        "camt053": "brasil.statements.camt",
        "camt054": "brasil.statements.camt",
    }
)

# More than half a million CNAB 400 movements.
LARGEST_FILE_BYTES: Final = 256 * 1024**2
_TOO_LARGE: Final = Problem(
    code="bank_file.too_large",
    message="The file is larger than any bank file: nothing of it was read.",
    expected=f"at most {LARGEST_FILE_BYTES} bytes",
)


def detect(data: bytes) -> str | None:
    """Name the format: cnab400, cnab240, cnab150, ofx, camt053, camt054; None when it is none of them."""
    head = _ascii_head(data)
    if head.startswith((b"<", b"OFXHEADER")):
        return _detect_markup(head)
    return _detect_fixed(head)


def _ascii_head(data: bytes) -> bytes:
    head = data[:_HEAD]
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            head = head[len(bom) :]
            if encoding:
                head = head.decode(encoding, "replace").encode("ascii", "replace")
            break
    return head.lstrip(_BLANK)


def _detect_markup(head: bytes) -> str | None:
    found = _CAMT.search(head)
    if found:
        return "camt053" if found[1] == b"3" or found[2] == b"BkToCstmrStmt" else "camt054"
    if head.startswith(b"OFXHEADER") or re.search(rb"<\?ofx\b|<ofx>", head, re.IGNORECASE):
        return "ofx"
    return None


def _detect_fixed(head: bytes) -> str | None:
    first = re.split(rb"[\r\n]", head, maxsplit=1)[0]
    if re.match(rb"0[12](?i:retorno|remessa)", first):
        return "cnab400"
    if re.match(rb"A[12]", first):
        return "cnab150"
    if re.match(rb"\d{3}0000[01]", first):
        return "cnab240"
    # A damaged header still shows its size: the reader then says precisely what is wrong with it.
    return {400: "cnab400", 240: "cnab240", 150: "cnab150"}.get(len(first))


def inspect(data: bytes) -> InspectionResult:
    """Read any bytes as a bank file and judge it whole. Never raises; linear in the size of the file."""
    if len(data) > LARGEST_FILE_BYTES:
        return InspectionResult(format=None, problems=(_TOO_LARGE,))
    name = detect(data)
    if name is None:
        problem = Problem(
            code="bank_file.unknown_format",
            message="The content is none of CNAB 400, CNAB 240, CNAB 150, OFX, camt.053 or camt.054: "
            "ask the bank for one of these.",
        )
        return InspectionResult(format=None, problems=(problem,))
    return _reader(name)(data)


def _reader(name: str) -> Callable[[bytes], InspectionResult]:
    # Imported on demand: a CNAB file should not pay for an XML parser.
    return cast("Callable[[bytes], InspectionResult]", importlib.import_module(_READERS[name]).read)
