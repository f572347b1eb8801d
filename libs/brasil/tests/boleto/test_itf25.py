import pytest
import zxingcpp

from brasil.boleto import itf25
from brasil.errors import BrasilError

CODE = "34196166700000123451101234567880057123457000"


def picture(digits, *, module_px=3, height_px=60, margin_px=40):
    """Return a grey picture (rows of bytes as a two-dimensional view) drawn from the geometry alone."""
    width = itf25.modules(digits) * module_px + 2 * margin_px
    row = bytearray(b"\xff" * width)
    for bar in itf25.bars(digits):
        start = margin_px + bar.start * module_px
        row[start : start + bar.width * module_px] = b"\x00" * (bar.width * module_px)
    return memoryview(bytes(row) * height_px).cast("B", (height_px, width))


@pytest.mark.parametrize("digits", [CODE, "0123456789" * 4 + "0123", "85620000000900004222014080700000000100032580"])
def test_a_scanner_reads_the_bars_back(digits):
    (found,) = zxingcpp.read_barcodes(picture(digits), formats=zxingcpp.BarcodeFormat.ITF)
    assert found.text == digits


def test_44_digits_are_405_modules_of_a_quarter_millimetre():
    assert itf25.modules(CODE) == 405
    assert itf25.WIDTH_MM / itf25.modules(CODE) == pytest.approx(0.2543, abs=0.0001)
    assert (itf25.WIDTH_MM, itf25.HEIGHT_MM) == (103, 13)


def test_two_digits_share_bars_and_spaces():
    # Start; then the first digit (0: NNWWN) in bars and the second (1: WNNNW) in spaces; stop.
    assert itf25.elements("01") == (1, 1, 1, 1, 1, 3, 1, 1, 3, 1, 3, 1, 1, 3, 3, 1, 1)
    assert itf25.bars("01")[:3] == (itf25.Bar(0, 1), itf25.Bar(2, 1), itf25.Bar(4, 1))
    assert itf25.bars("01")[-1].start + itf25.bars("01")[-1].width == itf25.modules("01")


@pytest.mark.parametrize("digits", ["", "1", "123", "1a", "12" * 41])
def test_what_it_cannot_print_is_refused(digits):
    with pytest.raises(BrasilError) as caught:
        itf25.elements(digits)
    assert caught.value.code == "itf25.digits"


def test_the_picture_is_true_to_size():
    svg = itf25.svg(CODE)
    assert 'width="113mm" height="13mm"' in svg
    assert svg.count("v1h-") == len(itf25.bars(CODE)) + 1
