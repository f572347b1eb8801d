"""The values that the tables of remittances ask for by name, worked out from a title and its account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from types import MappingProxyType
from typing import Final

from brasil.bank_files.remittance.model import Account, Fine, Instruction, Interest, Party, Title
from brasil.bank_files.remittance.table import Value
from brasil.errors import BrasilError

_CPF_LENGTH: Final = 11
_PIX_KINDS: Final = MappingProxyType({"cpf": "1", "cnpj": "2", "phone": "3", "email": "4", "random": "5"})
_NO_CODES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Dialect:
    """How one bank's layout writes choices, as tables of codes.

    `instructions`: the code of each instruction; one that is missing the layout cannot carry. `interest`, `fine` and
    `discount`: codes by none, cents and percent (of interest: day and month); a missing one cannot be carried.
    `rate_decimals` and `percent_decimals`: the decimals of a monthly rate and of other percentages. `protest` and
    `write_off`: codes by none, days and working. `accepted`: the codes of not accepted and accepted.
    """

    instructions: Mapping[Instruction, str]
    interest: Mapping[str, str]
    fine: Mapping[str, str]
    discount: Mapping[str, str]
    accepted: tuple[str, str] = ("N", "A")
    protest: Mapping[str, str] = field(default_factory=dict)
    write_off: Mapping[str, str] = field(default_factory=dict)
    rate_decimals: int = 2
    percent_decimals: int = 2
    most_discounts: int = 1


def account_values(account: Account, *, file_date: date, file_sequence: int) -> dict[str, Value]:
    """Values of the company and of the file."""
    return {
        "bank": account.bank,
        "company_type": _tax_type(account.tax_id),
        "company_tax_id": account.tax_id,
        "company_name": account.name,
        "branch": account.branch,
        "branch_digit": account.branch_digit,
        "account": account.account,
        "account_digit": account.account_digit,
        "agreement": account.agreement,
        "wallet": account.wallet,
        "variation": account.variation,
        "file_date": file_date,
        "file_sequence": file_sequence,
    }


def title_values(title: Title, dialect: Dialect) -> dict[str, Value]:
    """Values of one title. Raises BrasilError if the bank's layout cannot carry what the title asks for."""
    if title.face_cents <= 0:
        raise BrasilError("remittance.face", "A title's face value is more than zero.", field="face_cents")
    instruction = dialect.instructions.get(title.instruction)
    if instruction is None:
        raise _cannot("instruction", title.instruction.value)
    values: dict[str, Value] = {
        "instruction": instruction,
        "our_number": title.our_number,
        "our_number_digit": title.our_number_digit,
        "document_number": title.document_number,
        "your_number": title.your_number,
        "due": title.due_on,
        "issued": title.issued_on,
        "face": title.face_cents,
        "species": title.species,
        "accepted": dialect.accepted[title.accepted],
        "abatement": title.abatement_cents,
    }
    values.update(_party("payer", title.payer))
    values.update(_party("guarantor", title.guarantor))
    values.update(_interest(title, dialect))
    values.update(_fine(title, dialect))
    values.update(_discounts(title, dialect))
    values.update(_after_due(title, dialect))
    for place in range(5):
        values[f"message{place + 1}"] = title.messages[place] if place < len(title.messages) else ""
    values["messages"] = int(bool(title.messages))
    values["terms"] = int(bool(title.fine or len(title.discounts) > 1))
    values["more"] = int(bool(len(title.messages) > 1 or len(title.discounts) > 1))
    values["pix_key"] = ""
    if title.pix:
        if title.pix.kind not in _PIX_KINDS:
            raise _cannot("pix", title.pix.kind)
        values.update(pix_kind=_PIX_KINDS[title.pix.kind], pix_key=title.pix.key, pix_txid=title.pix.txid)
    return values


def _cannot(name: str, found: object) -> BrasilError:
    return BrasilError(
        "remittance.not_possible",
        f"This bank's layout cannot carry this {name}: agree with the bank on another way, or leave it out.",
        field=name,
        found=found,
    )


def _tax_type(tax_id: str) -> str:
    return "1" if len(tax_id) == _CPF_LENGTH else "2"


def _party(name: str, party: Party | None) -> dict[str, Value]:
    if party is None:
        blank = ("tax_id", "name", "street", "district", "postal_code", "city", "state")
        return {f"{name}_type": "0", **{f"{name}_{part}": "" for part in blank}}
    return {
        f"{name}_type": _tax_type(party.tax_id),
        f"{name}_tax_id": party.tax_id,
        f"{name}_name": party.name,
        f"{name}_street": party.street,
        f"{name}_district": party.district,
        f"{name}_postal_code": party.postal_code,
        f"{name}_city": party.city,
        f"{name}_state": party.state,
    }


def scaled(percent: Decimal, decimals: int) -> int:
    """A percentage as the digits of a field with implied decimals; further decimals are cut off."""
    return int(percent.scaleb(decimals).quantize(Decimal(1), ROUND_DOWN))


def _interest(title: Title, dialect: Dialect) -> dict[str, Value]:
    interest = title.interest or Interest()
    starts_on = interest.starts_on or title.due_on + timedelta(days=1)
    if interest.cents_per_day is None and interest.percent_per_month is None:
        return {"interest_code": dialect.interest["none"], "interest": 0, "interest_from": None}
    if interest.percent_per_month is not None and "month" in dialect.interest:
        value = scaled(interest.percent_per_month, dialect.rate_decimals)
        return {"interest_code": dialect.interest["month"], "interest": value, "interest_from": starts_on}
    if "day" not in dialect.interest:
        raise _cannot("interest", "an amount per day")
    cents = interest.cents_per_day
    if cents is None and interest.percent_per_month is not None:
        # Banks that want money per day get the month's interest over 30, in whole cents, cut off in the payer's favour.
        cents = int((title.face_cents * interest.percent_per_month / 3000).quantize(Decimal(1), ROUND_DOWN))
    return {"interest_code": dialect.interest["day"], "interest": cents, "interest_from": starts_on}


def _fine(title: Title, dialect: Dialect) -> dict[str, Value]:
    fine = title.fine or Fine()
    starts_on = fine.starts_on or title.due_on + timedelta(days=1)
    if fine.percent is None and fine.cents is None:
        return {"fine_code": dialect.fine["none"], "fine": 0, "fine_from": None}
    if fine.percent is not None and "percent" in dialect.fine:
        value = scaled(fine.percent, dialect.percent_decimals)
        return {"fine_code": dialect.fine["percent"], "fine": value, "fine_from": starts_on}
    if "cents" not in dialect.fine:
        raise _cannot("fine", "an amount")
    cents = fine.cents
    if cents is None and fine.percent is not None:
        cents = int((title.face_cents * fine.percent / 100).quantize(Decimal(1), ROUND_DOWN))
    return {"fine_code": dialect.fine["cents"], "fine": cents, "fine_from": starts_on}


def _discounts(title: Title, dialect: Dialect) -> dict[str, Value]:
    if len(title.discounts) > dialect.most_discounts:
        raise _cannot("number of discounts", len(title.discounts))
    values: dict[str, Value] = {}
    for place in range(3):
        name = f"discount{place + 1}"
        if place >= len(title.discounts):
            values.update({f"{name}_code": dialect.discount["none"], f"{name}_until": None, name: 0})
            continue
        discount = title.discounts[place]
        kind = "percent" if discount.percent is not None else "cents"
        if kind not in dialect.discount:
            raise _cannot("discount", kind)
        value = scaled(discount.percent, dialect.percent_decimals) if discount.percent is not None else discount.cents
        values.update({f"{name}_code": dialect.discount[kind], f"{name}_until": discount.until, name: value})
    return values


def _after_due(title: Title, dialect: Dialect) -> dict[str, Value]:
    protest = "none" if title.protest_after_days is None else "working" if title.protest_in_working_days else "days"
    write_off = "none" if title.write_off_after_days is None else "days"
    if protest != "none" and protest not in dialect.protest:
        raise _cannot("protest", protest)
    if write_off != "none" and write_off not in dialect.write_off:
        raise _cannot("write-off", f"after {title.write_off_after_days} days")
    return {
        "protest_code": dialect.protest.get(protest, ""),
        "protest_days": title.protest_after_days or 0,
        "write_off_code": dialect.write_off.get(write_off, ""),
        "write_off_days": title.write_off_after_days or 0,
    }
