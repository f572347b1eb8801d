"""The two codes that a debtor pays by: linha digitável and Pix BR Code, read with every check digit.

floor: the arithmetic alone, on text whose shape is taken on trust, without building anything. naive: the same by the
textbook, digit by digit, and bit by bit in the CRC. Neither says what was wrong, and where.
"""

from abc import ABC, abstractmethod
from datetime import date
from itertools import cycle, islice
from typing import Any

from bench.flow import Servers, Size
from brasil.boleto import barcode, free_field, line
from brasil.pix import br_code
from brasil.pix.crc import crc16

_DIFFERENT = 2_000
"""Codes that differ; they repeat after that, so that making them does not take longer than reading them."""


def make_lines() -> list[str]:
    """Linhas digitáveis of one Santander beneficiary, every amount and nosso número its own."""
    profile = free_field.find_profile("santander")
    made = []
    for number in range(_DIFFERENT):
        values = {"beneficiario": "1899775", "numero": f"{90_000_000 + number}", "carteira": "102"}
        field = free_field.build(profile, values)
        code = barcode.build(
            bank=profile.bank, due_on=date(2026, 12, 1), amount_cents=5_400 + number, free_field=field.digits
        )
        made.append(line.from_barcode(code))
    return made


def make_br_codes() -> list[str]:
    """Dynamic BR Codes, every location its own."""
    return [
        br_code.dynamic(
            url=f"pix.example.com/qr/v2/cobv/{number:032x}", merchant_name="Padaria Sol", merchant_city="Recife"
        )
        for number in range(_DIFFERENT)
    ]


class _CodeFlow(ABC):
    unit = "codes"
    floor_goal = 0.0
    naive_goal: float | None = None

    def __init__(self) -> None:
        self._different: list[str] = []
        self._codes: list[str] = []
        self._accepted = 0

    @abstractmethod
    def make(self) -> list[str]:
        """Codes that differ."""

    async def setup(self, servers: Servers, size: Size) -> None:
        """Make the codes once; no server is needed."""
        del servers
        self._different = self.make()
        self._codes = list(islice(cycle(self._different), size.units))

    async def prepare(self, case: str) -> None:
        """Forget what the last case found."""
        del case
        self._accepted = 0

    async def check(self, case: str, units: int) -> None:
        """Every code was accepted: all of them are right."""
        if self._accepted != units:
            raise AssertionError(f"{case} accepted {self._accepted} of {units} codes")

    async def close(self) -> None:
        """Let go of the codes."""
        self._different, self._codes = [], []


class LineFlow(_CodeFlow):
    """Linhas digitáveis read a second: four check digits, due date, amount, campo livre."""

    name = "linha"

    def make(self) -> list[str]:
        return make_lines()

    async def floor(self) -> int:
        """Three sums modulo 10 and one modulo 11."""
        self._accepted = sum(_line_adds_up(code) for code in self._codes)
        return len(self._codes)

    async def ours(self) -> int:
        """The product's own way in."""
        for code in self._codes:
            self._accepted += line.parse(code).amount_cents > 0
        return len(self._codes)

    async def naive(self) -> int:
        """Digit by digit, over a tenth."""
        part = self._codes[: len(self._codes) // 10]
        self._accepted = sum(_line_adds_up_naively(code) for code in part)
        return len(part)


class BrCodeFlow(_CodeFlow):
    """Pix BR Codes read a second: nested fields, lengths, CRC."""

    name = "br-code"

    def make(self) -> list[str]:
        return make_br_codes()

    async def floor(self) -> int:
        """The CRC of the text, and its outer fields by slices."""
        for code in self._codes:
            self._accepted += crc16(code[:-4].encode()) == _outer_fields(code)["63"]
        return len(self._codes)

    async def ours(self) -> int:
        """The product's own way in."""
        for code in self._codes:
            self._accepted += br_code.parse(code).kind == "dynamic"
        return len(self._codes)

    async def naive(self) -> int:
        """The CRC bit by bit and the fields by slices, over a tenth."""
        part = self._codes[: len(self._codes) // 10]
        self._accepted = sum(_br_code_adds_up_naively(code) for code in part)
        return len(part)


_DOUBLED = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))
_SINGLE = dict(zip("0123456789", range(10), strict=True))
_MOD11_WEIGHTS = tuple(islice(cycle(range(2, 10)), 43))


def _mod10(digits: str) -> int:
    total = sum(map(_DOUBLED.__getitem__, digits[::-2])) + sum(map(_SINGLE.__getitem__, digits[-2::-2]))
    return -total % 10


def _line_adds_up(code: str) -> bool:
    return (
        _mod10(code[:9]) == int(code[9])
        and _mod10(code[10:20]) == int(code[20])
        and _mod10(code[21:31]) == int(code[31])
        and _general(code[:4] + code[33:] + code[4:9] + code[10:20] + code[21:31]) == int(code[32])
    )


def _general(digits: str) -> int:
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), _MOD11_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return 1 if rest in {0, 10, 11} else rest


def _line_adds_up_naively(code: str) -> bool:
    def mod10(digits: str) -> int:
        total = 0
        for index, digit in enumerate(reversed(digits)):
            value = int(digit) * (2 if index % 2 == 0 else 1)
            total += sum(int(one) for one in str(value))
        return (10 - total % 10) % 10

    fields: list[Any] = [code[:10], code[10:21], code[21:32]]
    return all(mod10(one[:-1]) == int(one[-1]) for one in fields) and _line_adds_up(code)


def _br_code_adds_up_naively(code: str) -> bool:
    crc = 0xFFFF
    for character in code[:-4]:
        crc ^= ord(character) << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return f"{crc:04X}" == _outer_fields(code)["63"]


def _outer_fields(code: str) -> dict[str, str]:
    fields, at = {}, 0
    while at < len(code):
        end = at + 4 + int(code[at + 2 : at + 4])
        fields[code[at : at + 2]] = code[at + 4 : end]
        at = end
    return fields
