"""Field types of Brazilian receivables, by their form on the wire.

Forms only: check digits, calendars and rates are rules, and rules live in `brasil`.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
"""A word of a vocabulary that may grow without a new version: lower case, no blanks. Readers keep unknown ones."""

ON_ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
"""Text without control characters: a database refuses some of them, and a line break can forge a log or a header."""

ShortText = Annotated[str, Field(max_length=140, pattern=ON_ONE_LINE)]
Reference = Annotated[str, Field(max_length=80, pattern=ON_ONE_LINE)]
"""An identifier of somebody else's making: document number, external id, provider's message id."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest, or an HMAC-SHA-256 where the field says keyed, in lower-case hexadecimal."""

Version = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[int, Field(ge=1, le=31)]


def _without_exponent(value: Decimal) -> Decimal:
    return value if value.as_tuple().exponent in range(-5, 1) else value.quantize(Decimal(1))


Percent = Annotated[
    Decimal,
    Field(ge=0, le=1000, max_digits=9, decimal_places=5),
    AfterValidator(_without_exponent),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,4}(\.\d{1,5})?$"}, mode="serialization"),
]
"""A percentage as a decimal string: "2.00" is two per cent. Five decimals, as CNAB rates have at most."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Language = Annotated[str, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
"""BCP 47, language and region: pt-BR, en-US."""

TimeZone = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+(/[A-Z][A-Za-z_]+){1,2}$")]
"""IANA name: America/Sao_Paulo."""

ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local time of day, HH:MM."""

Uf = Literal[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
    "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
]  # fmt: skip
"""State, or the Federal District."""

IbgeCode = Annotated[str, Field(pattern=r"^\d{7}$")]
"""IBGE's code of a municipality."""

PostalCode = Annotated[str, Field(pattern=r"^\d{8}$")]

Cpf = Annotated[str, Field(pattern=r"^\d{11}$")]
Cnpj = Annotated[str, Field(pattern=r"^[0-9A-Z]{12}\d{2}$")]
"""Fourteen characters; letters are legal since July 2026 (IN RFB 2.229/2024)."""

TaxId = Annotated[str, Field(pattern=r"^(\d{11}|[0-9A-Z]{12}\d{2})$")]
"""A CPF or a CNPJ without punctuation."""

BankCode = Annotated[str, Field(pattern=r"^\d{3}$")]
Ispb = Annotated[str, Field(pattern=r"^[0-9A-Z]{8}$")]
Barcode = Annotated[str, Field(pattern=r"^\d{44}$")]
LinhaDigitavel = Annotated[str, Field(pattern=r"^\d{47}$")]
NossoNumero = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,20}$")]
"""The bank's id of a title, as its files carry it: without check digit, with leading zeros. Text, never a number."""

Txid = Annotated[str, Field(pattern=r"^[a-zA-Z0-9]{1,35}$")]
"""API Pix: 26 to 35 characters on cob and cobv, up to 25 on a static code."""

EndToEndId = Annotated[str, Field(pattern=r"^[ED][0-9A-Z]{8}\d{12}[a-zA-Z0-9]{11}$")]
"""API Pix: E (payment) or D (return), ISPB, minute, eleven characters."""

BrCode = Annotated[str, Field(pattern=r"^000201.{10,500}6304[0-9A-F]{4}$")]

Channel = Literal["email", "sms", "whatsapp", "voice", "letter"]
"""A way to reach a debtor."""

AnswerChannel = Literal["email", "sms", "whatsapp", "voice", "letter", "portal", "phone", "in_person", "bank", "api"]
"""Where an answer came in; `bank` is an answer carried by a return file."""

Tone = Literal["courteous", "neutral", "firm", "formal"]
Actor = Literal["system", "operator", "integration", "debtor"]
"""Who caused a fact; the person's name stays in the service's audit log."""
