"""What the PSP knows: charges, received Pix, returns and webhooks, folded from its journal."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from simulators.outside.journal import Entry
from simulators.psp.terms import Terms, terms_of
from simulators.psp.values import cents_of

ACTIVE, DONE, REMOVED = "ATIVA", "CONCLUIDA", "REMOVIDA_PELO_USUARIO_RECEBEDOR"
RETURNED: Final = "DEVOLVIDO"


@dataclass(slots=True)
class Charge:
    """A cobv: the body as the receiver gave it, and what became of it."""

    txid: str
    body: Mapping[str, Any]
    terms: Terms
    token: str
    created_at: str
    status: str = ACTIVE
    revision: int = 0
    paid_by: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Pix:
    """Money that came in, as `GET /pix/{e2eid}` tells it, plus how it came."""

    document: dict[str, Any]
    at: datetime
    payer: Mapping[str, Any] | None
    returns: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def e2eid(self) -> str:
        return str(self.document["endToEndId"])

    @property
    def txid(self) -> str | None:
        return self.document.get("txid")

    @property
    def amount_cents(self) -> int:
        return cents_of(self.document["valor"], "valor")

    @property
    def returned_cents(self) -> int:
        """What went back or is on its way back."""
        return sum(cents_of(one["valor"], "valor") for one in self.returns.values() if one["status"] != "NAO_REALIZADO")

    def as_json(self) -> dict[str, Any]:
        if not self.returns:
            return dict(self.document)
        return {**self.document, "devolucoes": list(self.returns.values())}


class Book:
    """The fold. Every entry's body is enough by itself."""

    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}
        self.by_token: dict[str, Charge] = {}
        self.received: dict[str, Pix] = {}
        self.by_payment_key: dict[str, str] = {}
        self.webhooks: dict[str, dict[str, Any]] = {}
        self._by_time: list[tuple[datetime, str]] = []

    def apply(self, entry: Entry) -> None:
        """Take one fact in."""
        body = entry.body
        match entry.kind:
            case "cobv.created":
                self._created(entry)
            case "cobv.revised":
                charge = self.charges[entry.subject]
                charge.body, charge.terms = body["body"], terms_of(body["body"])
                charge.revision = body["revision"]
            case "cobv.removed":
                self.charges[entry.subject].status = REMOVED
                self.charges[entry.subject].revision = body["revision"]
            case "pix.received":
                self._received(entry)
            case "return.made":
                self.received[entry.subject].returns[body["id"]] = dict(body)
            case "webhook.set":
                self.webhooks[entry.subject] = dict(body)
            case "webhook.removed":
                self.webhooks.pop(entry.subject, None)

    def _created(self, entry: Entry) -> None:
        body = entry.body
        charge = Charge(entry.subject, body["body"], terms_of(body["body"]), body["token"], body["created_at"])
        self.charges[charge.txid] = self.by_token[charge.token] = charge

    def _received(self, entry: Entry) -> None:
        body = entry.body
        pix = Pix(dict(body["pix"]), datetime.fromisoformat(body["at"]), body["payer"])
        self.received[pix.e2eid] = pix
        self.by_payment_key[body["key"]] = pix.e2eid
        insort(self._by_time, (pix.at, pix.e2eid))
        charge = self.charges.get(pix.txid or "")
        if charge is not None:
            charge.paid_by.append(pix.e2eid)
            charge.status = DONE if charge.status == ACTIVE else charge.status

    def between(self, start: datetime, end: datetime) -> Iterator[Pix]:
        """Pix received in the span, both ends included, oldest first."""
        first = bisect_left(self._by_time, (start, ""))
        for at, e2eid in islice(self._by_time, first, None):
            if at > end:
                return
            yield self.received[e2eid]
