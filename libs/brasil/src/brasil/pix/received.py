"""Money that came in by Pix, as the API tells it: webhook bodies, `GET /pix`, and returns (devoluções).

A webhook is a hint, never a proof: any customer of the same PSP can register someone else's URL for a key of his own.
Check that `key` is yours and confirm with `GET /pix/{e2eid}` before settling anything. Only Pix with a txid are
announced, and the same Pix comes again when a return of it changes its status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from brasil.errors import BrasilError
from brasil.pix import ids
from brasil.pix.reading import Node, amount, load, node, without_nulls

IN_PROCESS: Final = "EM_PROCESSAMENTO"
RETURNED: Final = "DEVOLVIDO"
NOT_RETURNED: Final = "NAO_REALIZADO"
ORIGINAL: Final = "ORIGINAL"
WITHDRAWAL: Final = "RETIRADA"
# Natures of a return that the arrangement forces on the receiver (Mecanismo Especial de Devolução).
FORCED_NATURES: Final = frozenset({"MED_OPERACIONAL", "MED_FRAUDE", "MED_PIX_AUTOMATICO"})
COMPONENTS_ADDED: Final = ("original", "saque", "troco", "multa", "juros")
COMPONENTS_TAKEN_OFF: Final = ("abatimento", "desconto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A return (devolução) of a Pix, whole or part. `return_id` is the `D…` id of the payment back."""

    id: str
    return_id: str | None
    amount_cents: int
    nature: str
    status: str
    requested_at: datetime | None
    settled_at: datetime | None
    reason: str | None

    @property
    def is_done(self) -> bool:
        return self.status == RETURNED

    @property
    def is_forced(self) -> bool:
        return self.nature in FORCED_NATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPix:
    """One Pix received. `components` are the parts of the amount where the PSP tells them, in cents."""

    end_to_end_id: str
    txid: str | None
    amount_cents: int
    at: datetime
    key: str | None
    payer_text: str | None
    components: Mapping[str, int]
    refunds: tuple[Refund, ...]

    @property
    def refunded_cents(self) -> int:
        """What has really gone back; returns in process or not carried out do not count."""
        return sum(refund.amount_cents for refund in self.refunds if refund.is_done)

    @property
    def components_add_up(self) -> bool | None:
        """Whether the parts make up the amount, None if the PSP does not tell them."""
        if not self.components:
            return None
        added = sum(self.components.get(name, 0) for name in COMPONENTS_ADDED)
        return added - sum(self.components.get(name, 0) for name in COMPONENTS_TAKEN_OFF) == self.amount_cents


def parse_webhook(raw: bytes | str) -> tuple[ReceivedPix, ...]:
    """Return the Pix of a webhook body `{"pix": […]}`.

    Raises BrasilError `pix.json.syntax|too_long|type|missing|value`, `pix.end_to_end_id`, `pix.txid`.
    """
    root = load(raw)
    if not root.has("pix"):
        raise BrasilError("pix.json.missing", "The webhook body has no list named pix.", field="pix")
    return tuple(parse_pix(item) for item in root.nodes("pix"))


def parse_document(document: Mapping[str, object]) -> ReceivedPix:
    """Return one Pix of `GET /pix/{e2eid}`. Raises as `parse_webhook`."""
    return parse_pix(node(document))


def parse_pix(item: Node) -> ReceivedPix:
    """Return one Pix. Raises as `parse_webhook`."""
    end_to_end_id = item.text("endToEndId", longest=32)
    ids.parse_end_to_end_id(end_to_end_id)
    txid = item.text_or_none("txid", longest=35)
    components = item.node_or_empty("componentesValor")
    return ReceivedPix(
        end_to_end_id=end_to_end_id,
        txid=None if txid is None else ids.received_txid(txid),
        amount_cents=item.cents("valor"),
        at=item.moment("horario"),
        key=item.text_or_none("chave", longest=77),
        payer_text=item.text_or_none("infoPagador", longest=140),
        components={
            name: components.node(name).cents("valor")
            for name in (*COMPONENTS_ADDED, *COMPONENTS_TAKEN_OFF)
            if components.has(name)
        },
        refunds=tuple(parse_refund(refund) for refund in item.nodes("devolucoes")),
    )


def parse_refund(item: Node) -> Refund:
    """Return one return. Raises BrasilError `pix.json.missing|value`, `pix.refund_id`."""
    times = item.node_or_empty("horario")
    return Refund(
        id=ids.refund_id(item.text("id", longest=35)),
        return_id=item.text_or_none("rtrId", longest=32),
        amount_cents=item.cents("valor"),
        nature=item.word("natureza") if item.has("natureza") else ORIGINAL,
        status=item.word("status"),
        requested_at=times.moment("solicitacao") if times.has("solicitacao") else None,
        settled_at=times.moment("liquidacao") if times.has("liquidacao") else None,
        reason=item.text_or_none("motivo", longest=140),
    )


def refund_document(
    *, amount_cents: int, nature: str | None = None, description: str | None = None
) -> dict[str, object]:
    """Return the body of `PUT /pix/{e2eid}/devolucao/{id}`.

    Raises BrasilError `pix.refund.amount`, `pix.refund.nature` (only ORIGINAL and RETIRADA may be asked for),
    `pix.refund.description`.
    """
    if amount_cents <= 0:
        raise BrasilError("pix.refund.amount", "A return is of more than zero.", field="valor", found=amount_cents)
    if nature not in {None, ORIGINAL, WITHDRAWAL}:
        raise BrasilError(
            "pix.refund.nature",
            "A receiver may ask for a return of the original or of a withdrawal.",
            field="natureza",
            found=nature,
            expected=f"{ORIGINAL} or {WITHDRAWAL}",
        )
    if description is not None and len(description) > 140:
        raise BrasilError(
            "pix.refund.description",
            "The description has at most 140 characters.",
            field="descricao",
            found=len(description),
            expected="at most 140",
        )
    return without_nulls({"valor": amount(amount_cents), "natureza": nature, "descricao": description})
