"""How fields stand in a bank's record: digits to the right in zeros, letters to the left in blanks, plain ASCII."""

import unicodedata
from datetime import date


class Line:
    """One record of a fixed width, blank until a field is put at its positions (counted from 1, both ends included)."""

    def __init__(self, width: int):
        self._letters = [" "] * width

    def text(self, first: int, last: int, value: str) -> "Line":
        """Capital letters, cut at the field's width."""
        plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().upper()
        width = last - first + 1
        self._letters[first - 1 : last] = plain[:width].ljust(width)
        return self

    def digits(self, first: int, last: int, value: int | str) -> "Line":
        """Right-aligned in zeros; letters of an alphanumeric CNPJ are kept. Raises ValueError if it has no room."""
        width = last - first + 1
        text = str(value).rjust(width, "0")
        if len(text) != width:
            raise ValueError(f"{value} has no room in {first}-{last}")
        self._letters[first - 1 : last] = text
        return self

    def short_day(self, first: int, day: date | None) -> "Line":
        """DDMMAA, or zeros."""
        return self.digits(first, first + 5, f"{day:%d%m%y}" if day else 0)

    def long_day(self, first: int, day: date | None) -> "Line":
        """DDMMAAAA, or zeros."""
        return self.digits(first, first + 7, f"{day:%d%m%Y}" if day else 0)

    def __str__(self) -> str:
        return "".join(self._letters)


def person_kind(tax_id: str) -> int:
    """1 for a CPF, 2 for a CNPJ."""
    return 1 if len(tax_id) == 11 else 2
