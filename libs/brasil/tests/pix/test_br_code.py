"""BR Codes against `tests/vectors/br_codes.json`, where every vector names its public source."""

import json
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from brasil.errors import BrasilError
from brasil.pix import br_code, tlv
from brasil.pix.crc import crc16
from brasil.pix.decode import BrCode, decode

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "br_codes.json").read_text(encoding="utf-8"))
FIELDS = [name for name in BrCode.__slots__ if name != "crc"]
MANUAL = VECTORS["valid"][0]["code"]


def sealed(body):
    """Return a code with the right checksum for whatever is in it."""
    body += "6304"
    return body + crc16(body.encode())


def codes(decoded, severity="error"):
    return [problem.code for problem in decoded.problems if problem.severity == severity]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: f"{v['source']}-{v['code'][-4:]}")
def test_a_published_code_is_read(vector):
    decoded = decode(vector["code"])
    assert decoded.valid
    assert codes(decoded, "warning") == vector.get("warnings", [])
    assert {name: getattr(decoded.code, name) for name in FIELDS} == {name: vector.get(name) for name in FIELDS}
    assert decoded.crc == decoded.code.crc == vector["code"][-4:]
    assert br_code.is_valid(vector["code"])
    assert br_code.validate(f"{vector['code']} ") == vector["code"]
    assert br_code.parse(f" {vector['code']}\n") == decoded.code


@pytest.mark.parametrize("vector", VECTORS["wrong"], ids=lambda v: v["source"])
def test_a_wrong_published_code_is_refused_and_shows_nothing(vector):
    decoded = decode(vector["code"])
    assert codes(decoded) == [vector["error"]]
    assert decoded.code is None
    with pytest.raises(BrasilError) as caught:
        br_code.parse(vector["code"])
    assert caught.value.code == vector["error"]


def test_a_right_checksum_over_a_broken_structure_is_refused():
    # A public sample says 08 over the seven characters of 0503***: the checksum goes with it all the same.
    broken = sealed(MANUAL[:-8].replace("62070503***", "62080503***"))
    decoded = decode(broken)
    assert codes(decoded) == ["pix.br_code.length"]
    assert decoded.problems[0].field == "30"
    assert decoded.code is None


def test_the_placeholder_checksum_of_web_samples_is_refused():
    decoded = decode(MANUAL[:-4] + "ABCD")
    (problem,) = decoded.problems
    assert (problem.code, problem.found, problem.expected) == ("pix.br_code.crc", "ABCD", "1D3D")
    assert (decoded.valid, decoded.crc, decoded.code) == (False, "ABCD", None)


def test_a_checksum_in_small_letters_is_read_with_a_warning():
    decoded = decode(MANUAL[:-4] + "1d3d")
    assert (decoded.valid, decoded.crc, codes(decoded, "warning")) == (True, "1D3D", ["pix.br_code.crc_case"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pix.br_code.crc_missing"),
        (MANUAL[:-8], "pix.br_code.crc_missing"),
        (MANUAL[:-1], "pix.br_code.length"),
        (MANUAL + "6201", "pix.br_code.length"),
        (MANUAL + "990200", "pix.br_code.crc_missing"),
        (MANUAL[:-8] + "6303ABC", "pix.br_code.crc_missing"),
        (MANUAL[:-8] + "6304WXYZ", "pix.br_code.crc_missing"),
        ("x" * 2001, "pix.br_code.too_long"),
        ("00", "pix.br_code.length"),
        ("0", "pix.br_code.id"),
        ("00-1", "pix.br_code.length"),
        (sealed("000201000201"), "pix.br_code.duplicate"),
    ],
)
def test_what_is_no_br_code_is_refused(text, code):
    decoded = decode(text)
    assert codes(decoded)[0] == code
    assert not decoded.valid
    with pytest.raises(BrasilError) as caught:
        br_code.validate(text)
    assert caught.value.code == code


BODY = MANUAL[:-8]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (BODY.replace("5303986", "5303840"), ["pix.br_code.currency"]),
        (BODY.replace("5802BR", "5802US"), ["pix.br_code.country"]),
        (BODY.replace("000201", "000202", 1), ["pix.br_code.format"]),
        (BODY.replace("52040000", ""), ["pix.br_code.missing"]),
        (BODY.replace("5303986", ""), ["pix.br_code.missing"]),
        (BODY.replace("5802BR", ""), ["pix.br_code.missing"]),
        (BODY.replace("5913Fulano de Tal", ""), ["pix.br_code.missing"]),
        (BODY.replace("6008BRASILIA", ""), ["pix.br_code.missing"]),
        (BODY.replace("br.gov.bcb.pix", "br.gov.bcb.pux"), ["pix.br_code.account"]),
        (BODY.replace("5303986", "5303986540512,34"), ["pix.br_code.amount"]),
        (BODY.replace("5303986", "53039865405" + "1.234"), ["pix.br_code.amount"]),
        (BODY.replace("5303986", "53039865402-1"), ["pix.br_code.amount"]),
        (
            "000201" + tlv.write("26", tlv.write("00", "br.gov.bcb.pix")) + BODY[BODY.index("5204") :],
            ["pix.br_code.account"],
        ),
        (
            "000201"
            + tlv.write("26", "0014br.gov.bcb.pix" + tlv.write("01", "a@b.co") + tlv.write("25", "a.co/b"))
            + BODY[BODY.index("5204") :],
            ["pix.br_code.account"],
        ),
        (BODY.replace("62070503***", "62070504***"), ["pix.br_code.length"]),
        (BODY.replace("0136123e4567", "0137123e4567"), ["pix.br_code.length", "pix.br_code.account"]),
    ],
)
def test_a_code_that_is_not_of_pix_is_refused_with_its_reason(body, errors):
    decoded = decode(sealed(body))
    assert codes(decoded) == errors
    assert not decoded.valid


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        (BODY.replace("62070503***", ""), "pix.br_code.txid"),
        (BODY.replace("62070503***", "62130509abc-12345"), "pix.br_code.txid"),
        (BODY.replace("62070503***", "62300526" + "a" * 26), "pix.br_code.txid"),
        (BODY.replace("5913Fulano de Tal", "5926" + "A" * 26), "pix.br_code.text_length"),
        (BODY.replace("6008BRASILIA", "6016" + "A" * 16), "pix.br_code.text_length"),
        (BODY.replace("5913Fulano de Tal", "5906Padrão"), "pix.br_code.not_ascii"),
        (BODY.replace("5913Fulano de Tal", "5907Padrão"), "pix.br_code.not_ascii"),
        ("5802BR" + BODY.replace("5802BR", ""), "pix.br_code.order"),
        (
            VECTORS["valid"][1]["code"][:-8].replace("2548pix", "2556https://pix").replace("2670", "2678"),
            "pix.br_code.url",
        ),
    ],
)
def test_what_is_odd_but_readable_is_a_warning(body, warning):
    decoded = decode(sealed(body))
    assert codes(decoded) == []
    assert codes(decoded, "warning") == [warning]


@pytest.mark.parametrize("length", ["06", "07"])
def test_a_name_with_an_accent_is_read_whether_lengths_count_characters_or_bytes(length):
    decoded = decode(sealed(BODY.replace("5913Fulano de Tal", f"59{length}Padrão")))
    assert decoded.code.merchant_name == "Padrão"
    assert decoded.code.merchant_city == "BRASILIA"


@pytest.mark.parametrize(("text", "cents"), [("1", 100), ("1.5", 150), ("0.01", 1), ("1234567890.99", 123456789099)])
def test_amounts_are_read_with_and_without_decimals(text, cents):
    decoded = decode(sealed(BODY.replace("5303986", "5303986" + tlv.write("54", text))))
    assert (decoded.valid, decoded.code.amount_cents) == (True, cents)


def test_the_pix_template_is_found_behind_another_one():
    other = tlv.write("26", tlv.write("00", "com.example") + tlv.write("01", "x"))
    decoded = decode(sealed("000201" + other + "27" + BODY[8:]))
    assert (decoded.valid, decoded.code.key) == (True, "123e4567-e12b-12d1-a456-426655440000")


def test_a_code_of_no_text_is_refused():
    assert decode(None).problems[0].code == "pix.br_code.type"


def test_the_manual_s_static_code_is_written_to_the_letter():
    assert (
        br_code.static(
            key="123e4567-e12b-12d1-a456-426655440000", merchant_name="Fulano de Tal", merchant_city="BRASILIA"
        )
        == MANUAL
    )


def test_the_manual_s_dynamic_code_is_written_to_the_letter():
    vector = VECTORS["valid"][1]
    written = br_code.dynamic(url=vector["url"], merchant_name="Fulano de Tal", merchant_city="BRASILIA")
    assert written == vector["code"]


@pytest.mark.parametrize("index", [2, 3, 4])
def test_the_api_s_composite_codes_are_written_to_the_letter(index):
    vector = VECTORS["valid"][index]
    written = br_code.dynamic(
        url=vector.get("url"),
        recurrence_url=vector["recurrence_url"],
        merchant_name="Fulano de Tal",
        merchant_city="BRASILIA",
    )
    assert written == vector["code"]


def test_a_static_code_with_everything_is_written_to_the_letter():
    vector = VECTORS["valid"][6]
    written = br_code.static(
        key="thalesog@me.com",
        info="Pedido 123",
        amount_cents=1000,
        merchant_name="Thales Ogliari",
        merchant_city="SAO MIGUEL DO O",
    )
    assert written == vector["code"]


STATIC = {"key": "a@b.com.br", "merchant_name": "Loja", "merchant_city": "Recife"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": "nada"}, "pix.key.format"),
        ({"key": "529.982.247-26"}, "cpf.check_digit"),
        ({"merchant_name": "Padrão"}, "pix.br_code.text"),
        ({"merchant_name": " "}, "pix.br_code.text"),
        ({"merchant_name": ""}, "pix.br_code.text"),
        ({"merchant_name": "A" * 26}, "pix.br_code.too_long"),
        ({"merchant_city": "A" * 16}, "pix.br_code.too_long"),
        ({"amount_cents": 0}, "pix.br_code.amount"),
        ({"amount_cents": -5}, "pix.br_code.amount"),
        ({"amount_cents": 1_000_000_000_000}, "pix.br_code.amount"),
        ({"amount_cents": 1.5}, "pix.br_code.amount"),
        ({"txid": "a" * 26}, "pix.txid"),
        ({"txid": "***"}, "pix.txid"),
        ({"txid": "a-b"}, "pix.txid"),
        ({"info": "ção"}, "pix.br_code.text"),
        ({"info": "a" * 73}, "pix.br_code.too_long"),
        ({"info": "a" * 72}, "pix.br_code.too_long"),
        ({"postal_code": "1234"}, "pix.br_code.postal_code"),
    ],
)
def test_a_static_code_is_not_written_of_wrong_parts(change, code):
    with pytest.raises(BrasilError) as caught:
        br_code.static(**(STATIC | change))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "url", ["https://pix.example.com/x", "pix.example.com", "pix.example.com/a b", "é.com/x", "a/" + "x" * 76]
)
def test_a_location_is_host_and_path_only(url):
    with pytest.raises(BrasilError) as caught:
        br_code.dynamic(url=url, merchant_name="Loja", merchant_city="Recife")
    assert (caught.value.code, caught.value.problem.field) == ("pix.br_code.url", "url")


def test_a_dynamic_code_needs_a_location():
    with pytest.raises(BrasilError) as caught:
        br_code.dynamic(url=None, merchant_name="Loja", merchant_city="Recife")
    assert caught.value.code == "pix.br_code.url"


def test_the_checksum_is_the_one_of_the_standard():
    # CRC-16/CCITT-FALSE check value.
    assert crc16(b"123456789") == "29B1"
    assert crc16(b"") == "FFFF"


NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .&'", min_size=1).filter(str.strip)
TXIDS = st.text("ABCxyz0189", min_size=1, max_size=25)


@given(
    key=st.sampled_from(["a@b.com.br", "+5511987654321", "52998224725", "12ABC34501DE35"]),
    merchant_name=NAMES.map(lambda s: s[:25]).filter(str.strip),
    merchant_city=NAMES.map(lambda s: s[:15]).filter(str.strip),
    amount_cents=st.none() | st.integers(1, 999_999_999_999),
    txid=st.none() | TXIDS,
    info=st.none() | NAMES.map(lambda s: s[:40]).filter(str.strip),
    postal_code=st.none() | st.text("0123456789", min_size=8, max_size=8),
)
def test_whatever_static_code_is_written_is_read_back(**parts):
    decoded = decode(br_code.static(**parts))
    assert decoded.problems == ()
    assert {name: getattr(decoded.code, name) for name in parts} == parts
    assert decoded.code.kind == "static"


@given(st.data())
def test_a_changed_character_is_always_found(data):
    position = data.draw(st.integers(0, len(MANUAL) - 1))
    other = data.draw(st.sampled_from("0123456789ABCxyz.*").filter(lambda c: c != MANUAL[position]))
    assert not decode(MANUAL[:position] + other + MANUAL[position + 1 :]).valid


@given(st.text(max_size=200) | st.text("0123456789", max_size=200))
def test_decoding_never_raises(text):
    decoded = decode(text)
    assert not decoded.valid
    assert decoded.problems


@given(st.text(max_size=120))
def test_a_sealed_code_with_anything_in_it_never_raises(text):
    decode(sealed("000201" + text))


def test_a_scanner_reads_the_code_from_its_picture():
    code = br_code.static(**STATIC, amount_cents=1234, txid="pedido1")
    picture = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == code
