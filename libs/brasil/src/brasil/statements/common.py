"""What the statement formats share: amounts, identities of transactions, and transactions as movements."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date
from typing import Final, NamedTuple

from brasil.bank_files.movement import MovementKind, TitleMovement
from brasil.bank_files.result import StatementTransaction

_AMOUNT: Final = re.compile(r"([+-]?)(\d{1,15}(?:[.,]\d{1,15}){0,6})([+-]?)", re.ASCII)
_GROUPS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+", re.ASCII)
_MAX_DIGITS: Final = 15
_FINGERPRINT_LENGTH: Final = 32


def cents(text: str) -> int | None:
    """Return a signed amount in cents, or None if it cannot be read with certainty.

    `1234.56`, `1234,56`, `1.234,56`, `1,234.56`, `-35,5`, `1000`, `100,00-`. More than two decimals must be zeros.
    A single separator before exactly three digits is not certain (`1.234`) and is not read.
    """
    match = _AMOUNT.fullmatch(text.strip().removeprefix("R$").strip())
    if match is None or (match[1] and match[3]):
        return None
    whole, decimals = _split_decimals(match[2])
    if whole is None or len(whole) > _MAX_DIGITS or decimals[2:].strip("0"):
        return None
    amount = int(whole) * 100 + int(decimals[:2].ljust(2, "0"))
    return -amount if "-" in (match[1], match[3]) else amount


def _split_decimals(number: str) -> tuple[str | None, str]:
    separators = [character for character in number if character in ".,"]
    if not separators:
        return number, ""
    last = separators[-1]
    whole, _, decimals = number.rpartition(last)
    if separators.count(last) > 1:
        # Only a thousands separator comes more than once.
        return (number.replace(last, ""), "") if len(set(separators)) == 1 and _GROUPS.fullmatch(number) else (None, "")
    if len(separators) > 1:
        return (whole.replace(separators[0], ""), decimals) if _GROUPS.fullmatch(whole) else (None, "")
    uncertain = len(decimals) == 3 and 0 < len(whole) <= 3 and whole != "0"
    return (None, "") if uncertain else (whole, decimals)


class Entry(NamedTuple):
    """A transaction as read, before it has an identity. `code` is the format's own type."""

    line: int
    id: str | None
    posted_on: date | None
    amount_cents: int
    code: str | None
    description: str | None
    reference: str | None
    end_to_end_id: str | None = None
    counterparty_name: str | None = None
    counterparty_tax_id: str | None = None
    reversal: bool = False
    needs_review: bool = False


def transactions_of(account: str, entries: list[Entry]) -> tuple[StatementTransaction, ...]:
    """Give each entry of one account its fingerprint.

    The bank's id alone does not identify a transaction: some build it from date and amount. The fingerprint is taken
    over account, id, date, amount, texts and references; entries equal in all of these are told apart by their order.
    """
    seen: Counter[str] = Counter()
    found = []
    for entry in entries:
        parts = (
            account, entry.id, entry.posted_on, entry.amount_cents, entry.code, entry.description, entry.reference,
            entry.end_to_end_id,
        )  # fmt: skip
        key = "\x1f".join("" if part is None else str(part) for part in parts)
        seen[key] += 1
        digest = hashlib.sha256(f"{key}\x1f{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()
        found.append(
            StatementTransaction(
                id=entry.id,
                fingerprint=digest[:_FINGERPRINT_LENGTH],
                posted_on=entry.posted_on,
                amount_cents=entry.amount_cents,
                kind=entry.code,
                description=entry.description,
                reference=entry.reference,
                end_to_end_id=entry.end_to_end_id,
                counterparty_name=entry.counterparty_name,
                counterparty_tax_id=entry.counterparty_tax_id,
            )
        )
    return tuple(found)


def movement_of(entry: Entry) -> TitleMovement:
    """Return a transaction as a neutral movement, of kind other: a statement names no title.

    `credited_cents` is signed: negative is money that left the account. What it belongs to is for matching to find.
    """
    incoming = entry.amount_cents > 0
    return TitleMovement(
        line=entry.line,
        our_number=None,
        document_number=entry.reference,
        your_number=None,
        kind=MovementKind.OTHER,
        code=entry.code or "",
        description=entry.description,
        reasons=(),
        occurred_on=entry.posted_on,
        credit_on=entry.posted_on if incoming else None,
        due_on=None,
        face_cents=None,
        paid_cents=None,
        credited_cents=entry.amount_cents,
        interest_cents=None,
        fine_cents=None,
        discount_cents=None,
        abatement_cents=None,
        fee_cents=None,
        payer_name=entry.counterparty_name if incoming else None,
        pix=None,
        needs_review=entry.needs_review,
        partial=False,
        reverses_payment=entry.reversal and not incoming,
    )
