"""The matching ladder: which invoices a receipt was meant for, and why.

Exact identifier → reference → payer and amount → a set of the payer's invoices → proposals for a person. The first
rung with exactly one answer wins; a rung with several answers never guesses, it proposes. Rungs are asked of the
candidates that the store found by identifier, reference, payer or amount.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal
from uuid import UUID

RULE_VERSION = 1
"""Rises whenever the same facts could match differently."""

LARGEST_SET = 12
"""Of how many open invoices of one payer every set is tried (4,095 sets); above, only all of them together."""

Rung = Literal["exact_id", "reference", "payer_and_amount", "invoice_set", "proposal", "credit", "none"]


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A boleto's identity at its bank. Banks reuse a nosso número, so no part of it identifies by itself."""

    bank_code: str
    nosso_numero: str
    convenio: str | None = None
    carteira: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """What the outside said about the money."""

    gross_cents: int
    paid_on: date
    txid: str | None = None
    slip: Slip | None = None
    references: frozenset[str] = frozenset()
    payer_hash: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An invoice that the money may be meant for; `owed_cents` is what settles it on the day of payment."""

    invoice_id: UUID
    customer_id: UUID
    is_open: bool
    due_on: date
    owed_cents: int
    txids: frozenset[str] = frozenset()
    slips: tuple[Slip, ...] = ()
    references: frozenset[str] = frozenset()
    payer_hash: str | None = None


@dataclass(frozen=True)
class Signal:
    """One fact that spoke for the match (or, negative, against it)."""

    signal: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An invoice that a person may choose, with its score."""

    invoice_id: UUID
    score: int
    signals: tuple[Signal, ...]


@dataclass(frozen=True, kw_only=True)
class Matched:
    """The ladder's answer. `proposals` are filled on the rungs that leave the choice to a person."""

    rung: Rung
    invoice_ids: tuple[UUID, ...] = ()
    score: int = 0
    signals: tuple[Signal, ...] = ()
    proposals: tuple[Proposal, ...] = ()


def match(*, receipt: ReceiptFacts, candidates: Sequence[Candidate], tolerance_cents: int = 0) -> Matched:
    """Climb the ladder. `tolerance_cents` is how far an amount may be off and still speak for an invoice."""
    for rung, found in (
        ("exact_id", _by_identifier(receipt, candidates)),
        ("reference", _by_reference(receipt, candidates)),
    ):
        chosen = _only_one(found)
        if chosen is not None:
            return _matched(rung, (chosen,), receipt, tolerance_cents)  # type: ignore[arg-type]
        if found:
            return _proposed(receipt, found, tolerance_cents)
    own = [c for c in candidates if c.is_open and receipt.payer_hash is not None and c.payer_hash == receipt.payer_hash]
    same_amount = [c for c in own if abs(c.owed_cents - receipt.gross_cents) <= tolerance_cents]
    if len(same_amount) == 1:
        return _matched("payer_and_amount", tuple(same_amount), receipt, tolerance_cents)
    together = None if same_amount else _one_set(own, receipt.gross_cents)
    if together is not None:
        return _matched("invoice_set", together, receipt, tolerance_cents)
    others = [c for c in candidates if c.is_open]
    return _proposed(receipt, own or others, tolerance_cents) if (own or others) else Matched(rung="none")


def _by_identifier(receipt: ReceiptFacts, candidates: Sequence[Candidate]) -> list[Candidate]:
    if receipt.txid is not None:
        found = [candidate for candidate in candidates if receipt.txid in candidate.txids]
        if found:
            return found
    if receipt.slip is None:
        return []
    slip = receipt.slip
    return [candidate for candidate in candidates if any(_same_slip(slip, own) for own in candidate.slips)]


def _same_slip(told: Slip, own: Slip) -> bool:
    return (
        told.bank_code == own.bank_code
        and told.nosso_numero == own.nosso_numero
        and (told.convenio is None or own.convenio is None or told.convenio == own.convenio)
        and (told.carteira is None or own.carteira is None or told.carteira == own.carteira)
    )


def _by_reference(receipt: ReceiptFacts, candidates: Sequence[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if receipt.references & candidate.references]


def _only_one(found: Sequence[Candidate]) -> Candidate | None:
    """The one invoice meant; of several with a reused identifier, the only one still open."""
    if len(found) == 1:
        return found[0]
    still_open = [candidate for candidate in found if candidate.is_open]
    return still_open[0] if len(still_open) == 1 else None


def _one_set(own: Sequence[Candidate], gross_cents: int) -> tuple[Candidate, ...] | None:
    """The one set of two or more invoices whose debts add up to the money, or None if there is none or several."""
    if len(own) > LARGEST_SET:
        return tuple(own) if sum(candidate.owed_cents for candidate in own) == gross_cents else None
    found: tuple[Candidate, ...] | None = None
    for size in range(2, len(own) + 1):
        for chosen in combinations(own, size):
            if sum(candidate.owed_cents for candidate in chosen) == gross_cents:
                if found is not None:
                    return None
                found = chosen
    return found


_WEIGHTS = {"txid": 100, "slip": 95, "reference": 60, "payer": 40, "amount": 30, "closed": -50}


def _signals(receipt: ReceiptFacts, candidate: Candidate, tolerance_cents: int) -> tuple[Signal, ...]:
    spoke = {
        "txid": receipt.txid is not None and receipt.txid in candidate.txids,
        "slip": receipt.slip is not None and any(_same_slip(receipt.slip, own) for own in candidate.slips),
        "reference": bool(receipt.references & candidate.references),
        "payer": receipt.payer_hash is not None and receipt.payer_hash == candidate.payer_hash,
        "amount": abs(candidate.owed_cents - receipt.gross_cents) <= tolerance_cents,
        "closed": not candidate.is_open,
    }
    return tuple(Signal(name, _WEIGHTS[name]) for name, spoken in spoke.items() if spoken)


def _score(signals: Sequence[Signal]) -> int:
    return max(0, min(100, sum(signal.weight for signal in signals)))


def _matched(rung: Rung, chosen: tuple[Candidate, ...], receipt: ReceiptFacts, tolerance_cents: int) -> Matched:
    ordered = sorted(chosen, key=lambda candidate: (candidate.due_on, str(candidate.invoice_id)))
    if len(ordered) == 1:
        signals = _signals(receipt, ordered[0], tolerance_cents)
    else:
        signals = (Signal("payer", _WEIGHTS["payer"]), Signal("sum_of_debts", 40))
    return Matched(
        rung=rung,
        invoice_ids=tuple(candidate.invoice_id for candidate in ordered),
        score=_score(signals),
        signals=signals,
    )


def _proposed(receipt: ReceiptFacts, found: Sequence[Candidate], tolerance_cents: int) -> Matched:
    proposals = []
    for candidate in found:
        signals = _signals(receipt, candidate, tolerance_cents)
        if signals:
            proposals.append(Proposal(invoice_id=candidate.invoice_id, score=_score(signals), signals=signals))
    proposals.sort(key=lambda proposal: (-proposal.score, str(proposal.invoice_id)))
    return Matched(rung="proposal", proposals=tuple(proposals)) if proposals else Matched(rung="none")
