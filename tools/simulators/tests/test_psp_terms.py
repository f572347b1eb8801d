"""What a cobv costs and until when it can be paid, against the schema's own examples and a hand-counted rest."""

from datetime import date
from decimal import Decimal

import pytest

from simulators.outside.bank_days import easter, is_bank_day
from simulators.psp import br_code
from simulators.psp.rules import check_cobv, end_to_end_id
from simulators.psp.terms import amount_due, terms_of
from simulators.psp.values import Violation, check_digits, check_person

TXID = "7978c0c97ea847e78e8849634473c1f1"


def cobv(due: str = "2026-03-10", valid: int = 30, **values: object) -> dict[str, object]:
    return {
        "calendario": {"dataDeVencimento": due, "validadeAposVencimento": valid},
        "devedor": {"cpf": "52998224725", "nome": "Ana d'Ávila"},
        "valor": {"original": "100.00", **values},
        "chave": "cobranca@recebedor.example",
    }


@pytest.mark.parametrize(
    ("due", "valid", "last"),
    [
        ("2020-10-20", 4, "2020-10-26"),  # A
        ("2020-12-25", 0, "2020-12-28"),  # B
        ("2020-12-25", 1, "2020-12-29"),  # C
        ("2020-12-25", 4, "2021-01-04"),  # E, due on a holiday: counted from Monday the 28th
        ("2021-08-28", 5, "2021-09-06"),  # G
    ],
)
def test_a_charge_can_be_paid_until_the_schemas_examples_say(due: str, valid: int, last: str) -> None:
    """API Pix 2.9.0, CobDataDeVencimento, examples A, B, C, E and G."""
    assert terms_of(cobv(due, valid)).last_day == date.fromisoformat(last)


def test_fine_once_and_interest_by_the_day_as_in_the_schemas_example() -> None:
    """API Pix 2.9.0, schema Pix: 100.00, two days late, fine 3 %, interest 1 % a day make 105.00."""
    terms = terms_of(cobv(multa={"modalidade": 2, "valorPerc": "3.00"}, juros={"modalidade": 2, "valorPerc": "1.00"}))
    late = amount_due(terms, date(2026, 3, 12))
    assert (late.fine, late.interest, late.total) == (300, 200, 10_500)
    assert amount_due(terms, date(2026, 3, 10)).total == 10_000


@pytest.mark.parametrize(
    ("code", "rate", "days_late", "cents"),
    [
        (1, "0.10", 10, 100),
        (2, "0.10", 10, 100),
        (3, "1.00", 10, 33),
        (4, "12.00", 10, 33),
        (5, "0.10", 10, 80),
        (6, "0.10", 10, 80),
        (7, "2.10", 10, 80),
        (8, "25.20", 10, 80),
    ],
)
def test_each_modality_of_interest_counts_its_own_days(code: int, rate: str, days_late: int, cents: int) -> None:
    """From Tuesday 2026-03-10 to Friday the 20th are ten days, eight of them bank days."""
    terms = terms_of(cobv(juros={"modalidade": code, "valorPerc": rate}))
    assert amount_due(terms, date(2026, 3, 10 + days_late)).interest == cents


def test_an_abatement_lowers_what_interest_counts_on() -> None:
    terms = terms_of(
        cobv(abatimento={"modalidade": 1, "valorPerc": "40.00"}, juros={"modalidade": 3, "valorPerc": "1.00"})
    )
    late = amount_due(terms, date(2026, 4, 9))
    assert (late.abatement, late.interest, late.total) == (4_000, 60, 6_060)


def test_the_earliest_discount_that_has_not_passed_counts_and_moves_off_a_weekend() -> None:
    steps = [{"data": "2026-03-01", "valorPerc": "10.00"}, {"data": "2026-03-06", "valorPerc": "5.00"}]
    terms = terms_of(cobv(desconto={"modalidade": 2, "descontoDataFixa": steps}))
    days = [amount_due(terms, date(2026, 3, day)).discount for day in (1, 2, 3, 6, 7)]
    assert days == [1_000, 1_000, 500, 500, 0]


@pytest.mark.parametrize(
    ("code", "rate", "cents"), [(3, "1.00", 700), (4, "1.00", 500), (5, "1.00", 700), (6, "1.00", 500)]
)
def test_a_discount_by_anticipation_counts_days_before_the_due_date(code: int, rate: str, cents: int) -> None:
    terms = terms_of(cobv(desconto={"modalidade": code, "valorPerc": rate}))
    assert amount_due(terms, date(2026, 3, 3)).discount == cents
    assert amount_due(terms, date(2026, 3, 11)).discount == 0


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"original": "0.00"}, "cobv.valor.original"),
        ({"original": "1,00"}, "cobv.valor.original"),
        ({"multa": {"modalidade": 3, "valorPerc": "1.00"}}, "cobv.valor.multa.modalidade"),
        ({"juros": {"modalidade": 3, "valorPerc": 1}}, "cobv.valor.juros.valorPerc"),
        ({"abatimento": {"modalidade": 2, "valorPerc": "100.00"}}, "cobv.valor.abatimento.valorPerc"),
        ({"desconto": {"modalidade": 1, "valorPerc": "1.00"}}, "cobv.valor.desconto.descontoDataFixa"),
        (
            {"desconto": {"modalidade": 1, "descontoDataFixa": [{"data": "2026-03-11", "valorPerc": "1.00"}]}},
            "cobv.valor.desconto.descontoDataFixa[0].data",
        ),
        ({"desconto": {"modalidade": 3, "descontoDataFixa": []}}, "cobv.valor.desconto.descontoDataFixa"),
    ],
)
def test_terms_that_the_schema_forbids_are_refused_with_their_place(values: dict[str, object], place: str) -> None:
    with pytest.raises(Violation) as refused:
        check_cobv(TXID, cobv(**values))
    assert refused.value.place == place


def test_ids_and_people_of_a_charge_are_checked() -> None:
    for txid in ("short", "x" * 36, "7978c0c97ea847e78e8849634473c1f-"):
        with pytest.raises(Violation):
            check_cobv(txid, cobv())
    check_person({"cnpj": "12ABC34501DE35", "nome": "Letras S.A."}, "devedor")
    for person in (
        {"cpf": "52998224726", "nome": "A"},
        {"cpf": "11111111111", "nome": "A"},
        {"cnpj": "12ABC34501DE36", "nome": "A"},
        {"cpf": "52998224725", "cnpj": "12ABC34501DE35", "nome": "A"},
        {"cpf": "52998224725"},
    ):
        with pytest.raises(Violation):
            check_person(person, "devedor")
    assert check_digits("112223330001") == "81"


def test_a_code_ends_in_the_crc_of_the_central_banks_example() -> None:
    """Manual do BR Code, dynamic example."""
    example = (
        "00020101021226700014br.gov.bcb.pix2548pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
        "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***630464E4"
    )
    assert br_code.location_of(example) == "pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
    assert br_code.location_of(example[:-1] + "5") is None
    made = br_code.dynamic(
        "pix.psp.example/qr/v2/cobv/abc", "Conceição & Irmãos do Ypiranga Ltda", "São José dos Campos"
    )
    assert br_code.location_of(made) == "pix.psp.example/qr/v2/cobv/abc"
    assert br_code.fields(made)["59"] == "Conceicao & Irmaos do Ypi"
    assert br_code.fields(made)["60"] == "Sao Jose dos Ca"


def test_an_end_to_end_id_is_the_same_for_the_same_payment() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 3, 10, 15, 4, tzinfo=UTC)
    made = end_to_end_id(7, at, "payment")
    assert made == end_to_end_id(7, at, "payment") != end_to_end_id(8, at, "payment")
    assert len(made) == 32
    assert made.startswith("E60746948202603101504")


def test_banks_close_on_carnival_and_corpus_christi_and_work_on_ash_wednesday() -> None:
    assert easter(2026) == date(2026, 4, 5)
    closed = [(2, 16), (2, 17), (4, 3), (6, 4), (11, 20), (12, 25)]
    assert not any(is_bank_day(date(2026, month, day)) for month, day in closed)
    assert all(is_bank_day(date(2026, month, day)) for month, day in [(2, 18), (1, 26), (7, 9), (12, 31)])
    assert is_bank_day(date(2023, 11, 20))


def test_amounts_agree_with_the_product_on_every_modality() -> None:
    """Two implementations, written apart: what they disagree on is a mistake in one of them."""
    from brasil.pix import terms as theirs
    from brasil.pix.due_amount import due_amount

    for code in range(1, 9):
        for late in (-9, 0, 1, 13, 31):
            rate = Decimal("1.37")
            on = date.fromordinal(date(2026, 3, 10).toordinal() + late)
            ours = amount_due(
                terms_of(
                    cobv(
                        abatimento={"modalidade": 2, "valorPerc": "7.00"},
                        multa={"modalidade": 2, "valorPerc": "2.00"},
                        juros={"modalidade": code, "valorPerc": "1.37"},
                    )
                ),
                on,
            )
            other = due_amount(
                theirs.Terms(
                    original_cents=10_000,
                    due_on=date(2026, 3, 10),
                    fine=theirs.FineTerm(theirs.Fine(2), Decimal("2.00")),
                    interest=theirs.InterestTerm(theirs.Interest(code), rate),
                    abatement=theirs.AbatementTerm(theirs.Abatement(2), Decimal("7.00")),
                ),
                on=on,
                is_business_day=is_bank_day,
            )
            assert ours.total == other.total_cents, (code, late)
