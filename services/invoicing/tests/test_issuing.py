"""Issuing, registering and the profile behind them, as pure rules."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from invoicing_builders import profile as profile_body

from brasil.boleto import line
from brasil.pix import br_code
from brasil.pix.charge import parse_cobv
from brasil.pix.due_amount import due_amount
from chassis.debt import debt_on
from chassis.errors import InvalidError
from contracts.charges import DiscountPerDay, FixedAmount, InterestRate, LegalRate, Percentage
from contracts.customers import Personal
from contracts.invoices import Boleto, Invoice, PixCharge
from invoicing.domain.creditor import CreditorProfile, checked
from invoicing.domain.issuing import Draft, Identity, Providers, creditor_of, issue
from invoicing.domain.options import short_txid
from invoicing.domain.places import Payer, calendar, place
from invoicing.domain.registering import bank_document, cobv_document

SAO_PAULO = Payer(UUID(int=9), "SP", "3550308", "America/Sao_Paulo")
PERSON = Personal(name="Ana", tax_id="83746510082", addresses=())
BOTH = Providers(bank=True, psp=True)


@cache
def standard() -> CreditorProfile:
    return profile()


def profile(**changes: Any) -> CreditorProfile:
    return checked(CreditorProfile.model_validate(profile_body(**changes)))


def issued(
    held: CreditorProfile, *, providers: Providers = BOTH, number: int = 1, payer: Payer = SAO_PAULO, **changes: Any
) -> Invoice:
    draft = Draft(
        payer=payer,
        external_id="F-1",
        document_number="F-1",
        description="Mensalidade",
        amount_cents=150_000,
        issued_on=date(2026, 2, 20),
        due_on=date(2026, 3, 10),
    )
    ids = Identity(invoice_id=UUID(int=77), boleto_id=UUID(int=2), pix_id=UUID(int=3), number=number)
    creditor = creditor_of(UUID(int=4), held.model_dump_json())
    return issue(replace(draft, **changes), profile=held, creditor=creditor, ids=ids, providers=providers)


def boleto_of(invoice: Invoice) -> Boleto:
    return next(option for option in invoice.options if isinstance(option, Boleto))


def pix_of(invoice: Invoice) -> PixCharge:
    return next(option for option in invoice.options if isinstance(option, PixCharge))


class TestIssuing:
    @given(st.integers(1, 9_999_999_999), st.integers(1, 99_999_999), st.dates(date(2026, 2, 20), date(2040, 1, 1)))
    def test_every_slip_says_the_same_in_line_bar_code_and_qr_code(
        self, amount_cents: int, number: int, due_on: date
    ) -> None:
        made = issued(standard(), amount_cents=amount_cents, number=number, due_on=due_on, providers=Providers())
        boleto, pix = boleto_of(made), pix_of(made)
        assert line.parse(boleto.linha_digitavel).digits == boleto.barcode
        assert line.parse(boleto.linha_digitavel).amount_cents == amount_cents
        assert int(boleto.nosso_numero) == number
        assert br_code.parse(pix.br_code).amount_cents == amount_cents

    def test_a_creditor_without_bank_or_key_has_no_such_slip(self) -> None:
        assert issued(profile(bank=None, pix=None)).options == ()
        assert [option.kind for option in issued(profile(bank=None)).options] == ["pix"]

    def test_a_due_date_moves_by_the_holidays_of_the_payers_own_state(self) -> None:
        recife = Payer(UUID(int=8), "PE", "2611606", "America/Recife")
        both = [issued(profile(), payer=payer, due_on=date(2026, 7, 9)).payable_on for payer in (SAO_PAULO, recife)]
        assert both == [date(2026, 7, 10), date(2026, 7, 9)]

    @pytest.mark.parametrize(
        ("changes", "slug"),
        [
            ({"issued_on": date(2026, 3, 11)}, "due-before-issue"),
            ({"amount_cents": 10**10}, "invalid-input"),
            ({"due_on": date(2099, 1, 5)}, "invalid-input"),
            ({"number": 10**8}, "invalid-input"),
        ],
    )
    def test_what_cannot_be_a_slip_is_refused(self, changes: dict[str, Any], slug: str) -> None:
        with pytest.raises(InvalidError) as refused:
            issued(profile(), **changes)
        assert refused.value.slug == slug

    def test_terms_above_the_law_are_refused_where_the_profile_says_refuse(self) -> None:
        greedy = profile().terms.model_copy(update={"fine": Percentage(percent=Decimal(10))})
        with pytest.raises(InvalidError) as refused:
            issued(profile(), terms=greedy)
        assert refused.value.faults[0].pointer == "/terms"
        with pytest.raises(InvalidError):
            profile(terms=greedy.model_dump(mode="json"))

    @given(st.uuids(), st.uuids())
    def test_short_txids_are_as_unique_as_the_ids_behind_them(self, one: UUID, other: UUID) -> None:
        assert len(short_txid(one.hex)) == 25
        assert int(short_txid(one.hex), 36) == one.int
        assert (short_txid(one.hex) == short_txid(other.hex)) == (one == other)


class TestRegistering:
    def test_the_bank_is_told_what_the_slip_says(self) -> None:
        made = issued(profile())
        body = bank_document(made, boleto_of(made), PERSON, uf="SP", city_code="3550308", payable_days_after_due=60)
        assert (body["amount_cents"], body["due_on"], body["payable_days_after_due"]) == (150_000, "2026-03-10", 60)
        assert body["fine"] == {"kind": "percent", "percent": "2"}
        assert body["payer"] == {"name": "Ana", "tax_id": "83746510082", "uf": "SP", "city_code": "3550308"}

    def cobv(self, **terms: Any) -> dict[str, Any]:
        held = profile()
        made = issued(held, terms=held.terms.model_copy(update=terms))
        found: Any = cobv_document(made, pix_of(made), PERSON, key="cobranca@aurora.example")["valor"]
        return dict(found)

    def test_terms_are_told_in_the_words_of_the_api_pix(self) -> None:
        assert self.cobv() == {
            "original": "1500.00",
            "multa": {"modalidade": 1, "valorPerc": "30.00"},
            "juros": {"modalidade": 1, "valorPerc": "0.50"},
        }
        business = InterestRate(percent=Decimal("0.033"), basis="day", days="business")
        assert self.cobv(interest=business)["juros"] == {"modalidade": 5, "valorPerc": "0.49"}
        exact = self.cobv(rounding="total-half-up")
        assert exact["juros"] == {"modalidade": 3, "valorPerc": "1.00"}
        early = DiscountPerDay(discount=FixedAmount(amount_cents=50))
        assert self.cobv(discount=early)["desconto"] == {"modalidade": 3, "valorPerc": "0.50"}
        assert "juros" not in self.cobv(interest=LegalRate(basis="month-30"))

    def test_a_slip_over_another_amount_or_day_does_not_ask_twice_for_what_is_in_it(self) -> None:
        held = profile()
        made = issued(held)
        later = pix_of(made).model_copy(update={"due_on": date(2026, 4, 9), "amount_cents": 154_500})
        found: Any = cobv_document(made, later, PERSON, key="cobranca@aurora.example")["valor"]
        assert found == {"original": "1545.00", "juros": {"modalidade": 1, "valorPerc": "0.50"}}

    @given(st.integers(100, 10**8), st.integers(0, 90), st.sampled_from(["0.5", "1", "1.5"]), st.integers(0, 300))
    def test_psp_and_books_agree_to_the_cent_on_every_bank_day(
        self, amount_cents: int, late: int, rate: str, shift: int
    ) -> None:
        terms = standard().terms.model_copy(update={"interest": InterestRate(percent=Decimal(rate), basis="month-30")})
        made = issued(
            standard(), amount_cents=amount_cents, terms=terms, due_on=date(2026, 3, 1) + timedelta(days=shift)
        )
        body: Any = {**cobv_document(made, pix_of(made), PERSON, key="cobranca@aurora.example")}
        body |= {"txid": pix_of(made).txid, "status": "ATIVA"}
        registered = parse_cobv(body).terms
        assert registered is not None
        on, days = made.payable_on + timedelta(days=late), calendar("SP", "3550308")
        # On the weekend behind its due date a PSP asks for no fine yet (Manual de Padrões para Iniciação do Pix).
        assume(days.is_bank_day(on))
        asked = due_amount(registered, on=on, is_business_day=days.is_bank_day).total_cents
        assert asked == debt_on(made, on=on, calendar=days).total_cents


def test_a_place_follows_from_state_or_city() -> None:
    assert place("PE", None).city_code == "2611606"
    assert place(None, "2611606").uf == "PE"
    assert place("AM", "1300201").time_zone == "America/Eirunepe"
    assert place("SP", None, "America/Manaus").time_zone == "America/Manaus"
