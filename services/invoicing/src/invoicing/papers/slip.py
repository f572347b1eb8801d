"""What stands on a boleto, field by field, in the words that banks print."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from brasil import taxid
from brasil.boleto import line
from brasil.charges.statement import ChargeStatement
from brasil.check_digits import modulo_11_x
from contracts.charges import Charge, ChargeTerms, DailyAmount, DiscountUntil, FixedAmount, InterestRate
from contracts.customers import PostalAddress
from contracts.invoices import Boleto, Invoice

_BANKS: Final = {
    "001": "Banco do Brasil",
    "033": "Santander",
    "041": "Banrisul",
    "077": "Inter",
    "104": "Caixa",
    "237": "Bradesco",
    "341": "Itaú",
    "422": "Safra",
    "748": "Sicredi",
    "756": "Sicoob",
}
_BASES: Final = {"day": "ao dia", "month": "ao mês", "year": "ao ano"}


@dataclass(frozen=True, kw_only=True)
class Party:
    """A name with tax id and address, as printed. Contact lines are the creditor's (CDC art. 42-A)."""

    name: str
    tax_id: str
    address: tuple[str, ...]
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Slip:
    """All texts of a boleto, ready to be drawn, with the bar code's digits and the QR code's text."""

    bank_name: str
    bank_code: str
    linha_digitavel: str
    barcode: str
    br_code: str | None
    due_on: str
    beneficiary: Party
    payer: Party
    agency_and_account: str
    nosso_numero: str
    carteira: str
    document_number: str
    document_date: str
    processed_on: str
    amount: str
    discount: str
    charges: str
    charged: str
    paid_until: str
    instructions: tuple[str, ...]


def bank_code(code: str) -> str:
    """The bank's code with its check digit, as printed: 341-7."""
    return f"{code}-{modulo_11_x(code)}"


def day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def reais(amount_cents: int) -> str:
    """1.234,56"""
    return f"{amount_cents // 100:,}".replace(",", ".") + f",{amount_cents % 100:02d}"


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",") + "%"


def address_lines(address: PostalAddress | None) -> tuple[str, ...]:
    """A postal address on two lines; none where there is none."""
    if address is None:
        return ()
    street = ", ".join(filter(None, [address.street, address.number, address.complement]))
    place = f"{address.city}/{address.uf} CEP {address.postal_code[:5]}-{address.postal_code[5:]}"
    return street, " - ".join(filter(None, [address.district, place]))


def slip_of(
    invoice: Invoice,
    boleto: Boleto,
    *,
    payer: Party,
    contact: str,
    agency_and_account: str,
    processed_on: date,
    payable_days_after_due: int,
    owed: ChargeStatement | None,
) -> Slip:
    """The slip of one boleto. With `owed` it says what is to be paid on that day (second copy); without it the
    payer pays what the slip asks for."""
    creditor = invoice.creditor
    original = boleto.amount_cents == invoice.amount_cents
    pix = invoice.pix
    return Slip(
        bank_name=_BANKS.get(boleto.bank_code, f"Banco {boleto.bank_code}"),
        bank_code=bank_code(boleto.bank_code),
        linha_digitavel=line.format(boleto.linha_digitavel),
        barcode=boleto.barcode,
        br_code=pix.br_code if pix is not None else None,
        due_on=day(boleto.due_on),
        beneficiary=Party(
            name=creditor.name,
            tax_id=taxid.format(creditor.tax_id),
            address=address_lines(creditor.address),
            contact=contact,
        ),
        payer=payer,
        agency_and_account=agency_and_account,
        nosso_numero=boleto.nosso_numero_printed or boleto.nosso_numero,
        carteira=boleto.carteira,
        document_number=_document(invoice),
        document_date=day(invoice.issued_on),
        processed_on=day(processed_on),
        amount=reais(boleto.amount_cents),
        discount=_part(owed, "discount", "abatement"),
        charges=_part(owed, "fine", "interest"),
        charged=reais(owed.total_cents) if owed is not None else "",
        paid_until=day(owed.on) if owed is not None else "",
        instructions=tuple(instructions(invoice.terms, payable_days_after_due, with_discount=original)),
    )


def _document(invoice: Invoice) -> str:
    part = invoice.instalment
    return invoice.document_number if part.count == 1 else f"{invoice.document_number} {part.number}/{part.count}"


def _part(owed: ChargeStatement | None, *kinds: str) -> str:
    if owed is None:
        return ""
    total = sum(line.amount_cents for line in owed.lines if line.kind in kinds)
    return reais(abs(total)) if total else ""


def instructions(terms: ChargeTerms, days: int, *, with_discount: bool) -> list[str]:
    """What the cashier and the payer have to know, one sentence each."""
    lines: list[str] = []
    if with_discount and isinstance(terms.discount, DiscountUntil):
        lines += [f"Até {day(step.until)}: desconto de {_charge(step.discount)}." for step in terms.discount.steps]
    late = [f"multa de {_charge(terms.fine)}"] if terms.fine is not None else []
    if isinstance(terms.interest, InterestRate):
        period = _BASES[terms.interest.basis.split("-")[0]]
        late.append(f"juros de {_percent(terms.interest.percent)} {period}")
    elif isinstance(terms.interest, DailyAmount):
        late.append(f"juros de R$ {reais(terms.interest.amount_cents)} ao dia")
    if late:
        lines.append(f"Após o vencimento: {' e '.join(late)}.")
    lines.append(f"Não receber após {days} dias do vencimento." if days else "Não receber após o vencimento.")
    return lines


def _charge(charge: Charge) -> str:
    if isinstance(charge, FixedAmount):
        return f"R$ {reais(charge.amount_cents)}"
    return _percent(charge.percent)
