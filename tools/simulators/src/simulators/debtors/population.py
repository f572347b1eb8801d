"""The debtors as their own books know them: read from the portfolio that was imported."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulators.debtors.portfolio import instalment_days
from simulators.debtors.profiles import Profile, profile_of


@dataclass(frozen=True, slots=True)
class Debt:
    """One instalment. `key` is the same in every run."""

    key: str
    document_number: str
    due_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Debtor:
    external_id: str
    tax_id: str
    email: str
    phone: str
    english: bool
    profile: Profile
    debts: tuple[Debt, ...]


class Population:
    """All debtors of a portfolio, found by number or by address."""

    def __init__(self, debtors: list[Debtor]):
        self.debtors = debtors
        self.by_id = {debtor.external_id: debtor for debtor in debtors}
        self.by_address = {debtor.email: debtor for debtor in debtors} | {debtor.phone: debtor for debtor in debtors}
        self.by_debt = {debt.key: debtor for debtor in debtors for debt in debtor.debts}


def read_population(path: Path, seed: int) -> Population:
    """Read a portfolio file."""
    rows: dict[str, dict[str, str]] = {}
    debts: dict[str, list[Debt]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            who = row["customer_external_id"]
            rows.setdefault(who, row)
            debts.setdefault(who, []).extend(_debts(row))
    return Population(
        [
            Debtor(
                external_id=who,
                tax_id=row["customer_tax_id"],
                email=row["customer_email"],
                phone=row["customer_phone"],
                english=row["customer_language"].startswith("en"),
                profile=profile_of(seed, who),
                debts=tuple(debts[who]),
            )
            for who, row in rows.items()
        ]
    )


def _debts(row: dict[str, str]) -> list[Debt]:
    """The instalments of a row; cents that do not divide go to the first ones."""
    count = int(row["instalments"])
    total = int(row["amount"].replace(".", "").replace(",", ""))
    each, left = divmod(total, count)
    days = instalment_days(date.fromisoformat(row["due_on"]), count)
    return [
        Debt(f"{row['external_id']}/{number}", row["document_number"], day, each + (number <= left))
        for number, day in enumerate(days, 1)
    ]


def match(debtor: Debtor, *, due_on: date, amount_cents: int, document_number: str | None) -> Debt | None:
    """Which of its debts a bill is for: day and amount, or day and document, or the document's only one."""
    for debt in debtor.debts:
        if debt.due_on == due_on and abs(debt.amount_cents - amount_cents) <= 1:
            return debt
    same = [debt for debt in debtor.debts if document_number and debt.document_number == document_number]
    return next((debt for debt in same if debt.due_on == due_on), same[0] if len(same) == 1 else None)
