"""Money, days and names as a person reads them, in Portuguese and English; and what fits into an SMS."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from babel.dates import format_date
from babel.numbers import format_currency

from brasil import taxid
from brasil.errors import BrasilError
from contracts.customers import PostalAddress
from contracts.invoices import Creditor

Language = Literal["pt-BR", "en-US"]

SMS_SEGMENT_CHARACTERS: Final = 153
"""Characters of the GSM 7-bit alphabet in one part of a long message (3GPP TS 23.040 §9.2.3.24.1)."""

SMS_SINGLE_CHARACTERS: Final = 160
SMS_LIMIT_SEGMENTS: Final = 2

_GSM: Final = frozenset("@£$¥\n\r_ !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_GSM_DOUBLE: Final = frozenset("^{}\\[~]|€")


def language_of(language: str) -> Language:
    """The nearest language we write in."""
    return "pt-BR" if language.startswith("pt") else "en-US"


def money(amount_cents: int, language: Language, currency: str = "BRL") -> str:
    """R$ 1.234,56 or R$1,234.56."""
    amount = Decimal(amount_cents).scaleb(-2)
    return plain(format_currency(amount, currency, locale=language.replace("-", "_")))


def day(value: date, language: Language) -> str:
    """10/12/2026, or Dec 10, 2026 in English, where figures alone would be read two ways."""
    if language == "pt-BR":
        return format_date(value, "dd/MM/yyyy", locale="pt_BR")
    return plain(format_date(value, "medium", locale="en_US"))


def plain(text: str) -> str:
    """The same with ordinary blanks: number formats use no-break ones, which cost an SMS its alphabet."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def first_name(name: str) -> str:
    """What a person is greeted with."""
    return name.split(maxsplit=1)[0] if name.strip() else ""


def tax_id(text: str) -> str:
    """CNPJ 11.222.333/0001-81 or CPF 529.982.247-25; text that is neither stays as it is."""
    label = "CPF" if len(text) == 11 else "CNPJ"
    try:
        return f"{label} {taxid.format(text)}"
    except BrasilError:
        return f"{label} {text}"


def address_line(address: PostalAddress) -> str:
    """A postal address on one line."""
    street = f"{address.street}, {address.number}"
    if address.complement:
        street = f"{street}, {address.complement}"
    code = f"{address.postal_code[:5]}-{address.postal_code[5:]}"
    return f"{street}, {address.district}, {address.city}/{address.uf}, CEP {code}"


def supplier_line(creditor: Creditor) -> str:
    """Name, tax id and address of the supplier: Lei 8.078/1990 (CDC), art. 42-A."""
    return f"{creditor.name}, {tax_id(creditor.tax_id)}, {address_line(creditor.address)}"


def short_supplier_line(creditor: Creditor) -> str:
    """The same for an SMS, shortened where it is long."""
    address = creditor.address
    where = f"{cut(address.street, 30)} {cut(address.number, 6)}, {cut(address.city, 25)}-{address.uf}"
    return f"{cut(creditor.name, 40)}, {tax_id(creditor.tax_id)}, {where}"


def cut(text: str, length: int) -> str:
    """At most `length` characters, cut at a blank where that loses little."""
    if len(text) <= length:
        return text
    head = text[:length]
    blank = head.rfind(" ")
    return head[:blank] if blank > length // 2 else head


def to_gsm(text: str) -> str:
    """The text in the GSM 7-bit alphabet: accents are dropped, what has no place becomes a question mark."""
    folded = unicodedata.normalize("NFKD", plain(text).replace("–", "-").replace("ç", "c").replace("Ç", "C"))
    kept = "".join(character for character in folded if not unicodedata.combining(character))
    return "".join(character if character in _GSM or character in _GSM_DOUBLE else "?" for character in kept)


def segments(text: str) -> int:
    """How many parts an SMS of this GSM text has."""
    length = sum(2 if character in _GSM_DOUBLE else 1 for character in text)
    return 1 if length <= SMS_SINGLE_CHARACTERS else -(-length // SMS_SEGMENT_CHARACTERS)


def spaced_line(digits: str) -> str:
    """A linha digitável as slips print it: 00000.00000 00000.000000 00000.000000 0 00000000000000."""
    fields = (digits[:5], digits[5:10], digits[10:15], digits[15:21], digits[21:26], digits[26:32])
    return f"{fields[0]}.{fields[1]} {fields[2]}.{fields[3]} {fields[4]}.{fields[5]} {digits[32]} {digits[33:]}"
