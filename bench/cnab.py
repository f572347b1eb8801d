"""CNAB 400: the bytes of an Itaú return of many titles to typed movements, the file checked whole.

floor: decode, split and slice out the same fields as text, nothing else. naive: the textbook reader, `strptime` and
`Decimal` for every field.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from bench.flow import Servers, Size
from brasil.bank_files.detect import inspect
from brasil.bank_files.result import InspectionResult

# Positions from 0, end excluded: the fields that a movement of this bank is made of (Cobrança 400, Jul/2021).
FIELDS = (
    (37, 62), (62, 70), (108, 110), (110, 116), (116, 126), (146, 152), (152, 165), (175, 188), (227, 240), (240, 253),
    (253, 266), (266, 279), (295, 301), (324, 354), (377, 385), (392, 394), (394, 400),
)  # fmt: skip
AMOUNTS = {6, 7, 8, 9, 10, 11}
DATES = {3, 5, 12}
_slice_all: Any = eval(f"lambda line: ({', '.join(f'line[{first}:{last}]' for first, last in FIELDS)})")  # noqa: S307


def make_file(titles: int) -> bytes:
    """An Itaú return: nine settlements in ten, one entry; 23 due dates, 7 channels, every amount its own."""
    lines = ["02RETORNO01COBRANCA       011100123450        EMPRESA EXEMPLO LTDA          341BANCO ITAU S.A.231126"]
    lines[0] = lines[0].ljust(108) + "00112"
    total = 0
    channels = ("B0", "B1", "B2", "B3", "BL", "CP", "AA")
    for number in range(titles):
        face, fee, interest = 10_000 + number, 250, number % 300
        total += face
        settled = number % 10 != 0
        paid = face + interest - fee if settled else 0
        day = 1 + number % 23
        line = (
            f"10211222333000181011100123450{'':8}{f'PEDIDO-{number}':<25}{number % 10**8:08d}{'':12}109{'':9}{'':13}"
            f"I{'06' if settled else '02'}231126{f'NF{number}':<10}{'':20}{day:02d}1126{face:013d}341{'':7}"
            f"{fee:013d}{'':39}{0:013d}{0:013d}{paid:013d}{interest:013d}{0:013d}{'':3}241126{'':23}"
            f"{f'PAGADOR {number}':<30}{'':23}{'':8}{'':7}{channels[number % 7] if settled else '  '}"
        )
        lines.append(line)
    lines.append(f"9201341{'':205}{titles:08d}{total:014d}")
    return "".join(f"{line:<394}{number:06d}\r\n" for number, line in enumerate(lines, 1)).encode("ascii")


class CnabFlow:
    """Titles read a second."""

    name = "cnab"
    unit = "titles"
    floor_goal = 0.45
    naive_goal: float | None = 3.0

    def __init__(self) -> None:
        self._data = b""
        self._titles = 0
        self._result: Any = None

    async def setup(self, servers: Servers, size: Size) -> None:
        """Make the file once; no server is needed."""
        del servers
        self._titles = size.units
        self._data = make_file(size.units)

    async def prepare(self, case: str) -> None:
        """Let go of what the last case made."""
        del case
        self._result = None

    async def floor(self) -> int:
        """Slices to text only."""
        lines = self._data.decode("latin-1").split("\r\n")
        self._result = [_slice_all(line) for line in lines[1:-2]]
        return len(self._result)

    async def ours(self) -> int:
        """The product's own way in: typed movements, the whole file checked, totals added up."""
        self._result = inspect(self._data)
        return len(self._result.movements)

    async def naive(self) -> int:
        """The reader that everybody writes first, over a tenth of the file."""
        lines = self._data.decode("latin-1").split("\r\n")[1 : 1 + self._titles // 10]
        self._result = [_read_naively(line) for line in lines]
        return len(self._result)

    async def check(self, case: str, units: int) -> None:
        """Every title was read, and ours says the money that was written."""
        expected = self._titles // 10 if case == "naive" else self._titles
        if units != expected:
            raise AssertionError(f"{case} read {units} titles of {expected}")
        if case == "ours":
            _check_money(self._result, self._titles)

    async def close(self) -> None:
        """Let go of the file."""
        self._data, self._result = b"", None


def _check_money(result: InspectionResult, titles: int) -> None:
    settled = [number for number in range(titles) if number % 10]
    paid = sum(10_000 + number + number % 300 for number in settled)
    if not result.accepted or (result.totals.settled, result.totals.paid_cents) != (len(settled), paid):
        raise AssertionError(f"read wrongly: {result.totals}, {result.problems[:1]}")


def _read_naively(line: str) -> Sequence[object]:
    values: list[object] = []
    for index, (first, last) in enumerate(FIELDS):
        text = line[first:last].strip()
        if index in AMOUNTS:
            values.append(Decimal(text) / 100)
        elif index in DATES:
            values.append(datetime.strptime(text, "%d%m%y").date() if text.strip("0") else None)  # noqa: DTZ007
        else:
            values.append(text)
    return values
