"""Pix keys and identifiers. Vectors: bacen/pix-api openapi.yaml 2.9.0 (examples of endToEndId, idRec, idSolicRec,
rtrId), Manual de Padrões para Iniciação do Pix."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.pix import ids, keys


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("529.982.247-25", "cpf", "52998224725"),
        ("52998224725", "cpf", "52998224725"),
        ("12.abc.345/01de-35", "cnpj", "12ABC34501DE35"),
        ("11222333000181", "cnpj", "11222333000181"),
        ("+55 (11) 98765-4321", "phone", "+5511987654321"),
        ("+551132654321", "phone", "+551132654321"),
        ("+14155552671", "phone", "+14155552671"),
        (" Nome.Sobrenome@Empresa.com.BR ", "email", "nome.sobrenome@empresa.com.br"),
        ("123E4567-E12B-12D1-A456-426655440000", "evp", "123e4567-e12b-12d1-a456-426655440000"),
    ],
)
def test_a_key_of_each_kind_is_brought_into_the_form_of_the_dict(text, kind, value):
    key = keys.parse(text)
    assert (key.kind, key.value, str(key)) == (kind, value, value)
    assert keys.validate(text) == value
    assert keys.parse(keys.format(text)) == key
    assert keys.is_valid(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pix.key.format"),
        ("minha-chave", "pix.key.format"),
        ("11987654321", "cpf.check_digit"),
        ("111.111.111-11", "cpf.repeated"),
        ("11222333000182", "cnpj.check_digit"),
        ("+55119876543", "pix.key.phone"),
        ("+5511887654321", "pix.key.phone"),
        ("+5501987654321", "pix.key.phone"),
        ("+0123456", "pix.key.phone"),
        ("a@b", "pix.key.email"),
        ("@b.com", "pix.key.email"),
        ("a@b..com", "pix.key.email"),
        ("a b@c.com", "pix.key.email"),
        ("123e4567-e12b-12d1-a456-42665544000", "pix.key.format"),
        ("a" * 70 + "@b.com.br", "pix.key.too_long"),
        ("a" * 98, "pix.key.too_long"),
    ],
)
def test_what_is_no_key_is_refused_with_its_reason(text, code):
    with pytest.raises(BrasilError) as caught:
        keys.parse(text)
    assert caught.value.code == code
    assert not keys.is_valid(text)


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(BrasilError) as caught:
        keys.parse(52998224725)
    assert caught.value.code == "pix.key.type"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("52998224725", "***.982.247-**"),
        ("12ABC34501DE35", "**.ABC.345/01DE-**"),
        ("+5511987654321", "+5511***21"),
        ("nome@empresa.com.br", "n***@empresa.com.br"),
        ("123e4567-e12b-12d1-a456-426655440000", "123e4***00"),
    ],
)
def test_a_key_is_hidden_for_display_and_in_its_repr(text, masked):
    assert keys.mask(text) == masked
    assert repr(keys.parse(text)) == f"PixKey({keys.parse(text).kind} {masked})"


def test_a_refused_key_is_not_quoted():
    with pytest.raises(BrasilError) as caught:
        keys.parse("fulano.de.tal@")
    assert "fulano" not in str(caught.value)
    assert caught.value.problem.found is None


@given(st.text(max_size=100))
def test_any_text_is_a_key_or_refused(text):
    try:
        value = keys.validate(text)
    except BrasilError:
        return
    assert keys.validate(value) == value


@pytest.mark.parametrize(("length", "charge", "static", "received"), [
    (0, False, False, False), (1, False, True, True), (25, False, True, True), (26, True, False, True),
    (35, True, False, True), (36, False, False, False),
])  # fmt: skip
def test_a_txid_has_the_length_of_its_use(length, charge, static, received):
    text = "a1B" * 12
    for check, accepted in ((ids.charge_txid, charge), (ids.static_txid, static), (ids.received_txid, received)):
        if accepted:
            assert check(text[:length]) == text[:length]
        else:
            with pytest.raises(BrasilError) as caught:
                check(text[:length])
            assert caught.value.code == "pix.txid"


@pytest.mark.parametrize("text", ["a" * 25 + "-", "é" * 26, "a" * 26 + "\n", None])
def test_a_txid_is_letters_and_digits_only(text):
    with pytest.raises(BrasilError):
        ids.charge_txid(text)


def test_a_txid_can_be_made_of_a_uuid():
    assert ids.charge_txid(ids.txid_of(UUID(int=1))) == "0" * 31 + "1"


def test_the_api_s_end_to_end_id_is_read():
    read = ids.parse_end_to_end_id("E12345678202009091221kkkkkkkkkkk")
    assert (read.kind, read.ispb, read.suffix) == ("E", "12345678", "k" * 11)
    assert read.at == datetime(2020, 9, 9, 12, 21, tzinfo=UTC)
    assert str(read) == "E12345678202009091221kkkkkkkkkkk"
    assert ids.parse_end_to_end_id("D12345678202009091221abcdf098765").kind == "D"


@pytest.mark.parametrize(
    "text",
    [
        "E12345678202009091221kkkkkkkkkk",
        "E12345678202009091221kkkkkkkkkkkk",
        "X12345678202009091221kkkkkkkkkkk",
        "E1234567a202009091221kkkkkkkkkkk",
        "E12345678202013091221kkkkkkkkkkk",
        "E12345678202009092421kkkkkkkkkkk",
        "E12345678202002301221kkkkkkkkkkk",
        "E12345678202009091221kkkkkkkkkk-",
        "",
        None,
    ],
)
def test_what_is_no_end_to_end_id_is_refused(text):
    with pytest.raises(BrasilError) as caught:
        ids.parse_end_to_end_id(text)
    assert caught.value.code == "pix.end_to_end_id"


def test_an_end_to_end_id_is_made_in_utc():
    at = datetime(2026, 1, 1, 22, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert ids.make_end_to_end_id(ispb="12ABC345", at=at, suffix="a" * 11) == "E12ABC345202601020130" + "a" * 11
    assert ids.make_end_to_end_id(ispb="00000000", at=at, suffix="1" * 11, kind="D").startswith("D00000000")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ispb": "1234567"}, "pix.ispb"),
        ({"ispb": "1234567a"}, "pix.ispb"),
        ({"suffix": "a" * 10}, "pix.suffix"),
        ({"suffix": "a" * 10 + "-"}, "pix.suffix"),
        ({"kind": "X"}, "pix.end_to_end_id"),
        ({"at": datetime(2026, 1, 1)}, "pix.end_to_end_id"),  # noqa: DTZ001
    ],
)
def test_an_end_to_end_id_is_not_made_of_wrong_parts(change, code):
    parts = {"ispb": "12345678", "at": datetime(2026, 1, 1, tzinfo=UTC), "suffix": "a" * 11} | change
    with pytest.raises(BrasilError) as caught:
        ids.make_end_to_end_id(**parts)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "kind", "retries"),
    [
        ("RR1234567820240115abcdefghijk", "RR", True),
        ("RN1234567820240115abcdefghijk", "RN", False),
        ("SC1234567820240115abcdefghijk", "SC", False),
        ("RN12ABC34520260801abcdefghijk", "RN", False),
    ],
)
def test_the_api_s_recurrence_ids_are_read(text, kind, retries):
    read = ids.parse_recurrence_id(text)
    assert (read.kind, read.retries_allowed, str(read)) == (kind, retries, text)
    made = ids.make_recurrence_id(ispb=read.ispb, created_on=read.created_on, suffix=read.suffix, kind=kind)
    assert made == text


@pytest.mark.parametrize(
    "text",
    ["RA1234567820240115abcdefghijk", "RR1234567820241315abcdefghijk", "RR1234567820240115abcdefghij", "rr" * 14, None],
)
def test_what_is_no_recurrence_id_is_refused(text):
    with pytest.raises(BrasilError) as caught:
        ids.parse_recurrence_id(text)
    assert caught.value.code == "pix.recurrence_id"


def test_a_recurrence_id_of_another_kind_is_not_made():
    with pytest.raises(BrasilError) as caught:
        ids.make_recurrence_id(ispb="12345678", created_on=date(2026, 1, 1), suffix="a" * 11, kind="XX")
    assert caught.value.code == "pix.recurrence_id"


def test_the_id_of_a_refund_is_letters_and_digits():
    assert ids.refund_id("123ABC") == "123ABC"
    with pytest.raises(BrasilError) as caught:
        ids.refund_id("12-3")
    assert caught.value.code == "pix.refund_id"
