"""What a remittance says, in the field's terms, whatever the bank."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Instruction(StrEnum):
    """What the bank is asked to do with a title."""

    REGISTER = "register"
    WRITE_OFF = "write_off"
    GRANT_ABATEMENT = "grant_abatement"
    CANCEL_ABATEMENT = "cancel_abatement"
    CHANGE_DUE_DATE = "change_due_date"
    PROTEST = "protest"
    STOP_PROTEST = "stop_protest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A payer or guarantor. `tax_id` is a CPF of 11 or a CNPJ of 14 characters, `postal_code` eight digits."""

    tax_id: str
    name: str
    street: str = ""
    district: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who sends the remittance. Which of the texts a bank needs, and how long they are, its own layout says.

    `agreement` is the bank's code of the company: convênio (BB, Sicoob, 240), código do beneficiário (Caixa), código
    de transmissão (Santander, 20 characters in 400 and 15 in 240), código da empresa (Bradesco).
    """

    bank: str
    tax_id: str
    name: str
    branch: str
    branch_digit: str = ""
    account: str = ""
    account_digit: str = ""
    agreement: str = ""
    wallet: str = ""
    variation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Interest on late payment: an amount per day, or a percentage per month of 30 days."""

    cents_per_day: int | None = None
    percent_per_month: Decimal | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """The fine for late payment: a percentage of the face value, or an amount; from `starts_on`, else after due."""

    percent: Decimal | None = None
    cents: int | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount for payment up to a day: an amount, or a percentage of the face value."""

    until: date
    cents: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PixKey:
    """The payee's Pix key that the bank puts into the title's QR code. `kind`: cpf, cnpj, phone, email or random."""

    kind: str
    key: str
    txid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """One title of a remittance. `our_number` has the characters that the bank's return gives back."""

    our_number: str
    document_number: str
    due_on: date
    issued_on: date
    face_cents: int
    payer: Party
    your_number: str = ""
    our_number_digit: str = ""
    species: str = "01"
    accepted: bool = False
    interest: Interest | None = None
    fine: Fine | None = None
    discounts: tuple[Discount, ...] = ()
    abatement_cents: int = 0
    protest_after_days: int | None = None
    protest_in_working_days: bool = False
    write_off_after_days: int | None = None
    guarantor: Party | None = None
    messages: tuple[str, ...] = ()
    pix: PixKey | None = None
    instruction: Instruction = Instruction.REGISTER
