"""What the PSP decides, as functions of values: a body is right, a charge may be paid, how an end-to-end id looks."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulators.outside.chance import word
from simulators.psp.book import ACTIVE, DONE, Charge
from simulators.psp.terms import terms_of
from simulators.psp.values import TXID, Violation, check_person

BRASILIA: Final = ZoneInfo("America/Sao_Paulo")
PAYERS_ISPB: Final = "60746948"
_KEY: Final = re.compile(r"[^\s]{5,77}")
_KNOWN: Final = frozenset({"calendario", "devedor", "loc", "valor", "chave", "solicitacaoPagador", "infoAdicionais"})


def check_cobv(txid: str, body: Mapping[str, Any]) -> None:
    """Refuse a cobv that the API would refuse; raises `Violation`."""
    if not TXID.fullmatch(txid):
        raise Violation("txid", "must have 26 to 35 letters and digits")
    unknown = sorted(set(body) - _KNOWN)
    if unknown:
        raise Violation(f"cobv.{unknown[0]}", "is not a field of a cobv")
    terms_of(body)
    check_person(body.get("devedor"), "cobv.devedor")
    if not isinstance(body.get("chave"), str) or not _KEY.fullmatch(body["chave"]):
        raise Violation("cobv.chave", "must be a Pix key of at most 77 characters")
    ask = body.get("solicitacaoPagador")
    if ask is not None and (not isinstance(ask, str) or len(ask) > 140):
        raise Violation("cobv.solicitacaoPagador", "must have at most 140 characters")
    more = body.get("infoAdicionais", [])
    if not isinstance(more, list) or len(more) > 50:
        raise Violation("cobv.infoAdicionais", "must be a list of at most 50")
    for index, info in enumerate(more):
        right = isinstance(info, Mapping) and isinstance(info.get("nome"), str) and isinstance(info.get("valor"), str)
        if not right or len(info["nome"]) > 50 or len(info["valor"]) > 200:
            raise Violation(f"cobv.infoAdicionais[{index}]", "needs nome (50) and valor (200)")


def why_unpayable(charge: Charge, on: date) -> str | None:
    """The reason for which a payer's bank refuses to pay the charge on this day; None if it may be paid."""
    if charge.status == DONE:
        return "charge_paid"
    if charge.status != ACTIVE:
        return "charge_removed"
    return "charge_expired" if on > charge.terms.last_day else None


def end_to_end_id(seed: int, at: datetime, key: str, *, letter: str = "E") -> str:
    """E or D, ISPB, minute in UTC and eleven characters that are the same for the same payment."""
    return f"{letter}{PAYERS_ISPB}{at.astimezone(UTC):%Y%m%d%H%M}{word(seed, 11, 'e2e', letter, key)}"


def local_day(instant: datetime) -> date:
    """The banking day's calendar date."""
    return instant.astimezone(BRASILIA).date()
