"""What the bank is sent, checked before it is believed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from simulators.outside.host import refuse
from simulators.psp.values import check_digits

_CHARGES = {"amount": {"amount_cents"}, "percent": {"percent"}}
_INTEREST = {"amount_per_day": {"amount_cents"}, "rate": {"percent", "basis"}, "legal_rate": set[str]()}
_DISCOUNT = {"until": {"steps"}, "per_day_early": {"discount"}}


def checked_title(body: Mapping[str, Any]) -> dict[str, Any]:
    """A title's registration; raises `Refused` 422 naming the field."""
    for name in ("document_number", "barcode", "linha_digitavel"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise refuse(422, name, f"{name} must be a text")
    try:
        date.fromisoformat(body["due_on"])
    except (KeyError, TypeError, ValueError):
        raise refuse(422, "due_on", "due_on must be a day such as 2026-03-02") from None
    _whole(body, "amount_cents", least=1)
    if body.get("payable_days_after_due") is not None:
        _whole(body, "payable_days_after_due", least=0)
    for name, kinds in (("fine", _CHARGES), ("abatement", _CHARGES), ("interest", _INTEREST), ("discount", _DISCOUNT)):
        if body.get(name) is not None:
            _kind(body[name], name, kinds)
    for name in ("payer", "beneficiary"):
        _person(body.get(name), name)
    return dict(body)


def checked_account(body: Mapping[str, Any]) -> dict[str, str]:
    """An account's data; raises `Refused` 422 naming the field."""
    made = {}
    for name, longest in (("agencia", 5), ("conta", 12), ("conta_dv", 1), ("company", 140), ("tax_id", 14)):
        value = body.get(name)
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise refuse(422, name, f"{name} must be a text of at most {longest} characters")
        made[name] = value
    return made


def _whole(body: Mapping[str, Any], name: str, *, least: int) -> None:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise refuse(422, name, f"{name} must be a whole number, {least} or more")


def _kind(given: Any, name: str, kinds: Mapping[str, set[str]]) -> None:
    kind = str(given.get("kind")) if isinstance(given, Mapping) else ""
    if kind not in kinds or not kinds[kind] <= set(given):
        raise refuse(422, name, f"{name} must be one of {', '.join(kinds)} with its fields")


def _person(person: Any, name: str) -> None:
    if not isinstance(person, Mapping) or not isinstance(person.get("name"), str) or not person["name"]:
        raise refuse(422, name, f"{name} needs a name")
    tax_id = person.get("tax_id")
    if not isinstance(tax_id, str) or len(tax_id) not in (11, 14) or check_digits(tax_id[:-2]) != tax_id[-2:]:
        raise refuse(422, name, f"{name} needs a tax_id with right check digits")
