"""Charges of API Pix 2.9: cob (immediate) and cobv (with due date), as requests and as the PSP answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from brasil.errors import BrasilError
from brasil.pix import ids, keys, person, received, terms
from brasil.pix.person import Person
from brasil.pix.reading import Node, amount, node, without_nulls
from brasil.pix.received import ReceivedPix
from brasil.pix.terms import Terms

ACTIVE: Final = "ATIVA"
PAID: Final = "CONCLUIDA"
REMOVED_BY_RECEIVER: Final = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
REMOVED_BY_PSP: Final = "REMOVIDA_PELO_PSP"
STATUSES: Final = (ACTIVE, PAID, REMOVED_BY_RECEIVER, REMOVED_BY_PSP)
DEFAULT_EXPIRATION_SECONDS: Final = 86_400
MOST_INFO: Final = 50


@dataclass(frozen=True, slots=True)
class Info:
    """One line shown to the payer."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CobRequest:
    """A new immediate charge. `key` is the receiver's Pix key; `location_id` a location made before."""

    key: str
    original_cents: int
    expires_in_seconds: int = DEFAULT_EXPIRATION_SECONDS
    payer_may_change_amount: bool = False
    debtor: Person | None = None
    payer_request: str | None = None
    info: tuple[Info, ...] = ()
    location_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CobvRequest:
    """A new charge with due date; its amounts and dates are `terms`."""

    key: str
    terms: Terms
    debtor: Person
    payer_request: str | None = None
    info: tuple[Info, ...] = ()
    location_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A cob or cobv as the PSP answers it.

    `status` is one of `STATUSES`, or a word the API may add later. It never says overdue or expired: such a charge
    stays ATIVA. `terms` is None for a cob, `expires_in_seconds` None for a cobv. `revision` counts changes from 0.
    """

    txid: str
    status: str
    revision: int
    original_cents: int
    key: str | None
    created_at: datetime | None
    expires_in_seconds: int | None
    terms: Terms | None
    debtor: Person | None
    payer_request: str | None
    info: tuple[Info, ...]
    location: str | None
    location_id: int | None
    br_code: str | None
    payments: tuple[ReceivedPix, ...]

    @property
    def is_paid(self) -> bool:
        return self.status == PAID

    @property
    def is_removed(self) -> bool:
        # The text of the API says REMOVIDO once, its enumeration REMOVIDA.
        return self.status.startswith(("REMOVIDA", "REMOVIDO"))


def cob_document(request: CobRequest) -> dict[str, object]:
    """Return the body of `PUT /cob/{txid}`. Raises BrasilError: key, debtor, amount or text not allowed."""
    if request.original_cents <= 0 and not request.payer_may_change_amount:
        raise BrasilError(
            "pix.cob.original",
            "The amount of a charge is above zero, unless the payer may change it.",
            field="valor.original",
            found=request.original_cents,
        )
    if not 1 <= request.expires_in_seconds <= 2**31 - 1:
        raise BrasilError(
            "pix.cob.expiration",
            "A charge lives at least a second.",
            field="calendario.expiracao",
            found=request.expires_in_seconds,
        )
    value = {
        "original": amount(request.original_cents),
        "modalidadeAlteracao": 1 if request.payer_may_change_amount else None,
    }
    debtor = None
    if request.debtor is not None:
        debtor = person.as_document(request.debtor, with_address=False)
    return without_nulls(
        {
            "calendario": {"expiracao": request.expires_in_seconds},
            "devedor": debtor,
            "loc": None if request.location_id is None else {"id": request.location_id},
            "valor": without_nulls(value),
            **_common(request.key, request.payer_request, request.info),
        }
    )


def cobv_document(request: CobvRequest) -> dict[str, object]:
    """Return the body of `PUT /cobv/{txid}`. Raises BrasilError as `cob_document`, and as `terms.check`."""
    calendar, value = terms.as_documents(request.terms)
    return without_nulls(
        {
            "calendario": calendar,
            "devedor": person.as_document(request.debtor, with_address=True),
            "loc": None if request.location_id is None else {"id": request.location_id},
            "valor": value,
            **_common(request.key, request.payer_request, request.info),
        }
    )


def _common(key: str, payer_request: str | None, info: tuple[Info, ...]) -> dict[str, object]:
    if payer_request is not None and len(payer_request) > 140:
        raise BrasilError(
            "pix.cob.payer_request",
            "The request to the payer has at most 140 characters.",
            field="solicitacaoPagador",
            found=len(payer_request),
            expected="at most 140",
        )
    if len(info) > MOST_INFO or any(len(item.name) > 50 or len(item.value) > 200 for item in info):
        raise BrasilError(
            "pix.cob.info",
            "At most 50 lines of information, names of 50 and values of 200 characters.",
            field="infoAdicionais",
        )
    return {
        "chave": keys.parse(key).value,
        "solicitacaoPagador": payer_request,
        "infoAdicionais": [{"nome": item.name, "valor": item.value} for item in info] or None,
    }


def parse_cob(document: Mapping[str, object]) -> Charge:
    """Return an immediate charge. Raises BrasilError `pix.json.type|missing|value`, `pix.txid`."""
    root = node(document)
    calendar = root.node_or_empty("calendario")
    expires = DEFAULT_EXPIRATION_SECONDS
    if calendar.has("expiracao"):
        expires = calendar.integer("expiracao", least=0, most=2**31 - 1)
    return _charge(root, expires_in_seconds=expires, cobv_terms=None)


def parse_cobv(document: Mapping[str, object]) -> Charge:
    """Return a charge with due date. Raises BrasilError `pix.json.type|missing|value`, `pix.txid`."""
    root = node(document)
    return _charge(root, expires_in_seconds=None, cobv_terms=terms.parse(root))


def _charge(root: Node, *, expires_in_seconds: int | None, cobv_terms: Terms | None) -> Charge:
    calendar, location = root.node_or_empty("calendario"), root.node_or_empty("loc")
    place = root.text_or_none("location", longest=77)
    if place is None and location.has("location"):
        place = location.text("location", longest=77)
    return Charge(
        txid=ids.charge_txid(root.text("txid", longest=35)),
        status=root.word("status"),
        revision=root.integer("revisao", least=0, most=2**31 - 1) if root.has("revisao") else 0,
        original_cents=root.node("valor").cents("original"),
        key=root.text_or_none("chave", longest=77),
        created_at=calendar.moment("criacao") if calendar.has("criacao") else None,
        expires_in_seconds=expires_in_seconds,
        terms=cobv_terms,
        debtor=person.parse(root.node("devedor")) if root.has("devedor") else None,
        payer_request=root.text_or_none("solicitacaoPagador", longest=140),
        info=tuple(
            Info(item.text("nome", longest=50), item.text("valor", longest=200))
            for item in root.nodes("infoAdicionais")
        ),
        location=place,
        location_id=location.integer("id", least=0, most=2**63 - 1) if location.has("id") else None,
        br_code=root.text_or_none("pixCopiaECola", longest=512),
        payments=tuple(received.parse_pix(item) for item in root.nodes("pix")),
    )
