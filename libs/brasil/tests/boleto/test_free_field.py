"""Campo livre and nosso número. Vectors: kivanio/brcobranca `spec/brcobranca/boleto/*_spec.rb`, BoletoNetCore
`BoletoNetCore.Testes/Bancos/**`, and the banks' manuals named in `brasil.boleto.profiles`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brasil.boleto import free_field
from brasil.boleto.layout import Constant
from brasil.boleto.profiles import BY_NAME, PROFILES, of_bank
from brasil.errors import BrasilError

# (profile, values, campo livre, nosso número, its check digit, as printed)
PUBLISHED = [
    ("bb-7", {"convenio": "1238798", "numero": "7777700168", "carteira": "18"}, "0000001238798777770016818", "12387987777700168", None, "12387987777700168"),
    ("bb-8", {"convenio": "12387989", "numero": "777700168", "carteira": "18"}, "0000001238798977770016818", "12387989777700168", None, "12387989777700168"),
    ("bb-6", {"convenio": "123879", "numero": "1234", "agencia": "4042", "conta": "61900", "carteira": "18"}, "1238790123440420006190018", "12387901234", "5", "12387901234-5"),
    ("bb-6-17", {"convenio": "123879", "numero": "1234567899"}, "1238790000000123456789921", "00000001234567899", None, "00000001234567899"),
    ("bb-4", {"convenio": "1238", "numero": "123456", "agencia": "4042", "conta": "61900", "carteira": "18"}, "1238012345640420006190018", "12380123456", "0", "12380123456-0"),
    ("bnb", {"agencia": "0016", "conta": "0001193", "conta_dv": "2", "numero": "0000053"}, "0016000119320000053121000", "0000053", "1", "0000053-1"),
    ("bnb", {"agencia": "0259", "conta": "0008549", "conta_dv": "3", "numero": "1"}, "0259000854930000001921000", "0000001", "9", "0000001-9"),
    ("santander", {"beneficiario": "1899775", "numero": "90000267", "carteira": "102"}, "9189977500009000026700102", "000090000267", "0", "000090000267-0"),
    ("santander", {"beneficiario": "1899775", "numero": "90002720", "carteira": "102"}, "9189977500009000272070102", "000090002720", "7", "000090002720-7"),
    ("santander", {"beneficiario": "0282033", "numero": "566612457800"}, "9028203356661245780020101", "566612457800", "2", "566612457800-2"),
    ("banrisul", {"agencia": "1102", "beneficiario": "9000150", "numero": "22832563"}, "2111029000150228325634059", "22832563", "51", "22832563-51"),
    ("banrisul", {"agencia": "1102", "beneficiario": "9000150", "numero": "00009274"}, "2111029000150000092744028", "00009274", "22", "00009274-22"),
    ("banrisul", {"agencia": "1102", "beneficiario": "9000150", "numero": "00009194"}, "2111029000150000091944023", "00009194", "38", "00009194-38"),
    ("banrisul", {"agencia": "0016", "beneficiario": "0164640", "numero": "03408099"}, "2100160164640034080994027", "03408099", "47", "03408099-47"),
    ("banrisul", {"agencia": "0340", "beneficiario": "1234560", "numero": "454"}, "2103401234560000004544080", "00000454", "97", "00000454-97"),
    ("inter", {"carteira": "110", "operacao": "1234567", "numero": "458"}, "0001110123456700000004586", "0000000458", "6", "0001/110/0000000458-6"),
    ("inter", {"carteira": "110", "operacao": "1234567", "numero": "4309540"}, None, "0004309540", "1", "0001/110/0004309540-1"),
    ("inter", {"carteira": "110", "operacao": "1234567", "numero": "4309542"}, None, "0004309542", "7", "0001/110/0004309542-7"),
    ("ailos", {"convenio": "0", "conta": "1111111", "numero": "1"}, "0000001111111900000000101", "11111119000000001", None, "11111119000000001"),
    ("ailos", {"convenio": "234", "conta": "356156", "numero": "1"}, "0002340356156900000000101", "03561569000000001", None, "03561569000000001"),
    ("ailos", {"convenio": "101104", "conta": "231560", "numero": "74644"}, "1011040231560200007464401", "02315602000074644", None, "02315602000074644"),
    ("caixa", {"beneficiario": "245274", "numero": "14000000000000001"}, "2452740000100040000000017", "14000000000000001", "4", "14000000000000001-4"),
    ("caixa", {"beneficiario": "005507", "numero": "14222333777777777"}, "0055077222133347777777771", "14222333777777777", "2", "14222333777777777-2"),
    ("unicred", {"agencia": "1234", "conta": "12345", "conta_dv": "7", "numero": "13871"}, "1234000012345700000138711", "0000013871", "1", "0000013871-1"),
    ("bradesco", {"agencia": "1172", "carteira": "06", "numero": "75896452", "conta": "0403005"}, "1172060007589645204030050", "00075896452", "5", "06/00075896452-5"),
    ("bradesco", {"agencia": "4042", "carteira": "03", "numero": "777700168", "conta": "61900"}, "4042030077770016800619000", "00777700168", "5", "03/00777700168-5"),
    ("bradesco", {"agencia": "4042", "carteira": "06", "numero": "525", "conta": "61900"}, None, "00000000525", "P", "06/00000000525-P"),
    ("bradesco", {"agencia": "4042", "carteira": "19", "numero": "1", "conta": "61900"}, None, "00000000001", "P", "19/00000000001-P"),
    ("bradesco", {"agencia": "4042", "carteira": "19", "numero": "6", "conta": "61900"}, None, "00000000006", "0", "19/00000000006-0"),
    ("itau", {"agencia": "0810", "conta": "53678", "carteira": "175", "numero": "12345678"}, "1751234567840810536789000", "12345678", "4", "175/12345678-4"),
    ("itau", {"agencia": "0607", "conta": "15255", "carteira": "175", "numero": "12345678"}, None, "12345678", "4", "175/12345678-4"),
    ("itau", {"agencia": "0057", "conta": "12345", "carteira": "110", "numero": "12345678"}, "1101234567880057123457000", "12345678", "8", "110/12345678-8"),
    ("itau", {"agencia": "1248", "conta": "02124", "numero": "00010152"}, "1090001015271248021246000", "00010152", "7", "109/00010152-7"),
    ("itau-client", {"carteira": "196", "numero": "258281", "seu_numero": "1234567", "cliente": "12345"}, "1960025828112345671234550", "00258281", None, None),
    ("itau-client", {"carteira": "196", "numero": "258281", "seu_numero": "123456", "cliente": "1234"}, "1960025828101234560123440", "00258281", None, None),
    ("itau-client", {"carteira": "143", "numero": "12345678", "seu_numero": "0", "cliente": "0", "agencia": "0607", "conta": "15255"}, None, "12345678", "2", "143/12345678-2"),
    ("sicredi", {"cobranca": "3", "ano": "12", "numero": "13871", "agencia": "1234", "posto": "18", "beneficiario": "12345"}, "3112213871512341812345100", "12213871", "5", "12/213871-5"),
    ("sicredi", {"ano": "19", "numero": "3", "agencia": "0156", "posto": "05", "beneficiario": "85305"}, "1119200003001560585305101", "19200003", "0", "19/200003-0"),
    ("sicoob", {"agencia": "4277", "cliente": "172278", "numero": "12349"}, "1427701017227800123492001", "0012349", "2", "0012349-2"),
    ("sicoob", {"agencia": "4277", "cliente": "172278", "numero": "4"}, "1427701017227800000040001", "0000004", "0", "0000004-0"),
]  # fmt: skip
IDS = [f"{name}-{values['numero']}" for name, values, *_ in PUBLISHED]


@pytest.mark.parametrize("vector", PUBLISHED, ids=IDS)
def test_a_published_nosso_numero_is_built(vector):
    name, values, digits, our_number, check, printed = vector
    made = free_field.build(free_field.find_profile(name), values)
    if digits is not None:
        assert made.digits == digits
    assert (made.our_number, made.our_number_check, made.our_number_printed) == (our_number, check, printed)


@pytest.mark.parametrize("vector", PUBLISHED, ids=IDS)
def test_a_published_campo_livre_is_read(vector):
    name, values, _, our_number, check, printed = vector
    profile = free_field.find_profile(name)
    made = free_field.build(profile, values)
    read = free_field.parse(profile.bank, made.digits)
    assert read.our_number == our_number
    assert read.problems == ()
    assert name in (read.profile.name, *read.alternatives)
    again = free_field.read(profile, made.digits)
    for value in profile.inputs:
        if value not in profile.only_for_check:
            assert again.values[value] == made.values[value]
    if "agencia" not in profile.only_for_check:
        assert (again.our_number_check, again.our_number_printed) == (check, printed)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_layout_is_25_digits_and_names_its_source(profile):
    assert sum(len(s.digits) if isinstance(s, Constant) else s.length for s in profile.slots) == 25
    assert profile.source
    assert set(profile.defaults) <= set(profile.inputs)
    assert set(profile.only) <= set(profile.inputs)
    assert all(profile.length_of(name) > 0 for name in profile.inputs)


def test_every_bank_of_the_list_has_a_layout():
    banks = {profile.bank for profile in PROFILES}
    assert banks == {"001", "004", "033", "041", "077", "085", "104", "136", "237", "341", "748", "756"}
    assert set(BY_NAME) == {profile.name for profile in PROFILES}
    assert of_bank("999") == ()


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@given(data=st.data())
def test_whatever_is_built_is_read_back(profile, data):
    values = {}
    for name in profile.inputs:
        length = profile.length_of(name)
        allowed = profile.only.get(name)
        values[name] = data.draw(
            st.sampled_from(sorted(allowed)) if allowed else st.text("0123456789", min_size=length, max_size=length)
        )
    made = free_field.build(profile, values, has_amount=data.draw(st.booleans()))
    read = free_field.read(profile, made.digits)
    assert read.problems == ()
    assert read.our_number == made.our_number
    in_digits = set(profile.inputs) - profile.only_for_check
    assert {name: read.values[name] for name in in_digits} == {name: values[name] for name in in_digits}
    best = free_field.parse(profile.bank, made.digits)
    assert best.problems == ()


@given(st.text("0123456789", min_size=25, max_size=25), st.sampled_from([p.bank for p in PROFILES]))
def test_any_25_digits_of_a_known_bank_are_read_or_fit_no_layout(digits, bank):
    read = free_field.parse(bank, digits)
    if read is not None:
        assert read.digits == digits
        assert read.our_number.isdigit()
        assert all(problem.severity == "warning" for problem in read.problems)


def test_a_bank_without_table_is_not_read():
    assert free_field.parse("999", "0" * 25) is None


def test_a_layout_that_the_constants_rule_out_is_not_read():
    assert free_field.parse("237", "1" * 25) is None


@pytest.mark.parametrize("digits", ["0" * 24, "0" * 26, "x" * 25, ""])
def test_a_campo_livre_is_25_digits(digits):
    with pytest.raises(BrasilError) as caught:
        free_field.parse("237", digits)
    assert caught.value.code == "free_field.length"


def test_conventions_of_4_and_6_digits_cannot_be_told_apart_but_their_nosso_numero_is_the_same():
    read = free_field.parse("001", "1238012345640420006190018")
    assert (read.profile.name, read.alternatives, read.our_number) == ("bb-6", ("bb-4",), "12380123456")


def test_a_wrong_check_digit_inside_is_a_warning_with_its_place():
    read = free_field.parse("341", "1751234567850810536789000")
    (problem,) = read.problems
    assert (problem.code, problem.severity, problem.field) == ("free_field.check_digit", "warning", "numero_dv")
    assert (problem.position, problem.found, problem.expected) == (31, "5", "4")


def test_an_itau_wallet_without_account_in_its_check_is_recognised_by_it():
    short = free_field.build(
        free_field.find_profile("itau-short-check"),
        {"carteira": "126", "numero": "258281", "agencia": "0810", "conta": "53678"},
    )
    full = free_field.build(
        free_field.find_profile("itau"), {"carteira": "126", "numero": "258281", "agencia": "0810", "conta": "53678"}
    )
    assert short.our_number_check != full.our_number_check
    assert free_field.parse("341", short.digits).profile.name == "itau-short-check"
    assert free_field.parse("341", full.digits).profile.name == "itau"


def test_the_amount_flag_of_sicredi_follows_the_amount():
    profile = free_field.find_profile("sicredi")
    values = {"ano": "19", "numero": "3", "agencia": "0156", "posto": "05", "beneficiario": "85305"}
    assert free_field.build(profile, values, has_amount=True).values["com_valor"] == "1"
    without = free_field.build(profile, values, has_amount=False)
    assert without.values["com_valor"] == "0"
    assert without.digits[22] == "0"
    assert free_field.read(profile, without.digits).problems == ()


ITAU = {"agencia": "0810", "conta": "53678", "carteira": "175", "numero": "12345678"}


@pytest.mark.parametrize(
    ("name", "values", "code", "field"),
    [
        ("itau", ITAU | {"posto": "1"}, "free_field.unknown_value", "posto"),
        ("itau", {k: v for k, v in ITAU.items() if k != "numero"}, "free_field.missing_value", "numero"),
        ("itau", ITAU | {"conta": "53678-9"}, "free_field.characters", "conta"),
        ("itau", ITAU | {"conta": ""}, "free_field.characters", "conta"),
        ("itau", ITAU | {"conta": 53678}, "free_field.characters", "conta"),
        ("itau", ITAU | {"numero": "123456789"}, "free_field.value_too_long", "numero"),
        ("itau", ITAU | {"numero_dv": "5"}, "free_field.check_digit", "numero_dv"),
        ("itau-short-check", ITAU, "free_field.value_not_allowed", "carteira"),
    ],
)
def test_a_campo_livre_is_not_built_of_wrong_values(name, values, code, field):
    with pytest.raises(BrasilError) as caught:
        free_field.build(free_field.find_profile(name), values)
    assert (caught.value.code, caught.value.problem.field) == (code, field)


def test_a_check_digit_given_rightly_is_accepted():
    made = free_field.build(free_field.find_profile("itau"), ITAU | {"numero_dv": "4", "conta_dv": "9"})
    assert made.digits == "1751234567840810536789000"


def test_an_unknown_layout_is_refused_with_the_names_there_are():
    with pytest.raises(BrasilError) as caught:
        free_field.find_profile("itaú")
    assert caught.value.code == "free_field.profile"
    assert caught.value.problem.expected.startswith("bb-7")
