"""Customers as pure rules: registered, changed, silenced, erased."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoicing_builders import customer as body

from chassis import canary
from chassis.errors import InvalidError
from contracts.customers import Customer
from invoicing.domain import customers as rules
from invoicing.domain.contacts import AddressError, email, phone
from invoicing.domain.customers import ContactInput, CustomerInput


class Counter:
    def __init__(self, last: int = 0) -> None:
        self.last = last

    def __call__(self) -> UUID:
        self.last += 1
        return UUID(int=self.last)


def registered(**changes: Any) -> Customer:
    given_ = CustomerInput.model_validate(body(**changes))
    return rules.register(given_, customer_id=UUID(int=900), new_id=Counter())


def changed(before: Customer, **changes: Any) -> tuple[Customer, tuple[str, ...], str]:
    found = rules.amend(before, changes, new_id=Counter(100))
    assert found is not None
    return found


class TestRegistering:
    def test_everything_is_kept_in_one_form(self) -> None:
        made = registered(
            tax_id="11.222.333/0001-81",
            contacts=[
                {"channel": "email", "name": "A", "address": " Ana@MAIL.example "},
                {"channel": "sms", "name": "A", "address": "(11) 98765-0123"},
                {"channel": "letter", "name": "A", "address": "Rua  B, 2\tSão Paulo"},
            ],
        )
        assert made.kind == "company"
        assert made.readable is not None
        assert made.readable.tax_id == "11222333000181"
        addresses = [one.address for one in made.readable.addresses]
        assert addresses == ["Ana@mail.example", "+5511987650123", "Rua B, 2 São Paulo"]

    def test_all_that_is_wrong_is_told_at_once_and_never_repeated(self) -> None:
        with pytest.raises(InvalidError) as refused:
            registered(
                tax_id="12345678901",
                uf="RJ",
                city_code="3550308",
                contacts=[
                    {"channel": "email", "name": "A", "address": "nobody"},
                    {"channel": "sms", "name": "A", "address": "+551130034567"},
                ],
            )
        faults = refused.value.faults
        assert {fault.pointer for fault in faults} == {
            "/tax_id",
            "/city_code",
            "/contacts/0/address",
            "/contacts/1/address",
        }
        assert not any(value in str(faults) for value in ("12345678901", "nobody", "30034567"))

    @given(st.text(max_size=60))
    def test_no_text_breaks_the_readers_of_addresses(self, text: str) -> None:
        for reader in (email, lambda value: phone(value, mobile=False)):
            try:
                kept = reader(text)
            except AddressError:
                continue
            assert reader(kept) == kept


class TestChanging:
    def test_nothing_changes_where_everything_is_so_already(self) -> None:
        before = registered()
        assert rules.amend(before, {"uf": "SP", "language": "pt-BR"}, new_id=Counter()) is None

    def test_a_move_takes_the_time_zone_with_it(self) -> None:
        after, names, reason = changed(registered(), uf="AC", city_code="1200401")
        assert (after.time_zone, reason) == ("America/Rio_Branco", "data_corrected")
        assert set(names) == {"uf", "city_code", "time_zone"}
        kept, _, _ = changed(registered(), uf="AC", time_zone="America/Sao_Paulo")
        assert (kept.city_code, kept.time_zone) == ("1200401", "America/Sao_Paulo")

    def test_contacts_are_changed_by_their_id_added_without_and_dropped_when_left_out(self) -> None:
        before = registered()
        mail = before.contacts[0].contact_id
        wanted = (
            ContactInput(contact_id=mail, channel="email", name="Z", address="new@mail.example"),
            ContactInput(channel="voice", name="Z", address="+551130034567"),
        )
        after, names, reason = changed(before, contacts=wanted)
        assert [one.channel for one in after.contacts] == ["email", "voice"]
        assert after.contacts[0].contact_id == mail
        assert (set(names), reason) == ({"contacts", "personal"}, "contacts_changed")
        foreign = ContactInput(contact_id=UUID(int=77), channel="email", name="Z", address="a@mail.example")
        with pytest.raises(InvalidError):
            rules.amend(before, {"contacts": (foreign,)}, new_id=Counter())

    def test_a_refused_channel_stays_refused_beside_the_others(self) -> None:
        before = registered()
        once = rules.opted_out(before, channel="sms", contact_id=None)
        assert once is not None
        assert rules.opted_out(once, channel="sms", contact_id=None) is None
        everything = rules.opted_out(once, channel=None, contact_id=None)
        assert everything is not None
        assert {one.channel for one in everything.channels if not one.allowed} == {
            "email",
            "sms",
            "whatsapp",
            "voice",
            "letter",
        }

    def test_one_contact_is_silenced_alone(self) -> None:
        before = registered()
        contact = before.contacts[1].contact_id
        after = rules.opted_out(before, channel="whatsapp", contact_id=contact)
        assert after is not None
        assert [one.status for one in after.contacts] == ["active", "opted_out"]
        assert after.channels == ()

    def test_an_erased_customer_holds_nothing_of_the_person(self) -> None:
        after = rules.erased(registered(), key_id=UUID(int=5), nonce="n" * 16, noise="x" * 22)
        text = after.model_dump_json()
        assert list(canary.hits(text, "snapshot")) == []
        assert (after.version, after.contacts, after.readable) == (2, (), None)
        with pytest.raises(InvalidError):
            rules.amend(after, {"language": "en-US"}, new_id=Counter())


@given(st.binary(min_size=1, max_size=40), st.integers(1, 10**11 - 1))
def test_hashes_of_tax_ids_depend_on_the_key(key: bytes, number: int) -> None:
    text = f"{number:011d}"
    assert rules.tax_id_hash(key, text) == rules.tax_id_hash(key, text)
    assert rules.tax_id_hash(key, text) != rules.tax_id_hash(key + b"x", text)
