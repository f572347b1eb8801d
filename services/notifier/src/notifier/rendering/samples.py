"""A debtor and invoices that nobody has, on which a template is tried before it may be published."""

from datetime import date
from typing import Final
from uuid import UUID

from contracts.charges import ChargeTerms
from contracts.customers import ContactAddress, PostalAddress
from contracts.invoices import Boleto, Creditor, Instalment, Invoice, InvoiceBalance, PixCharge
from notifier.domain.facts import InvoiceFacts
from notifier.domain.quoting import Quote

_ID: Final = UUID(int=0)
RECIPIENT: Final = ContactAddress(contact_id=_ID, name="Maximiliano Bartolomeu de Albuquerque", address="a@example.com")
CREDITOR: Final = Creditor(
    creditor_id=_ID,
    name="Associação Educacional Exemplo de Nome Bastante Comprido Ltda",
    tax_id="11222333000181",
    address=PostalAddress(
        street="Avenida Engenheiro Exemplo Comprido de Souza",
        number="12345",
        district="Jardim Exemplo",
        city="São José do Vale do Rio Preto",
        uf="RJ",
        postal_code="25780000",
    ),
)
_TERMS: Final = ChargeTerms(
    weekend_rule="law-7089",
    payment_dating="as-paid",
    rounding="daily-down",
    imputation="interest-fine-principal",
    contract="consumer",
    cap_policy="reduce",
)


def _invoice(number: int) -> Invoice:
    cents = 123_456_789
    due_on = date(2026, 3, 10)
    return Invoice(
        invoice_id=UUID(int=number),
        version=1,
        customer_id=_ID,
        external_id=f"EXEMPLO-{number}",
        creditor=CREDITOR,
        document_number=f"2026/EXEMPLO-{number:06d}",
        instalment=Instalment(number=number, count=12),
        description="Mensalidade de março",
        amount_cents=cents,
        currency="BRL",
        issued_on=date(2026, 2, 1),
        due_on=due_on,
        payable_on=due_on,
        terms=_TERMS,
        options=(
            Boleto(
                option_id=_ID,
                status="active",
                bank_code="341",
                convenio="1",
                carteira="109",
                nosso_numero="00184212",
                linha_digitavel="34191090081842120060371525500006416560000085000",
                barcode="34194165600000850001090018421200607152550000",
                due_on=due_on,
                amount_cents=cents,
            ),
            PixCharge(
                option_id=_ID,
                status="active",
                charge="static",
                txid="EXEMPLO",
                psp_ispb="60701190",
                br_code="00020101021126330014br.gov.bcb.pix0111EXEMPLOEXEM5204000053039865802BR6304BFAA",
                amount_cents=cents,
            ),
        ),
        state="open",
        balance=InvoiceBalance(amount_cents=cents, open_cents=cents),
        origin="api",
    )


def quotes(count: int, *, late: bool, paid: bool = False) -> list[Quote]:
    """Quotes of `count` sample invoices: on time, late with charges, or paid."""
    on = date(2026, 4, 30) if late else date(2026, 3, 1)
    return [
        Quote(
            InvoiceFacts(_invoice(number)),
            on=on,
            amount_cents=0 if paid else 123_456_789 + (2_500_000 if late else 0),
            fine_cents=2_000_000 if late and not paid else 0,
            interest_cents=500_000 if late and not paid else 0,
            days_late=51 if late else 0,
        )
        for number in range(1, count + 1)
    ]
