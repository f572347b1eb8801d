"""A row of the file: what it asks for, or what is wrong with it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from brasil import taxid
from brasil.errors import BrasilError
from chassis.errors import InvalidError
from contracts.charges import ChargeTerms, DiscountStep, DiscountUntil, InterestRate, Percentage
from contracts.customers import PostalAddress
from contracts.fields import Channel
from contracts.invoices import Instalment
from invoicing.domain import contacts
from invoicing.domain.billing import FIRST_YEAR, LAST_YEAR
from invoicing.domain.contacts import AddressError
from invoicing.domain.customers import ContactInput, CustomerInput
from invoicing.domain.importing.cells import READERS, CellError, RowFault, kind_of
from invoicing.domain.importing.header import REQUIRED
from invoicing.domain.instalments import occurrence, split_cents
from invoicing.domain.issuing import Draft
from invoicing.domain.places import Payer

_LONGEST: Final[Mapping[str, int]] = {
    "external_id": 72,
    "document_number": 80,
    "customer_external_id": 80,
    "customer_name": 140,
    "description": 140,
}
_POINTER_COLUMNS: Final[Mapping[str, str]] = {
    "/tax_id": "customer_tax_id",
    "/uf": "customer_uf",
    "/city_code": "customer_city_code",
    "/time_zone": "customer_time_zone",
    "/due_on": "due_on",
    "/amount_cents": "amount",
    "/terms": "fine_percent",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be read: its line, its cells by field, and the tax id in its compact form."""

    line: int
    cells: Mapping[str, Any]
    tax_id: str

    @property
    def external_id(self) -> str:
        found: str = self.cells["external_id"]
        return found

    @property
    def customer_external_id(self) -> str:
        found: str = self.cells["customer_external_id"]
        return found

    @property
    def count(self) -> int:
        found: int = self.cells.get("instalments") or 1
        return found

    @property
    def external_ids(self) -> list[str]:
        """What its invoices are called: the row's own id, or that with the number of the instalment."""
        if self.count == 1:
            return [self.external_id]
        return [f"{self.external_id}-{number}" for number in range(1, self.count + 1)]


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that cannot be taken."""

    line: int
    faults: tuple[RowFault, ...]


def read(text: str, first_line: int, columns: Sequence[str | None], delimiter: str) -> Iterator[Row | Refused]:
    """Every row of a piece, blank ones left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            wrong = RowFault("", "text", "row.form", "The line cannot be read as CSV: check its quotation marks.")
            yield Refused(first_line + before, (wrong,))
            before = reader.line_num
            continue
        if cells is None:
            return
        line, before = first_line + before, reader.line_num
        if any(cell.strip() for cell in cells):
            yield _row(line, cells, columns)


def _row(line: int, cells: Sequence[str], columns: Sequence[str | None]) -> Row | Refused:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        more = (
            f"The line has {len(cells)} columns, the header {len(columns)}: put quotation marks around the delimiter."
        )
        return Refused(line, (RowFault("", "text", "row.columns", more),))
    given = {field: cell.strip() for field, cell in zip(columns, cells, strict=False) if field is not None}
    faults: list[RowFault] = []
    found: dict[str, Any] = {}
    for field, text in given.items():
        try:
            found[field] = _read(field, text)
        except CellError as error:
            faults.append(RowFault(field, kind_of(text), error.code, error.remedy))
    faults += [_missing(field) for field in (*REQUIRED, *_amounts(columns)) if not given.get(field)]
    number = ""
    if given.get("customer_tax_id"):
        try:
            number = taxid.validate(given["customer_tax_id"])
        except BrasilError as error:
            faults.append(RowFault("customer_tax_id", kind_of(given["customer_tax_id"]), error.code, error.message))
    faults += _contradictions(found, given)
    if faults:
        return Refused(line, tuple(faults))
    return Row(line, {name: value for name, value in found.items() if value is not None}, number)


def _amounts(columns: Sequence[str | None]) -> tuple[str, ...]:
    return ("amount",) if "amount" in columns else ("amount_cents",)


def _missing(field: str) -> RowFault:
    return RowFault(field, "empty", "cell.missing", "Every row needs a value here.")


def _read(field: str, text: str) -> Any:
    if not text:
        return None
    reader = READERS.get(field)
    if reader is not None:
        return reader(text)
    if not text.isprintable():
        raise CellError("text.control", "The text has a line break or another control character: take it out.")
    if len(text) > _LONGEST.get(field, 140):
        raise CellError("text.long", f"The text may have {_LONGEST.get(field, 140)} characters at most.")
    return text


def _contradictions(found: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[RowFault]:
    due_on: date | None = found.get("due_on")
    for field in ("due_on", "issued_on"):
        if found.get(field) is not None and not FIRST_YEAR <= found[field].year <= LAST_YEAR:
            yield RowFault(field, "date", "date.range", f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    if due_on is not None and found.get("issued_on") is not None and found["issued_on"] > due_on:
        yield RowFault("issued_on", "date", "date.order", "The date of issue may not be after the due date.")
    amount = found.get("amount") or found.get("amount_cents")
    count = found.get("instalments")
    if count == 0 or (count and amount and amount < count):
        yield RowFault("instalments", kind_of(given["instalments"]), "instalments", "Every instalment needs a cent.")
    if found.get("discount_days") is not None and found.get("discount_percent") is None:
        yield RowFault("discount_days", "number", "discount.percent", "Days of discount need discount_percent.")


def customer_of(row: Row, *, uf: str) -> tuple[CustomerInput | None, tuple[RowFault, ...]]:
    """The payer that the row would register; `uf` is the state of one that names neither state nor city."""
    cells = row.cells
    ways, faults = _contacts(cells)
    place: dict[str, Any] = {name: cells.get(f"customer_{name}") for name in ("uf", "city_code", "time_zone")}
    if not place["uf"] and not place["city_code"]:
        place["uf"] = uf
    values: dict[str, Any] = {
        "external_id": row.customer_external_id,
        "name": cells["customer_name"],
        "tax_id": row.tax_id,
        "language": cells.get("customer_language", "pt-BR"),
        "contacts": ways,
        **{name: value.upper() if name == "uf" else value for name, value in place.items() if value},
    }
    try:
        given = CustomerInput(**values, postal_address=_address(cells, place["uf"]))
    except ValidationError as error:
        return None, (*faults, *(_of_field(cells, item["loc"]) for item in error.errors(include_input=False)))
    return given, faults


def _of_field(cells: Mapping[str, Any], loc: Sequence[Any]) -> RowFault:
    names = {"number": "customer_number", "street": "customer_street", "city": "customer_city"}
    field = names.get(str(loc[-1]), f"customer_{loc[-1]}")
    return RowFault(
        field, kind_of(str(cells.get(field, ""))), "cell.form", "This is not written as the field needs it."
    )


def _contacts(cells: Mapping[str, Any]) -> tuple[list[ContactInput], tuple[RowFault, ...]]:
    name, ways, faults = cells["customer_name"], [], []
    if email := cells.get("customer_email"):
        try:
            ways.append(ContactInput(channel="email", name=name, address=contacts.email(email)))
        except AddressError as error:
            faults.append(RowFault("customer_email", kind_of(email), error.code, error.sentence))
    if phone := cells.get("customer_phone"):
        try:
            number, mobile = contacts.mobile_or_not(phone)
        except AddressError as error:
            faults.append(RowFault("customer_phone", kind_of(phone), error.code, error.sentence))
        else:
            channels: tuple[Channel, ...] = ("whatsapp", "sms") if mobile else ("voice",)
            ways += [ContactInput(channel=channel, name=name, address=number) for channel in channels]
    return ways, tuple(faults)


def _address(cells: Mapping[str, Any], uf: str | None) -> PostalAddress | None:
    """The postal address, where the row has enough of one."""
    street, city, code = (cells.get(f"customer_{name}") for name in ("street", "city", "postal_code"))
    if not (street and city and code and uf):
        return None
    return PostalAddress(
        street=street,
        number=cells.get("customer_number") or "s/n",
        district=cells.get("customer_district"),
        city=city,
        uf=uf.upper(),
        postal_code=code.replace("-", "").replace(".", "").zfill(8),
    )


def drafts_of(row: Row, payer: Payer, *, standard: ChargeTerms, today: date) -> list[Draft]:
    """The invoices that the row asks for, monthly from its due date; the first ones get the odd cents."""
    cells = row.cells
    amounts = split_cents(cells.get("amount") or cells["amount_cents"], row.count)
    document = cells.get("document_number") or row.external_id
    drafts = []
    for index, (external_id, amount) in enumerate(zip(row.external_ids, amounts, strict=True)):
        due_on = occurrence(cells["due_on"], "month", index)
        drafts.append(
            Draft(
                payer=payer,
                external_id=external_id,
                document_number=document,
                description=cells.get("description") or f"Cobrança {document}",
                amount_cents=amount,
                issued_on=min(cells.get("issued_on") or today, due_on),
                due_on=due_on,
                instalment=Instalment(number=index + 1, count=row.count),
                terms=_terms(row, standard, due_on),
                origin="import",
            )
        )
    return drafts


def _terms(row: Row, standard: ChargeTerms, due_on: date) -> ChargeTerms | None:
    cells = row.cells
    named = {"fine_percent", "interest_percent_month", "discount_percent"} & cells.keys()
    if not named:
        return None
    terms = _rated(standard, cells.get("fine_percent"), cells.get("interest_percent_month"))
    if (discount := cells.get("discount_percent")) is None:
        return terms
    until = due_on - timedelta(days=cells.get("discount_days", 0))
    return _discounted(terms, discount, until)


@lru_cache(maxsize=512)
def _rated(standard: ChargeTerms, fine: Decimal | None, interest: Decimal | None) -> ChargeTerms:
    changes: dict[str, object] = {}
    if fine is not None:
        changes["fine"] = Percentage(percent=fine) if fine else None
    if interest is not None:
        changes["interest"] = InterestRate(percent=interest, basis="month-30") if interest else None
    return standard.model_copy(update=changes)


@lru_cache(maxsize=4_096)
def _discounted(terms: ChargeTerms, percent: Decimal, until: date) -> ChargeTerms:
    step = DiscountStep(until=until, discount=Percentage(percent=percent))
    return terms.model_copy(update={"discount": DiscountUntil(steps=(step,)) if percent else None})


def faults_of(row: Row, error: InvalidError) -> tuple[RowFault, ...]:
    """What a rule refused, by the columns of the file."""
    if not error.faults:
        return (RowFault("", "row", error.slug, error.detail),)
    return tuple(_fault(row, fault.pointer, fault.code, fault.message) for fault in error.faults)


def _fault(row: Row, pointer: str, code: str, message: str) -> RowFault:
    column = _POINTER_COLUMNS.get(pointer, "")
    if column == "amount" and "amount_cents" in row.cells:
        column = "amount_cents"
    found = row.cells.get(column)
    kind = "empty" if found is None else kind_of(found) if isinstance(found, str) else type(found).__name__.lower()
    return RowFault(column, kind if column else "row", code, message)
