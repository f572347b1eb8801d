"""Reading API Pix documents. Examples follow bacen/pix-api openapi.yaml 2.9.0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.pix import automatic, charge, received
from brasil.pix.reading import amount, load, node

from .api_documents import PIX, refused

SCALARS = st.sampled_from([None, True, 0, -1, 10**30, 1.5, float("nan"), "", "x", "1.00", "2026-01-01", [], {}])
INNER = st.dictionaries(
    st.sampled_from(["valor", "original", "multa", "modalidade", "data", "cpf", "nome", "id", "dataDeVencimento"]),
    SCALARS,
    max_size=3,
)
OUTER = st.sampled_from([*PIX, "calendario", "devedor", "status", "idRec", "atualizacao", "tentativas", "loc", "pix"])


@given(st.dictionaries(OUTER, SCALARS | INNER | st.lists(INNER, max_size=2), max_size=6))
def test_any_document_is_read_or_refused(document):
    for parse in (
        received.parse_document,
        charge.parse_cob,
        charge.parse_cobv,
        automatic.parse_recurrence,
        automatic.parse_recurring_charge,
    ):
        try:
            parse(document)
        except BrasilError as error:
            assert error.code.startswith("pix.")  # noqa: PT017


def test_the_place_of_a_syntax_error_is_told():
    with pytest.raises(BrasilError) as caught:
        load(b'{\n"a": ,}')
    assert (caught.value.problem.line, caught.value.position) == (2, 6)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (12_345, "123.45"), (999_999_999_999, "9999999999.99")]
)
def test_an_amount_is_written_as_the_api_wants(cents, text):
    assert amount(cents) == text


@pytest.mark.parametrize("cents", [-1, 1_000_000_000_000, 1.0, True])
def test_an_amount_that_does_not_fit_is_refused(cents):
    assert refused(amount, cents)[0] == "pix.json.value"


def test_a_word_can_be_held_to_a_list():
    document = node({"tipo": "rec"})
    assert document.word("tipo", ("rec",)) == "rec"
    assert refused(document.word, "tipo", ("cob", "cobv")) == ("pix.json.value", "tipo")
