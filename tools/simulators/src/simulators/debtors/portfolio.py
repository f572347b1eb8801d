"""The finance system's export: the same file for the same seed, in the columns that the import takes."""

import csv
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from simulators.debtors.people import Person, person
from simulators.outside.chance import happens, number

COLUMNS: Final = (
    "external_id", "document_number", "customer_external_id", "customer_name", "customer_tax_id", "customer_email",
    "customer_phone", "customer_uf", "customer_city_code", "customer_postal_code", "customer_street",
    "customer_number", "customer_district", "customer_city", "customer_language", "customer_time_zone", "description",
    "issued_on", "due_on", "amount", "instalments", "fine_percent", "interest_percent_month", "discount_percent",
    "discount_days",
)  # fmt: skip
FIRST_DUE_AFTER_DAYS: Final = 3
DUE_SPAN_DAYS: Final = 47
_ALREADY_LATE_SHARE: Final = 0.04
_INSTALMENT_SHARE: Final = 0.12
_WITHOUT_TERMS_SHARE: Final = 0.1
_DISCOUNT_SHARE: Final = 0.2
_WHAT: Final = (
    "Mensalidade", "Manutenção do sítio", "Aluguel de equipamento", "Peças & serviços", "Assessoria jurídica",
    "Curso d'inglês", "Consultoria nº 2", "Energia (rateio)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: a document with one or more instalments."""

    external_id: str
    document_number: str
    customer: Person
    description: str
    issued_on: date
    due_on: date
    amount_cents: int
    instalments: int
    fine_percent: str
    interest_percent: str
    discount_percent: str
    discount_days: str


def rows(*, customers: int, invoices: int, seed: int, start: date) -> Iterator[Row]:
    """As many documents as make up `invoices` receivables; each customer has one at least if there are enough."""
    left, index = invoices, 0
    people = {each: person(seed, each) for each in range(1, customers + 1)}
    while left > 0:
        index += 1
        name = f"F-{index:06d}"
        who = index if index <= customers else 1 + number(seed, customers, "customer", name)
        must_fit = left - max(0, customers - index)
        count = _instalments(seed, name, must_fit)
        left -= count
        yield _row(seed, index, people[who], count, start)


def _instalments(seed: int, name: str, most: int) -> int:
    if not happens(seed, _INSTALMENT_SHARE, "instalments", name):
        return 1
    return max(1, min(most, 2 + number(seed, 5, "count", name)))


def _row(seed: int, index: int, customer: Person, count: int, start: date) -> Row:
    name = f"F-{index:06d}"
    due_on = _due_on(seed, index, name, start)
    discount = happens(seed, _DISCOUNT_SHARE, "discount", name) and count == 1
    terms = not happens(seed, _WITHOUT_TERMS_SHARE, "terms", name) and index % 100 != 7
    return Row(
        external_id=name,
        document_number=f"NF {index}/{start.year}" if index % 3 else f"{index:09d}",
        customer=customer,
        description=_WHAT[number(seed, len(_WHAT), "what", name)],
        issued_on=min(start, due_on) - timedelta(1 + number(seed, 10, "issued", name)),
        due_on=due_on,
        amount_cents=_amount_cents(seed, index, name) * count,
        instalments=count,
        fine_percent="2,00" if terms else "",
        interest_percent="1,00" if terms else "",
        discount_percent="5,00" if terms and discount else "",
        discount_days=str(1 + number(seed, 5, "early", name)) if terms and discount else "",
    )


def _due_on(seed: int, index: int, name: str, start: date) -> date:
    """Any day of the week; a few are late already; one of a hundred falls on a leap day."""
    if index % 100 == 3:
        leap = start.year + (-start.year % 4)
        return date(leap if date(leap, 2, 29) >= start else leap + 4, 2, 29)
    if happens(seed, _ALREADY_LATE_SHARE, "late", name):
        return start - timedelta(1 + number(seed, 15, "late by", name))
    return start + timedelta(FIRST_DUE_AFTER_DAYS + number(seed, DUE_SPAN_DAYS + 1, "due", name))


def _amount_cents(seed: int, index: int, name: str) -> int:
    """Mostly tens and hundreds of reais with odd cents; a few cents, and more than a million, are in it too."""
    if index % 100 == 7:
        return 1 + number(seed, 9, "tiny", name)
    if index % 250 == 9:
        return 123_456_789 + number(seed, 100, "huge", name)
    scale = (20_000, 60_000, 60_000, 250_000)[number(seed, 4, "scale", name)]
    return 1_500 + number(seed, scale, "amount", name)


def instalment_days(due_on: date, count: int) -> list[date]:
    """Month by month from the first due date; a month that is too short ends the instalment on its last day."""
    days = []
    for index in range(count):
        year, month = divmod(due_on.year * 12 + due_on.month - 1 + index, 12)
        days.append(date(year, month + 1, min(due_on.day, monthrange(year, month + 1)[1])))
    return days


def money_text(cents: int) -> str:
    """1.234,56."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


def write_portfolio(path: Path, *, customers: int, invoices: int, seed: int, start: date) -> int:
    """Write the file and return its number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows(customers=customers, invoices=invoices, seed=seed, start=start):
            writer.writerow(_fields(row))
            written += 1
    return written


def _fields(row: Row) -> tuple[str, ...]:
    who = row.customer
    return (
        row.external_id,
        row.document_number,
        who.external_id,
        who.name,
        who.tax_id,
        who.email,
        who.phone,
        who.city.uf,
        who.city.code,
        who.postal_code,
        who.street,
        who.house,
        who.district,
        who.city.name,
        who.language,
        who.time_zone,
        row.description,
        row.issued_on.isoformat(),
        row.due_on.isoformat(),
        money_text(row.amount_cents),
        str(row.instalments),
        row.fine_percent,
        row.interest_percent,
        row.discount_percent,
        row.discount_days,
    )
