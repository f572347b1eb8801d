"""A boleto's bar code and linha digitável, checked digit by digit (FEBRABAN; campo livre by each bank's manual)."""

from datetime import date, timedelta
from itertools import cycle

FACTOR_ZERO = date(1997, 10, 7)
FIRST_OF_SECOND_CYCLE = date(2025, 2, 22)
_ITAU_WITH_CLIENT = frozenset({"106", "107", "122", "142", "143", "195", "196", "198"})
_ITAU_SHORT = frozenset({"112", "126", "131", "146", "150", "168"})


class BarcodeError(ValueError):
    """What is wrong with a boleto, as a stable code and a sentence."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code


def modulo_10(digits: str) -> str:
    """Weights 2 and 1 from the right; the digits of each product are added."""
    total = 0
    for digit, weight in zip(reversed(digits), cycle((2, 1)), strict=False):
        tens, ones = divmod(int(digit) * weight, 10)
        total += tens + ones
    return str(-total % 10)


def modulo_11(digits: str) -> str:
    """Weights 2 to 9 from the right; 0, 10 and 11 become 1."""
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), cycle(range(2, 10)), strict=False))
    rest = 11 - total % 11
    return str(rest if rest <= 9 else 1)


def factor_of(due_on: date) -> str:
    """The due date's factor: days since 1997-10-07, and since 2025-02-22 again from 1000 on."""
    if due_on >= FIRST_OF_SECOND_CYCLE:
        return f"{1000 + (due_on - FIRST_OF_SECOND_CYCLE) // timedelta(1):04d}"
    return f"{(due_on - FACTOR_ZERO) // timedelta(1):04d}"


def line_of(barcode: str) -> str:
    """The 47 digits that a person types."""
    fields = (barcode[:4] + barcode[19:24], barcode[24:34], barcode[34:44])
    return "".join(field + modulo_10(field) for field in fields) + barcode[4] + barcode[5:19]


def barcode_of(line: str) -> str:
    """The 44 digits behind a typed line, dots and blanks apart; raises `BarcodeError`."""
    digits = "".join(letter for letter in line if letter not in ". -")
    if len(digits) == 44 and digits.isascii() and digits.isdigit():
        return digits
    if len(digits) != 47 or not (digits.isascii() and digits.isdigit()):
        raise BarcodeError("line.form", "a linha digitável has 47 digits")
    barcode = digits[:4] + digits[32:47] + digits[4:9] + digits[10:20] + digits[21:31]
    if line_of(barcode) != digits:
        raise BarcodeError("line.check_digit", "a check digit of the line is wrong")
    return barcode


def check(
    *, bank_code: str, carteira: str, nosso_numero: str, barcode: str, line: str, due_on: date, amount_cents: int
) -> None:
    """Refuse a boleto whose code does not say what is registered; raises `BarcodeError`."""
    if len(barcode) != 44 or not (barcode.isascii() and barcode.isdigit()):
        raise BarcodeError("barcode.form", "a bar code has 44 digits")
    if barcode[:4] != f"{bank_code}9":
        raise BarcodeError("barcode.bank", "the bar code is of another bank or currency")
    if barcode[4] != modulo_11(barcode[:4] + barcode[5:]):
        raise BarcodeError("barcode.check_digit", "the bar code's check digit is wrong")
    if barcode_of(line) != barcode:
        raise BarcodeError("line.other", "the linha digitável is not that of the bar code")
    if barcode[5:9] != factor_of(due_on):
        raise BarcodeError("barcode.factor", "the bar code's factor is not that of the due date")
    if barcode[9:19] != f"{amount_cents:010d}":
        raise BarcodeError("barcode.amount", "the bar code's amount is not that of the title")
    _check_free_field(bank_code, carteira, nosso_numero, barcode[19:])


def _check_free_field(bank_code: str, carteira: str, nosso_numero: str, free: str) -> None:
    digits = "".join(letter for letter in nosso_numero if letter.isdigit())
    if bank_code == "341":
        right = free[:3] == carteira.zfill(3) and free[3:11] == digits.zfill(8) and free[22:] == "000"
        base = free[:11] if free[:3] in _ITAU_SHORT else free[12:21] + free[:11]
        right = right and free[11] == modulo_10(base) and free[21] == modulo_10(free[12:21])
        if carteira in _ITAU_WITH_CLIENT:
            right = free[:3] == carteira and free[3:11] == digits.zfill(8) and free[24] == "0"
    elif bank_code == "237":
        right = free[4:6] == carteira.zfill(2) and free[6:17] == digits.zfill(11) and free[24] == "0"
    else:
        right = digits.lstrip("0")[-8:] in free or bank_code == "104"  # Caixa writes its number in pieces
    if not right:
        raise BarcodeError("barcode.free_field", "the campo livre is not that of carteira and nosso número")


def account_of(bank_code: str, barcode: str) -> tuple[str, str, str]:
    """Agência, conta and its digit as the campo livre tells them; zeros where it does not."""
    free = barcode[19:]
    if bank_code == "341":
        return free[12:16], free[16:21], free[21]
    if bank_code == "237":
        return free[:4], free[17:24], "0"
    return "0000", "00000", "0"
