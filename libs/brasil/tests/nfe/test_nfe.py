"""NF-e into instalments, the access key, and documents that must not become invoices."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.nfe import Instalment, NFe, access_key_digit, read, validate_access_key

GOLDEN = Path(__file__).parents[1] / "golden" / "nfe"
THREE, BARE, ALPHANUMERIC = (
    "three_instalments.xml",
    "bare_with_discount.xml",
    "alphanumeric_issuer_no_bill_latin1.xml",
)


def load(name: str) -> NFe:
    return read((GOLDEN / name).read_bytes())


def changed(old: str, new: str, name: str = THREE) -> NFe:
    text = (GOLDEN / name).read_text("utf-8")
    assert old in text
    return read(text.replace(old, new, 1).encode())


def codes(document: NFe) -> list[str]:
    return [problem.code for problem in document.problems]


def test_every_golden_file_is_expected() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {THREE, BARE, ALPHANUMERIC}


def test_three_instalments_of_which_the_last_takes_the_cents() -> None:
    document = load(THREE)
    assert document.valid
    assert document.problems == ()
    assert document.access_key == "35261011222333000181550010000044121202610018"
    assert (document.issuer.tax_id, document.payer.tax_id) == ("11222333000181", "12ABC34501DE35")
    assert (document.series, document.number, document.bill_number) == ("1", "4412", "4412")
    assert document.issued_on == date(2026, 10, 5)  # 23:30 in Brasília is the 6th in UTC
    assert (document.total_cents, document.net_cents) == (16474681, 16474681)
    assert document.instalments == (
        Instalment("001", date(2026, 11, 4), 5491505),
        Instalment("002", date(2026, 12, 4), 5491505),
        Instalment("4412/3-3", date(2027, 1, 4), 5491671),
    )


def test_a_bare_nfe_with_a_discount_is_read_and_warned_about() -> None:
    document = load(BARE)
    assert document.valid
    assert codes(document) == ["nfe.not_confirmed", "nfe.sum"]
    assert (document.total_cents, document.net_cents) == (1960603, 1910400)
    assert [instalment.amount_cents for instalment in document.instalments] == [1910400]
    difference = document.problems[1]
    assert (difference.field, difference.found, difference.expected) == ("vNF", "1910400", "1960603")


def test_a_file_without_a_bill_says_so() -> None:
    document = load(ALPHANUMERIC)
    assert document.valid
    assert codes(document) == ["nfe.no_bill"]
    assert document.instalments == ()
    assert document.issuer.tax_id == "12ABC34501DE35"
    assert (document.payer.tax_id, document.payer.name) == ("52998224725", "José da Silva")


@pytest.mark.parametrize(
    "key",
    [
        # samples of akretion/nfelib, nfelib/nfe/samples/v4_0
        "35180834128745000152550010000474281920007498",
        "35180834128745000152550010000476491552806942",
        "41170706117473000150550010000463202612756525",
        "41240200000000000100650010000000101000000104",
        "NFe35180834128745000152550010000474281920007498",
        "3518 0834 1287 4500 0152 5500 1000 0474 2819 2000 7498",
    ],
)
def test_public_access_keys_are_valid(key: str) -> None:
    assert validate_access_key(key) == key.removeprefix("NFe").replace(" ", "")


def test_letters_of_an_alphanumeric_cnpj_count_as_ascii_less_48() -> None:
    # Worked by hand: only the A (65 - 48 = 17) has a value; 36 characters stand behind it, so its weight is 2 + 36 % 8
    # = 6; 17 × 6 = 102 = 9 × 11 + 3; 11 - 3 = 8.
    assert access_key_digit("000000A" + "0" * 36) == "8"
    assert validate_access_key("31261112ABC34501DE35550020000000071000077779")


@pytest.mark.parametrize(
    ("key", "code", "position"),
    [
        ("35180834128745000152550010000474281920007499", "nfe.key_digit", 44),
        ("99180834128745000152550010000474281920007498", "nfe.key_state", 1),
        ("35181334128745000152550010000474281920007498", "nfe.key_month", 5),
        ("35180834128745000152570010000474281920007498", "nfe.key_model", 21),
        ("3518083412874500015255001000047428192000749", "nfe.key_format", None),
        ("3518083412874500015255001000047428192000749X", "nfe.key_format", None),
        ("", "nfe.key_format", None),
        ("3" * 100_000, "nfe.key_format", None),
        ("٣5180834128745000152550010000474281920007498", "nfe.key_format", None),
    ],
)
def test_wrong_access_keys_are_refused_where_they_are_wrong(key: str, code: str, position: int | None) -> None:
    with pytest.raises(BrasilError) as refused:
        validate_access_key(key)
    assert (refused.value.code, refused.value.position) == (code, position)


@given(st.integers(0, 43), st.integers(1, 9))
def test_a_changed_digit_is_noticed_unless_modulo_11_folds_it(index: int, step: int) -> None:
    key = "35180834128745000152550010000474281920007498"
    other = key[:index] + str((int(key[index]) + step) % 10) + key[index + 1 :]
    folds = access_key_digit(other[:-1]) == other[-1]
    if not folds:
        with pytest.raises(BrasilError):
            validate_access_key(other)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<cStat>100</cStat>", "<cStat>101</cStat>", "nfe.not_authorised"),
        ("<cStat>100</cStat>", "<cStat>110</cStat>", "nfe.not_authorised"),
        ("<nNF>4412</nNF>", "<nNF>4413</nNF>", "nfe.key_content"),
        ("<emit><CNPJ>11222333000181</CNPJ>", "<emit><CNPJ>12ABC34501DE35</CNPJ>", "nfe.key_content"),
        ('Id="NFe3526101', 'Id="NFe3526102', "nfe.key_digit"),
        ('Id="NFe', 'id="NFe', "nfe.key_format"),
        ("<chNFe>3526", "<chNFe>3527", "nfe.key_protocol"),
        ("<vDup>54916.71</vDup>", "<vDup>54.916,71</vDup>", "nfe.amount"),
        ("<vDup>54916.71</vDup>", "", "nfe.amount"),
        ("<dVenc>2026-11-04</dVenc>", "<dVenc>2026-11-31</dVenc>", "nfe.due_date"),
        ("<dVenc>2026-11-04</dVenc>", "<dVenc>04/11/2026</dVenc>", "nfe.due_date"),
    ],
)
def test_a_document_that_must_not_become_invoices_is_refused(old: str, new: str, code: str) -> None:
    document = changed(old, new)
    assert not document.valid
    assert code in codes(document)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<vDup>54916.71</vDup>", "<vDup>54916.70</vDup>", "nfe.sum"),
        ("<dVenc>2026-11-04</dVenc>", "", "nfe.no_due_date"),
        ("<tpAmb>1</tpAmb>", "<tpAmb>2</tpAmb>", "nfe.test"),
        ("<finNFe>1</finNFe>", "<finNFe>4</finNFe>", "nfe.not_a_sale"),
        ("<CNPJ>12ABC34501DE35</CNPJ>", "<idEstrangeiro>X1</idEstrangeiro>", "nfe.payer"),
        ("<CNPJ>12ABC34501DE35</CNPJ>", "<CNPJ>12ABC34501DE36</CNPJ>", "nfe.tax_id"),
    ],
)
def test_real_files_differ_and_are_warned_about(old: str, new: str, code: str) -> None:
    document = changed(old, new)
    assert document.valid
    assert code in codes(document)


def test_a_report_never_repeats_a_wrong_cpf() -> None:
    document = read((GOLDEN / ALPHANUMERIC).read_bytes().replace(b"52998224725", b"52998224726"))
    assert "nfe.tax_id" in codes(document)
    assert not any("52998224726" in str(problem.as_dict()) for problem in document.problems)


def test_a_bill_without_instalments_says_so() -> None:
    text = (GOLDEN / BARE).read_text("utf-8")
    start, end = text.index("<dup>"), text.index("</dup>") + len("</dup>")
    assert "nfe.no_instalments" in codes(read((text[:start] + text[end:]).encode()))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<procEventoNFe/>", "nfe.not_nfe"),
        (b"not xml", "xml.malformed"),
        (b"", "xml.empty"),
        (b"<enviNFe><NFe><infNFe/></NFe><NFe><infNFe/></NFe></enviNFe>", "nfe.several"),
        (b"<!DOCTYPE a><NFe/>", "xml.forbidden"),
    ],
)
def test_what_is_no_single_nfe_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(BrasilError) as refused:
        read(data)
    assert refused.value.code == code


def test_an_empty_infnfe_is_all_problems_and_no_crash() -> None:
    document = read(b"<NFe><infNFe/></NFe>")
    assert not document.valid
    assert {"nfe.key_format", "nfe.issuer"} <= set(codes(document))
    assert document.as_dict()["instalments"] == []
