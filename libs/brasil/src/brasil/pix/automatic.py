"""Pix Automático (API Pix 2.9): recurrences (rec), their confirmation requests (solicrec), recurring charges (cobr)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from brasil.errors import BrasilError
from brasil.pix import ids, person, received
from brasil.pix.person import Person
from brasil.pix.reading import Node, amount, load, node, without_nulls
from brasil.pix.received import ReceivedPix

PERIODICITIES: Final = ("SEMANAL", "MENSAL", "TRIMESTRAL", "SEMESTRAL", "ANUAL")
NO_RETRIES: Final = "NAO_PERMITE"
THREE_RETRIES_IN_SEVEN_DAYS: Final = "PERMITE_3R_7D"
RETRY_POLICIES: Final = (NO_RETRIES, THREE_RETRIES_IN_SEVEN_DAYS)
RECURRENCE_STATUSES: Final = ("CRIADA", "APROVADA", "REJEITADA", "EXPIRADA", "CANCELADA")
CHARGE_STATUSES: Final = ("CRIADA", "ATIVA", "CONCLUIDA", "EXPIRADA", "REJEITADA", "CANCELADA")
ATTEMPT_KINDS: Final = ("AGND", "NTAG", "RIFL")
ATTEMPT_STATUSES: Final = ("SOLICITADA", "AGENDADA", "PAGA", "CANCELADA", "REJEITADA", "EXPIRADA")
ACCOUNT_KINDS: Final = ("CORRENTE", "POUPANCA", "PAGAMENTO")
# Rejections of an attempt after which the whole charge is rejected too (schema CobRTentativas).
FATAL_REJECTIONS: Final = frozenset({"AC05", "AM09", "DENC", "DS27", "DTED", "MIDI", "MSUC", "NITX", "RC09"})


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A status and when it began."""

    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a recurrence, charge or attempt ended. `asked_by` is None for a rejection."""

    code: str
    description: str
    asked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceRequest:
    """A new recurrence: a fixed amount, or (without it) a floor for the payer's limit, or neither."""

    contract: str
    debtor: Person
    starts_on: date
    periodicity: str
    retry_policy: str
    subject: str | None = None
    ends_on: date | None = None
    amount_cents: int | None = None
    payer_limit_floor_cents: int | None = None
    location_id: int | None = None
    first_charge_txid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A recurrence as the PSP answers or announces it; what a notification leaves out is None or empty."""

    id: str
    status: str
    contract: str | None
    debtor: Person | None
    starts_on: date | None
    ends_on: date | None
    periodicity: str | None
    amount_cents: int | None
    payer_limit_floor_cents: int | None
    retry_policy: str | None
    journey: str | None
    location: str | None
    history: tuple[StatusChange, ...]
    ending: Ending | None

    @property
    def retries_allowed(self) -> bool:
        return ids.parse_recurrence_id(self.id).retries_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class CobrRequest:
    """A charge of one cycle of a recurrence."""

    recurrence_id: str
    due_on: date
    original_cents: int
    receiver_account: str
    receiver_account_kind: str
    receiver_branch: str | None = None
    move_to_business_day: bool = True
    info: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to debit the payer."""

    settles_on: date | None
    kind: str
    status: str
    end_to_end_id: str
    rejection: Ending | None
    history: tuple[StatusChange, ...]

    @property
    def ends_the_charge(self) -> bool:
        return self.rejection is not None and self.rejection.code in FATAL_REJECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringCharge:
    """A cobr as the PSP answers or announces it; what a notification leaves out is None or empty."""

    txid: str
    recurrence_id: str
    status: str
    due_on: date | None
    original_cents: int | None
    move_to_business_day: bool
    retry_policy: str | None
    history: tuple[StatusChange, ...]
    attempts: tuple[Attempt, ...]
    payments: tuple[ReceivedPix, ...]
    ending: Ending | None


def recurrence_document(request: RecurrenceRequest) -> dict[str, object]:
    """Return the body of `POST /rec`.

    Raises BrasilError `pix.rec.contract|subject|periodicity|retry_policy|amount|dates`, `pix.txid`, and the debtor's.
    """
    for name, value in (("contract", request.contract), ("subject", request.subject or "-")):
        if not 1 <= len(value) <= 35:
            raise _refused(f"rec.{name}", f"The {name} has 1 to 35 characters.", f"vinculo.{name}", len(value))
    if request.periodicity not in PERIODICITIES:
        raise _refused("rec.periodicity", "There is no such periodicity.", "periodicidade", request.periodicity)
    if request.retry_policy not in RETRY_POLICIES:
        raise _refused(
            "rec.retry_policy", "There is no such retry policy.", "politicaRetentativa", request.retry_policy
        )
    if request.amount_cents is not None and request.payer_limit_floor_cents is not None:
        raise _refused(
            "rec.amount", "A fixed amount and a floor of the payer's limit exclude each other.", "valor", None
        )
    if request.ends_on is not None and request.ends_on < request.starts_on:
        raise _refused("rec.dates", "The recurrence ends before it starts.", "calendario.dataFinal", request.ends_on)
    amounts = {
        "valorRec": None if request.amount_cents is None else amount(request.amount_cents),
        "valorMinimoRecebedor": None
        if request.payer_limit_floor_cents is None
        else amount(request.payer_limit_floor_cents),
    }
    link = {
        "objeto": request.subject,
        "contrato": request.contract,
        "devedor": person.as_document(request.debtor, with_address=False, longest_name=140),
    }
    calendar = {
        "dataInicial": request.starts_on.isoformat(),
        "dataFinal": None if request.ends_on is None else request.ends_on.isoformat(),
        "periodicidade": request.periodicity,
    }
    activation: dict[str, object] | None = None
    if request.first_charge_txid is not None:
        activation = {"dadosJornada": {"txid": ids.charge_txid(request.first_charge_txid)}}
    return without_nulls(
        {
            "vinculo": without_nulls(link),
            "calendario": without_nulls(calendar),
            "valor": without_nulls(amounts) or None,
            "politicaRetentativa": request.retry_policy,
            "loc": request.location_id,
            "ativacao": activation,
        }
    )


def cobr_document(request: CobrRequest) -> dict[str, object]:
    """Return the body of `PUT /cobr/{txid}`. Raises BrasilError `pix.recurrence_id`, `pix.cobr.amount|account|info`."""
    recurrence = ids.parse_recurrence_id(request.recurrence_id)
    if recurrence.kind == "SC":
        raise _refused("recurrence_id", "A charge belongs to a recurrence (RR or RN).", "idRec", request.recurrence_id)
    if request.original_cents <= 0:
        raise _refused("cobr.amount", "The amount of a charge is above zero.", "valor.original", request.original_cents)
    branch = request.receiver_branch
    if (
        not 1 <= len(request.receiver_account) <= 20
        or request.receiver_account_kind not in ACCOUNT_KINDS
        or (branch is not None and not 1 <= len(branch) <= 4)
    ):
        kinds = ", ".join(ACCOUNT_KINDS)
        raise _refused("cobr.account", f"Account of 1 to 20, branch of 1 to 4 characters, {kinds}.", "recebedor", None)
    if request.info is not None and len(request.info) > 140:
        raise _refused("cobr.info", "The information has at most 140 characters.", "infoAdicional", len(request.info))
    return without_nulls(
        {
            "idRec": request.recurrence_id,
            "infoAdicional": request.info,
            "calendario": {"dataDeVencimento": request.due_on.isoformat()},
            "valor": {"original": amount(request.original_cents)},
            "ajusteDiaUtil": request.move_to_business_day,
            "recebedor": without_nulls(
                {
                    "agencia": branch,
                    "conta": request.receiver_account,
                    "tipoConta": request.receiver_account_kind,
                }
            ),
        }
    )


def _refused(code: str, message: str, place: str, found: object) -> BrasilError:
    return BrasilError(f"pix.{code}", message, field=place, found=found)


def parse_recurrence(document: Mapping[str, object]) -> Recurrence:
    """Return a recurrence. Raises BrasilError `pix.json.type|missing|value`, `pix.recurrence_id`."""
    return _recurrence(node(document))


def parse_recurring_charge(document: Mapping[str, object]) -> RecurringCharge:
    """Return a recurring charge. Raises BrasilError `pix.json.type|missing|value`, `pix.recurrence_id`, `pix.txid`."""
    return _charge(node(document))


def parse_recurrence_webhook(raw: bytes | str) -> tuple[Recurrence, ...]:
    """Return the recurrences of a webhook body `{"recs": […]}`. Raises as `parse_recurrence`."""
    return tuple(_recurrence(item) for item in _list(raw, "recs"))


def parse_cobr_webhook(raw: bytes | str) -> tuple[RecurringCharge, ...]:
    """Return the charges of a webhook body `{"cobsr": […]}`. Raises as `parse_recurring_charge`."""
    return tuple(_charge(item) for item in _list(raw, "cobsr"))


def _list(raw: bytes | str, name: str) -> tuple[Node, ...]:
    root = load(raw)
    if not root.has(name):
        raise BrasilError("pix.json.missing", f"The webhook body has no list named {name}.", field=name)
    return root.nodes(name)


def _recurrence_id(item: Node) -> str:
    text = item.text("idRec", longest=29)
    if ids.parse_recurrence_id(text).kind == "SC":
        raise item.fail("idRec", "The id is that of a request, not of a recurrence.", "RR or RN …", text)
    return text


def _recurrence(item: Node) -> Recurrence:
    link, calendar = item.node_or_empty("vinculo"), item.node_or_empty("calendario")
    value, activation = item.node_or_empty("valor"), item.node_or_empty("ativacao")
    location = item.node_or_empty("loc")
    return Recurrence(
        id=_recurrence_id(item),
        status=item.word("status"),
        contract=link.text_or_none("contrato", longest=35),
        debtor=person.parse(link.node("devedor"), longest_name=140) if link.has("devedor") else None,
        starts_on=calendar.day("dataInicial") if calendar.has("dataInicial") else None,
        ends_on=calendar.day("dataFinal") if calendar.has("dataFinal") else None,
        periodicity=calendar.word("periodicidade") if calendar.has("periodicidade") else None,
        amount_cents=value.cents("valorRec") if value.has("valorRec") else None,
        payer_limit_floor_cents=value.cents("valorMinimoRecebedor") if value.has("valorMinimoRecebedor") else None,
        retry_policy=item.word("politicaRetentativa") if item.has("politicaRetentativa") else None,
        journey=activation.word("tipoJornada") if activation.has("tipoJornada") else None,
        location=location.text_or_none("location", longest=77),
        history=_history(item),
        ending=_ending(item.node_or_empty("encerramento")),
    )


def _charge(item: Node) -> RecurringCharge:
    calendar, value = item.node_or_empty("calendario"), item.node_or_empty("valor")
    return RecurringCharge(
        txid=ids.charge_txid(item.text("txid", longest=35)),
        recurrence_id=_recurrence_id(item),
        status=item.word("status"),
        due_on=calendar.day("dataDeVencimento") if calendar.has("dataDeVencimento") else None,
        original_cents=value.cents("original") if value.has("original") else None,
        move_to_business_day=item.flag("ajusteDiaUtil", default=True),
        retry_policy=item.word("politicaRetentativa") if item.has("politicaRetentativa") else None,
        history=_history(item),
        attempts=tuple(_attempt(attempt) for attempt in item.nodes("tentativas")),
        payments=tuple(received.parse_pix(pix) for pix in item.nodes("pix")),
        ending=_ending(item.node_or_empty("encerramento")),
    )


def _attempt(item: Node) -> Attempt:
    end_to_end_id = item.text("endToEndId", longest=32)
    ids.parse_end_to_end_id(end_to_end_id)
    return Attempt(
        settles_on=item.day_if_readable("dataLiquidacao"),
        kind=item.word("tipo"),
        status=item.word("status"),
        end_to_end_id=end_to_end_id,
        rejection=_reason(item.node("rejeicao")) if item.has("rejeicao") else None,
        history=_history(item),
    )


def _history(item: Node) -> tuple[StatusChange, ...]:
    return tuple(StatusChange(change.word("status"), change.moment("data")) for change in item.nodes("atualizacao"))


def _ending(item: Node) -> Ending | None:
    for name in ("cancelamento", "rejeicao"):
        if item.has(name):
            return _reason(item.node(name))
    return None


def _reason(item: Node) -> Ending:
    return Ending(
        code=item.word("codigo"),
        description=item.text_or_none("descricao", longest=140) or "",
        asked_by=item.word("solicitante") if item.has("solicitante") else None,
    )
