"""The header: which column holds which field."""

import csv
from collections.abc import Mapping, Sequence
from typing import Final

from brasil.text import fold
from invoicing.domain.importing.pieces import FileError

FIELDS: Final = (
    "external_id",
    "document_number",
    "customer_external_id",
    "customer_name",
    "customer_tax_id",
    "customer_email",
    "customer_phone",
    "customer_uf",
    "customer_city_code",
    "customer_postal_code",
    "customer_street",
    "customer_number",
    "customer_district",
    "customer_city",
    "customer_language",
    "customer_time_zone",
    "description",
    "issued_on",
    "due_on",
    "amount",
    "amount_cents",
    "instalments",
    "fine_percent",
    "interest_percent_month",
    "discount_percent",
    "discount_days",
)
REQUIRED: Final = ("external_id", "customer_external_id", "customer_name", "customer_tax_id", "due_on")
DELIMITERS: Final = (";", ",", "\t", "|")


def plain(name: str) -> str:
    """A column's name as it is compared: no accents, no capitals, one underscore for everything between words."""
    words = "".join(letter if letter.isalnum() else " " for letter in fold(name).lower())
    return "_".join(words.split())


def delimiter_of(header: str) -> str:
    """The delimiter that the header uses most."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def columns_of(header: str, delimiter: str, mapping: Mapping[str, str]) -> list[str | None]:
    """The field of each column, None for one that is not read. `mapping` names the columns of fields whose column has
    another name. Raises `FileError`.
    """
    try:
        (names,) = list(csv.reader([header.rstrip("\r\n")], delimiter=delimiter))
    except (csv.Error, ValueError):
        raise FileError("header.form", "The first line cannot be read: check its quotation marks.") from None
    wanted = _by_column(mapping)
    columns = [wanted.get(plain(name)) for name in names]
    _check(columns, names, mapping)
    return columns


def _by_column(mapping: Mapping[str, str]) -> dict[str, str]:
    for field in mapping:
        if field not in FIELDS:
            raise FileError("mapping.field", "The mapping names a field that does not exist: see the list of columns.")
    wanted = {field: field for field in FIELDS if field not in mapping}
    for field, column in mapping.items():
        if wanted.get(plain(column), field) != field:
            wanted.pop(plain(column))
        wanted[plain(column)] = field
    return wanted


def _check(columns: Sequence[str | None], names: Sequence[str], mapping: Mapping[str, str]) -> None:
    found = [field for field in columns if field is not None]
    twice = sorted({field for field in found if found.count(field) > 1})
    if twice:
        raise FileError("header.twice", f"Two columns hold {twice[0]}: leave one out.")
    lost = sorted(field for field in mapping if field not in found)
    if lost:
        raise FileError("mapping.column", f"The file has no column with the name given for {lost[0]}.")
    missing = [field for field in REQUIRED if field not in found]
    if "amount" not in found and "amount_cents" not in found:
        missing.append("amount (or amount_cents)")
    if missing:
        said = "The first line must name the columns; "
        hint = f" (one column was found: is the delimiter right? It may be one of {' '.join(DELIMITERS[:2])} | tab.)"
        raise FileError("header.missing", f"{said}missing: {', '.join(missing)}.{hint if len(names) == 1 else ''}")
    if "amount" in found and "amount_cents" in found:
        raise FileError("header.amounts", "Give amount or amount_cents, one of them.")
