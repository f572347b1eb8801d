"""A bank file's movements as receipts, fees, reversals, and what a person has to look at."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.result import InspectionResult, StatementTransaction
from contracts.payments import Route
from payments.domain.incoming import (
    Fee,
    FileContent,
    Incoming,
    Review,
    SourceKind,
    TakenBack,
    slip_number,
    usable_nosso_numero,
)

_OCCURRENCE = re.compile(r"[0-9A-Z]{2,4}")
_CARTEIRA = re.compile(r"[0-9A-Z]{1,5}")
_E2E = re.compile(r"[ED][0-9A-Z]{8}\d{12}[a-zA-Z0-9]{11}")
_TXID = re.compile(r"[a-zA-Z0-9]{1,35}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
POSTED_FORMATS: dict[str, SourceKind] = {"cnab240": "cnab240", "cnab400": "cnab400", "cnab150": "cnab150", "ofx": "ofx"}


@dataclass(frozen=True, kw_only=True)
class FileOf:
    """Whose file it is, as the account says, and under which id it is kept; `hash_of` keys a payer's tax id."""

    file_id: UUID
    account_id: UUID
    convenio: str | None = None
    carteira: str | None = None
    conta: str | None = None
    hash_of: Callable[[str], str] | None = None


def content_of(result: InspectionResult, owner: FileOf) -> FileContent:
    """Everything an accepted file brings, by its own lines."""
    kind = POSTED_FORMATS[result.format or ""]
    if kind == "ofx":
        return _statement(result, owner)
    found = FileContent()
    keys = _Keys(owner.account_id)
    for movement in result.movements:
        if movement.reverses_payment:
            _take_back(movement, keys, found)
        elif movement.needs_review:
            found.reviews.append(_review(movement, _why(movement), keys))
        elif movement.settles and movement.paid_cents:
            paid_on = movement.occurred_on or movement.credit_on or result.file_date
            if paid_on is None:
                found.reviews.append(_review(movement, "no_day", keys))
                continue
            made = _receipt(movement, paid_on, kind=kind, bank=result.bank or "", owner=owner, keys=keys)
            found.receipts.append(made)
            _fee(movement, made.fee_cents, keys, found)
        else:
            _fee(movement, 0, keys, found)
    return found


class _Keys:
    """Business keys of a file's movements: what one says, and its place among those that say the same."""

    def __init__(self, account_id: UUID) -> None:
        self._account_id = account_id
        self._told: Counter[str] = Counter()

    def of(self, kind: str, movement: TitleMovement, paid_on: date | None, cents: int) -> str:
        """The key that the same movement has in every file of the account."""
        nosso = usable_nosso_numero(movement.our_number)
        title = slip_number(nosso) if nosso else movement.document_number
        said = f"{kind}:{self._account_id}:{title}:{movement.code}:{paid_on}:{cents}"
        self._told[said] += 1
        return f"{said}:{self._told[said]}"


def _receipt(
    movement: TitleMovement, paid_on: date, *, kind: SourceKind, bank: str, owner: FileOf, keys: _Keys
) -> Incoming:
    gross = movement.paid_cents or 0
    nosso = usable_nosso_numero(movement.our_number)
    route: Route = "direct_debit" if kind == "cnab150" else "boleto" if nosso else "other"
    return Incoming(
        business_key=keys.of("slip", movement, paid_on, gross),
        route=route,
        source_kind=kind,
        account_id=owner.account_id,
        gross_cents=gross,
        fee_cents=_withheld(movement),
        paid_on=paid_on,
        credited_on=movement.credit_on,
        file_id=owner.file_id,
        file_line=movement.line,
        occurrence=movement.code if _OCCURRENCE.fullmatch(movement.code) else None,
        txid=_fitting(_TXID, movement.pix.txid if movement.pix else None),
        bank_code=bank if nosso else None,
        nosso_numero=nosso,
        convenio=owner.convenio,
        carteira=_fitting(_CARTEIRA, owner.carteira),
        document_number=_reference(movement.document_number),
        reference=_reference(movement.your_number),
        reported_interest_cents=movement.interest_cents,
        reported_fine_cents=movement.fine_cents,
        reported_discount_cents=movement.discount_cents,
        reported_abatement_cents=movement.abatement_cents,
        paid_by_pix=_says_pix(movement),
    )


def _withheld(movement: TitleMovement) -> int:
    """What the bank kept of the money, where the file says what it credited; a fee may also be charged apart."""
    gross, credited = movement.paid_cents or 0, movement.credited_cents
    return gross - credited if credited is not None and 0 < credited <= gross else 0


def _fee(movement: TitleMovement, withheld_cents: int, keys: _Keys, found: FileContent) -> None:
    apart = (movement.fee_cents or 0) - withheld_cents
    if apart > 0:
        found.fees.append(Fee(keys.of("fee", movement, movement.occurred_on, apart), movement.line, apart))


def _says_pix(movement: TitleMovement) -> bool:
    """Whether the bank says that this title was paid by its Pix: by the code's words or those of a reason."""
    words = [movement.description, *(reason.description for reason in movement.reasons)]
    return any(text is not None and "pix" in text.lower() for text in words)


def _take_back(movement: TitleMovement, keys: _Keys, found: FileContent) -> None:
    nosso = usable_nosso_numero(movement.our_number)
    amount_cents = movement.paid_cents or movement.face_cents
    if nosso is None or not amount_cents or movement.occurred_on is None:
        found.reviews.append(_review(movement, "reverses_payment", keys))
        return
    found.taken_back.append(
        TakenBack(
            keys.of("review", movement, movement.occurred_on, amount_cents),
            movement.line,
            nosso,
            movement.code,
            movement.description,
            movement.document_number,
            movement.occurred_on,
            amount_cents,
        )
    )


def _why(movement: TitleMovement) -> str:
    if movement.description is None:
        return "unknown_code"
    return "money_without_settlement" if movement.paid_cents else "settled_without_money"


def _review(movement: TitleMovement, reason: str, keys: _Keys) -> Review:
    return Review(
        keys.of("review", movement, movement.occurred_on, movement.paid_cents or 0),
        movement.line,
        reason,
        movement.code,
        movement.description,
        usable_nosso_numero(movement.our_number),
        movement.document_number,
        movement.occurred_on,
        movement.paid_cents,
    )


def _statement(result: InspectionResult, owner: FileOf) -> FileContent:
    """Credits of the account's own statements; what leaves the account is no receipt."""
    found = FileContent()
    lines = _lines(result)
    for statement in result.statements:
        for transaction in statement.transactions:
            line = next(lines, 1)
            if transaction.amount_cents > 0 and transaction.posted_on and owns(owner.conta, statement.account):
                found.receipts.append(_credit(transaction, transaction.posted_on, line, owner))
    return found


def _lines(result: InspectionResult) -> Iterator[int]:
    """The file's line of each transaction: movements and transactions come in the same order."""
    return iter([movement.line for movement in result.movements])


def owns(conta: str | None, stated: str | None) -> bool:
    """Whether a statement is the account's own: by the digits of its number, branch digits before it or not."""
    if not conta or not stated:
        return True
    own, told = (re.sub(r"\D", "", text).lstrip("0") for text in (conta, stated))
    return bool(own) and (told == own or told.endswith(own))


def _credit(transaction: StatementTransaction, posted_on: date, line: int, owner: FileOf) -> Incoming:
    end_to_end_id = _fitting(_E2E, transaction.end_to_end_id)
    key = f"pix:{end_to_end_id}" if end_to_end_id else f"statement:{owner.account_id}:{transaction.fingerprint}"
    return Incoming(
        business_key=key,
        route="pix" if end_to_end_id else "transfer",
        source_kind="ofx",
        account_id=owner.account_id,
        gross_cents=transaction.amount_cents,
        paid_on=posted_on,
        credited_on=posted_on,
        file_id=owner.file_id,
        file_line=line,
        end_to_end_id=end_to_end_id,
        statement_id=_reference(transaction.id),
        reference=_reference(transaction.reference),
        payer_tax_id_hash=_hash(transaction.counterparty_tax_id, owner.hash_of),
    )


def _hash(tax_id: str | None, hash_of: Callable[[str], str] | None) -> str | None:
    number = re.sub(r"[^0-9A-Z]", "", (tax_id or "").upper())
    return hash_of(number) if hash_of is not None and len(number) in {11, 14} else None


def _fitting(pattern: re.Pattern[str], text: str | None) -> str | None:
    return text if text is not None and pattern.fullmatch(text) else None


def _reference(text: str | None) -> str | None:
    """A reference on one line of at most 80 characters, or None."""
    kept = _CONTROL.sub(" ", text or "").strip()[:80]
    return kept or None
