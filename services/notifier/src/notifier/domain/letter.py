"""What a template may speak of: the letter's facts as text, and nothing else of the debtor or the tenant.

Everything is text, a whole number or a list of such: a template can print and choose, it cannot reach anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.customers import ContactAddress
from notifier.domain.quoting import Quote, total_cents
from notifier.domain.texts import (
    Language,
    address_line,
    cut,
    day,
    first_name,
    money,
    short_supplier_line,
    spaced_line,
    supplier_line,
    tax_id,
)

VARIABLES: Final = frozenset(
    {
        "debtor", "supplier", "supplier_line", "invoices", "invoice", "count", "title", "of_title", "total", "today",
        "items", "codes", "unsubscribe_line", "portal_link",
    }
)  # fmt: skip
"""The names a template may use."""

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "pt-BR": {"one": "a fatura", "of_one": "da fatura", "many": "faturas", "of_many": "de", "pix": "Pix copia e cola"},
    "en-US": {
        "one": "invoice",
        "of_one": "of invoice",
        "many": "invoices",
        "of_many": "of",
        "pix": "Pix copy-and-paste",
    },
}


@dataclass(frozen=True)
class Links:
    """Where the links of one attempt lead; empty where the channel carries none."""

    portal: str = ""
    boleto: tuple[str, ...] = ()
    pix: tuple[str, ...] = ()
    unsubscribe: str = ""


def facts_of(
    quotes: Sequence[Quote], recipient: ContactAddress, *, language: Language, channel: str, links: Links
) -> dict[str, Any]:
    """The variables of a letter, apart from the blocks that are rendered from them (`items`)."""
    words = _WORDS[language]
    invoices = [_invoice(quote, language, links, index) for index, quote in enumerate(quotes)]
    creditor = quotes[0].facts.invoice.creditor
    count = len(quotes)
    document, several = cut(invoices[0]["document"], 20), f"{count} {words['many']}"
    return {
        "debtor": {"name": recipient.name, "first_name": cut(first_name(recipient.name), 15)},
        "supplier": {
            "name": creditor.name,
            "short_name": cut(creditor.trade_name or creditor.name, 40),
            "tax_id": tax_id(creditor.tax_id),
            "address": address_line(creditor.address),
        },
        "supplier_line": short_supplier_line(creditor) if channel == "sms" else supplier_line(creditor),
        "invoices": invoices,
        "invoice": invoices[0],
        "count": count,
        "title": f"{words['one']} {document}" if count == 1 else several,
        "of_title": f"{words['of_one']} {document}" if count == 1 else f"{words['of_many']} {several}",
        "total": money(total_cents(quotes), language),
        "today": day(quotes[0].on, language),
        "codes": _codes(invoices, words, channel),
        "unsubscribe_line": _unsubscribe(channel, language, links),
        "portal_link": links.portal,
    }


def _invoice(quote: Quote, language: Language, links: Links, index: int) -> dict[str, Any]:
    invoice = quote.facts.invoice
    boleto, pix = (invoice.boleto, invoice.pix) if quote.amount_cents else (None, None)
    part = invoice.instalment
    return {
        "document": invoice.document_number,
        "description": invoice.description,
        "instalment": f"{part.number}/{part.count}" if part.count > 1 else "",
        "due_on": day(invoice.due_on, language),
        "amount": money(quote.amount_cents, language),
        "face": money(invoice.amount_cents, language),
        "fine": money(quote.fine_cents, language) if quote.fine_cents else "",
        "interest": money(quote.interest_cents, language) if quote.interest_cents else "",
        "discount": money(quote.discount_cents, language) if quote.discount_cents else "",
        "days_late": quote.days_late,
        "linha_digitavel": spaced_line(boleto.linha_digitavel) if boleto else "",
        "pix_code": pix.br_code if pix else "",
        "boleto_link": links.boleto[index] if boleto and index < len(links.boleto) else "",
        "pix_link": links.pix[index] if pix and index < len(links.pix) else "",
    }


def _codes(invoices: Sequence[dict[str, Any]], words: dict[str, str], channel: str) -> str:
    """The payment codes for a short text: an SMS has room for one line, WhatsApp for all."""
    if channel == "sms":
        line = invoices[0]["linha_digitavel"] if len(invoices) == 1 else ""
        digits = "".join(character for character in line if character.isdigit())
        return f"Boleto: {digits}." if digits else ""
    parts = []
    for invoice in invoices:
        if len(invoices) > 1:
            parts.append(f"{invoice['document']}: {invoice['amount']} ({invoice['due_on']})")
        if invoice["pix_code"]:
            parts.append(f"{words['pix']}:\n{invoice['pix_code']}")
        if invoice["linha_digitavel"]:
            parts.append(f"Boleto: {invoice['linha_digitavel']}")
    return "\n".join(parts)


def _unsubscribe(channel: str, language: Language, links: Links) -> str:
    if channel == "email":
        text = "Não quer receber estes e-mails?" if language == "pt-BR" else "Do not want these e-mails?"
        return f"{text} {links.unsubscribe}" if links.unsubscribe else ""
    if channel == "sms":
        return "SAIR cancela." if language == "pt-BR" else "STOP ends."
    return (
        "Responda SAIR para não receber mais mensagens."
        if language == "pt-BR"
        else "Reply STOP to receive no more messages."
    )
