"""Slip and QR code, drawn and read back by a reader that knows nothing of how they were drawn."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp

from chassis.debt import debt_on
from contracts.charges import DiscountStep, DiscountUntil, InterestRate, Percentage
from contracts.customers import PostalAddress
from contracts.invoices import Invoice
from invoicing.domain.creditor import STANDARD_TERMS, BankProfile, CreditorProfile, PixProfile, checked
from invoicing.domain.issuing import Draft, Identity, Providers, creditor_of, issue
from invoicing.domain.places import Payer, calendar
from invoicing.papers import pdf, qr
from invoicing.papers.slip import Party, Slip, bank_code, reais, slip_of

ADDRESS = PostalAddress(street="Rua das Acácias", number="12", city="São Paulo", uf="SP", postal_code="01310100")
BANKS = {
    "001": BankProfile(bank_code="001", agencia="1234", conta="12345678", carteira="17", convenio="1234567"),
    "237": BankProfile(bank_code="237", agencia="1234", conta="1234567", carteira="09", convenio="1234567"),
    "341": BankProfile(bank_code="341", agencia="0057", conta="12345", carteira="109", convenio="12345"),
}
PIX = PixProfile(
    key="cobranca@aurora.example",
    psp_ispb="12345678",
    location_host="pix.psp.example",
    merchant_name="Escola Aurora",
    merchant_city="São Paulo",
)
PAYER = Payer(UUID(int=9), "SP", "3550308", "America/Sao_Paulo")
PERSON = Party(name="Conceição Ávila", tax_id="837.465.100-82", address=("Rua B, 2", "Centro - Recife/PE"))


def issued(bank: str = "341", *, amount_cents: int = 150_000, psp: bool = False) -> Invoice:
    profile = checked(
        CreditorProfile(
            name="Escola Aurora Ltda",
            tax_id="11222333000181",
            address=ADDRESS,
            bank=BANKS[bank],
            pix=PIX,
            terms=STANDARD_TERMS.model_copy(
                update={
                    "fine": Percentage(percent=Decimal(2)),
                    "interest": InterestRate(percent=Decimal(1), basis="month-30"),
                    "discount": None,
                }
            ),
        )
    )
    draft = Draft(
        payer=PAYER,
        external_id="F-1",
        document_number="NF 4711",
        description="Mensalidade",
        amount_cents=amount_cents,
        issued_on=date(2026, 2, 20),
        due_on=date(2026, 3, 10),
        terms=profile.terms.model_copy(
            update={
                "discount": DiscountUntil(
                    steps=(DiscountStep(until=date(2026, 3, 5), discount=Percentage(percent=Decimal(5))),)
                )
            }
        ),
    )
    ids = Identity(invoice_id=UUID(int=2**120 + 7), boleto_id=UUID(int=2), pix_id=UUID(int=3), number=4711)
    creditor = creditor_of(UUID(int=4), profile.model_dump_json())
    return issue(draft, profile=profile, creditor=creditor, ids=ids, providers=Providers(psp=psp))


def slip(invoice: Invoice, *, on: date | None = None) -> Slip:
    assert invoice.boleto is not None
    return slip_of(
        invoice,
        invoice.boleto,
        payer=PERSON,
        contact="cobranca@aurora.example - +551130034567",
        agency_and_account="0057 / 12345",
        processed_on=invoice.issued_on,
        payable_days_after_due=60,
        owed=debt_on(invoice, on=on, calendar=calendar("SP", "3550308")) if on else None,
    )


def read(document: bytes) -> tuple[dict[str, str], str]:
    """What a scanner sees on the page, by kind of code; and the page's text."""
    page = pypdfium2.PdfDocument(document)
    try:
        assert len(page) == 1
        picture = page[0].render(scale=3).to_pil()
        text = page[0].get_textpage().get_text_range()
    finally:
        page.close()
    return {str(found.format).rsplit(".", 1)[-1]: found.text for found in zxingcpp.read_barcodes(picture)}, text


@pytest.mark.parametrize(("bank", "amount_cents"), [("001", 1), ("237", 150_000), ("341", 9_999_999_999)])
def test_a_scanner_reads_bar_code_and_pix_from_the_page(bank: str, amount_cents: int) -> None:
    invoice = issued(bank, amount_cents=amount_cents)
    assert invoice.boleto is not None
    assert invoice.pix is not None
    codes, _ = read(pdf.render(slip(invoice)))
    assert codes["ITF"] == invoice.boleto.barcode
    assert codes["QR Code"] == invoice.pix.br_code


def test_the_page_says_who_owes_what_to_whom_and_until_when() -> None:
    _, text = read(pdf.render(slip(issued())))
    for expected in (
        "341-7", "RECIBO DO PAGADOR", "Escola Aurora Ltda", "11.222.333/0001-81", "Conceição Ávila", "10/03/2026",
        "1.500,00", "NF 4711", "Até 05/03/2026: desconto de 5%.",
        "Após o vencimento: multa de 2% e juros de 1% ao mês.", "Não receber após 60 dias do vencimento.",
        "cobranca@aurora.example - +551130034567", slip(issued()).linha_digitavel,
    ):  # fmt: skip
        assert expected in text


def test_a_late_copy_says_what_is_owed_on_the_day() -> None:
    late = slip(issued(), on=date(2026, 4, 9))
    assert (late.charges, late.charged, late.paid_until) == ("45,00", "1.545,00", "09/04/2026")
    assert "Valor atualizado para pagamento em 09/04/2026: R$ 1.545,00" in read(pdf.render(late))[1]


def test_the_same_slip_is_the_same_file() -> None:
    assert pdf.render(slip(issued())) == pdf.render(slip(issued()))


def test_long_texts_stay_in_their_cells_and_unknown_letters_do_not_break_the_page() -> None:
    long = Party(name="Ω" * 140, tax_id="1", address=("W" * 140, "W" * 140))
    invoice = issued().model_copy(update={"document_number": "D" * 80})
    document = pdf.render(slip(invoice))
    assert read(document)[0]["ITF"]
    from dataclasses import replace

    codes, _ = read(pdf.render(replace(slip(invoice), payer=long)))
    assert set(codes) == {"ITF", "QR Code"}


def test_the_pix_picture_is_read_back() -> None:
    import io

    from PIL import Image

    text = issued().pix.br_code  # type: ignore[union-attr]
    with Image.open(io.BytesIO(qr.png(text))) as picture:
        (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == text
    assert qr.svg(text).startswith(b"<svg")


@pytest.mark.parametrize(("code", "printed"), [("341", "341-7"), ("001", "001-9"), ("237", "237-2"), ("748", "748-X")])
def test_a_bank_is_printed_with_its_check_digit(code: str, printed: str) -> None:
    assert bank_code(code) == printed


def test_amounts_are_printed_as_people_write_them() -> None:
    assert [reais(cents) for cents in (1, 100, 123_456, 123_456_789_00)] == [
        "0,01",
        "1,00",
        "1.234,56",
        "123.456.789,00",
    ]
