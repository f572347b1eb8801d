"""The customer (payer) as every `customer.*` event carries it: a whole snapshot with its version.

Personal data stands in the `personal` block and nowhere else, in no other event of the catalogue, so that it can be
sealed with a key of that customer's own. What a rule needs to choose a recipient (which contact, which channel, may it
be used) stands outside the block and says nothing about who the person is: dunning works on sealed snapshots.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contracts.base import Instant, Record
from contracts.fields import (
    ON_ONE_LINE,
    Channel,
    ClockTime,
    Code,
    Day,
    IbgeCode,
    Language,
    PostalCode,
    Reference,
    ShortText,
    TaxId,
    TimeZone,
    Uf,
    Version,
)


class Contact(Record):
    """One way to reach the customer, without its address. `authorised`: may lawfully be told about the debt."""

    contact_id: UUID
    channel: Channel
    role: Literal["payer", "finance", "owner", "representative", "guarantor", "other"]
    authorised: bool
    language: Language
    status: Literal["active", "unconfirmed", "invalid", "opted_out", "wrong_person"]
    lawful_basis: Literal["contract", "credit_protection", "legitimate_interest", "consent"]
    confirmed_at: Instant | None = None


class ContactAddress(Record):
    """The personal half of a contact: e-mail address, phone number in E.164, or postal address on one line."""

    contact_id: UUID
    name: ShortText
    address: Annotated[str, Field(min_length=3, max_length=320, pattern=ON_ONE_LINE)]


class PostalAddress(Record):
    """Where a person or company is found."""

    street: ShortText
    number: Annotated[str, Field(max_length=20, pattern=ON_ONE_LINE)]
    complement: ShortText | None = None
    district: ShortText | None = None
    city: ShortText
    uf: Uf
    postal_code: PostalCode


class Personal(Record):
    """Everything that says who the customer is, readable."""

    form: Literal["clear"] = "clear"
    name: ShortText
    tax_id: TaxId
    addresses: tuple[ContactAddress, ...]
    postal_address: PostalAddress | None = None


class SealedPersonal(Record):
    """The same block, encrypted with the customer's own key; unreadable for ever once that key is destroyed."""

    form: Literal["sealed"] = "sealed"
    algorithm: Literal["A256GCM"]
    key_id: UUID
    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16}$")]
    ciphertext: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22,}$")]


class ChannelPreference(Record):
    """What the customer said about a channel. `rank` 1 is the favourite; none said: no rank."""

    channel: Channel
    allowed: bool
    rank: Annotated[int, Field(ge=1, le=9)] | None = None

    @model_validator(mode="after")
    def _a_refused_channel_has_no_rank(self) -> "ChannelPreference":
        if self.rank is not None and not self.allowed:
            raise ValueError(f"channel {self.channel} is refused, so it has no rank")
        return self


class ContactDays(Record):
    """When the customer asked to be contacted; an empty list asks for nothing. Weekdays are ISO: Monday is 1."""

    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    days_of_month: tuple[Day, ...] = ()
    not_before: ClockTime | None = None
    not_after: ClockTime | None = None

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> "ContactDays":
        if self.not_before is not None and self.not_after is not None and self.not_before >= self.not_after:
            raise ValueError("contact hours: not_before must be earlier than not_after")
        return self


CustomerFlag = Literal[
    "do_not_contact", "deceased", "bankrupt", "judicial_recovery", "in_litigation", "protected_person", "key_account"
]


class Customer(Record):
    """A payer at one version. Keep the highest version seen; order across topics then does not matter."""

    customer_id: UUID
    version: Version
    external_id: Reference
    kind: Literal["person", "company"]
    uf: Uf
    city_code: IbgeCode
    time_zone: TimeZone
    language: Language
    contact_days: ContactDays
    channels: tuple[ChannelPreference, ...]
    contacts: tuple[Contact, ...]
    flags: tuple[CustomerFlag, ...] = ()
    segment: Code | None = None
    tags: tuple[Code, ...] = ()
    personal: Annotated[Personal | SealedPersonal, Field(discriminator="form")]

    @property
    def readable(self) -> Personal | None:
        """The personal block, or None while it is sealed."""
        return self.personal if isinstance(self.personal, Personal) else None

    @model_validator(mode="after")
    def _parts_agree(self) -> "Customer":
        ids = {contact.contact_id for contact in self.contacts}
        if len(ids) != len(self.contacts):
            raise ValueError("contacts: a contact_id stands twice")
        if len({preference.channel for preference in self.channels}) != len(self.channels):
            raise ValueError("channels: a channel stands twice")
        if isinstance(self.personal, Personal):
            addressed = [address.contact_id for address in self.personal.addresses]
            if len(addressed) != len(ids) or set(addressed) != ids:
                raise ValueError("personal.addresses: every contact needs exactly one address, and no other has one")
            if (len(self.personal.tax_id) == 11) != (self.kind == "person"):
                raise ValueError("personal.tax_id: a person has a CPF (11 digits), a company a CNPJ (14 characters)")
        return self
