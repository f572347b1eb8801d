"""What the bank is sent, checked before it is believed."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from simulators.bank.charges import amount_due
from simulators.outside.host import refuse
from simulators.psp.values import FIRST_YEAR, LAST_YEAR, check_digits

LARGEST_CENTS: Final = 10**11
"""A thousand million reais: more than any field of a return file is asked to hold."""

_TAX_ID: Final = re.compile(r"\d{11}|[0-9A-Z]{12}\d{2}", re.ASCII)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_CHARGES = {"amount": {"amount_cents"}, "percent": {"percent"}}
_INTEREST = {"amount_per_day": {"amount_cents"}, "rate": {"percent", "basis"}, "legal_rate": set[str]()}
_DISCOUNT = {"until": {"steps"}, "per_day_early": {"discount"}}


def checked_title(body: Mapping[str, Any]) -> dict[str, Any]:
    """A title's registration; raises `Refused` 422 naming the field."""
    for name in ("document_number", "barcode", "linha_digitavel"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise refuse(422, name, f"{name} must be a text")
    try:
        due_on = date.fromisoformat(body["due_on"])
    except (KeyError, TypeError, ValueError):
        raise refuse(422, "due_on", "due_on must be a day such as 2026-03-02") from None
    if not FIRST_YEAR <= due_on.year <= LAST_YEAR:
        raise refuse(422, "due_on", f"due_on must lie between {FIRST_YEAR} and {LAST_YEAR}")
    _whole(body, "amount_cents", least=1, most=10**10 - 1)
    if body.get("payable_days_after_due") is not None:
        _whole(body, "payable_days_after_due", least=0, most=3_650)
    for name, kinds in (("fine", _CHARGES), ("abatement", _CHARGES), ("interest", _INTEREST), ("discount", _DISCOUNT)):
        if body.get(name) is not None:
            _kind(body[name], name, kinds)
    for name in ("payer", "beneficiary"):
        _person(body.get(name), name)
    _check_terms(body)
    return dict(body)


def _check_terms(body: Mapping[str, Any]) -> None:
    """Try the terms: on the due date, a month before, and a month after."""
    due_on = date.fromisoformat(body["due_on"])
    try:
        amounts = [amount_due(body, due_on + timedelta(days)).total for days in (-31, 0, 31)]
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise refuse(422, "terms", "fine, interest, discount or abatement cannot be computed") from None
    if not all(0 < amount <= LARGEST_CENTS for amount in amounts):
        raise refuse(422, "terms", "fine, interest, discount or abatement make no amount that can be paid")


def checked_account(bank_code: str, body: Mapping[str, Any]) -> dict[str, str]:
    """An account's data; raises `Refused` 422 naming the field. Itaú's files have room for 4 and 5 digits."""
    itau = bank_code == "341"
    widths = {"agencia": 4 if itau else 5, "conta": 5 if itau else 12, "conta_dv": 1, "company": 140, "tax_id": 14}
    made = {}
    for name, longest in widths.items():
        value = body.get(name)
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise refuse(422, name, f"{name} must be a text of at most {longest} characters")
        made[name] = value.zfill(longest) if itau and name in ("agencia", "conta") else value
    for name in ("agencia", "conta", "conta_dv"):
        if not _DIGITS.fullmatch(made[name]):
            raise refuse(422, name, f"{name} must have digits only")
    if not _TAX_ID.fullmatch(made["tax_id"]):
        raise refuse(422, "tax_id", "tax_id must be a CPF or CNPJ without punctuation")
    return made


def _whole(body: Mapping[str, Any], name: str, *, least: int, most: int) -> None:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise refuse(422, name, f"{name} must be a whole number from {least} to {most}")


def _kind(given: Any, name: str, kinds: Mapping[str, set[str]]) -> None:
    kind = str(given.get("kind")) if isinstance(given, Mapping) else ""
    if kind not in kinds or not kinds[kind] <= set(given):
        raise refuse(422, name, f"{name} must be one of {', '.join(kinds)} with its fields")


def _person(person: Any, name: str) -> None:
    if not isinstance(person, Mapping) or not isinstance(person.get("name"), str) or not person["name"]:
        raise refuse(422, name, f"{name} needs a name")
    tax_id = person.get("tax_id")
    if not isinstance(tax_id, str) or not _TAX_ID.fullmatch(tax_id) or check_digits(tax_id[:-2]) != tax_id[-2:]:
        raise refuse(422, name, f"{name} needs a tax_id with right check digits")
