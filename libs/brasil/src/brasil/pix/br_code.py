"""BR Code: the text behind a Pix QR code ("copia e cola"), an EMV code with the template br.gov.bcb.pix.

Writing is strict (Manual de Padrões para Iniciação do Pix): ASCII only, lengths kept, amounts above zero, keys of a
known kind. Reading accepts what is in use and says what is odd: see `brasil.pix.decode`.
"""

from __future__ import annotations

import re
from typing import Final

from brasil.errors import BrasilError
from brasil.pix import decode, ids, keys
from brasil.pix.crc import crc16
from brasil.pix.decode import GUI, LONGEST_CODE, BrCode
from brasil.pix.tlv import write

LONGEST_NAME: Final = 25
LONGEST_CITY: Final = 15
LONGEST_URL: Final = 77
LARGEST_AMOUNT_CENTS: Final = 999_999_999_999
ONE_USE: Final = "12"
_URL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/[A-Za-z0-9/._~%+=&?@:-]+")
_PRINTABLE: Final = re.compile(r"[ -~]+")


def parse(text: str) -> BrCode:
    """Return the code's fields. Raises BrasilError with the first error of `decode.decode`."""
    decoded = decode.decode(text)
    errors = [problem for problem in decoded.problems if problem.severity == "error"]
    if errors or decoded.code is None:
        raise BrasilError.of(errors[0])
    return decoded.code


def validate(text: str) -> str:
    """Return the code without outer blanks. Raises as `parse`."""
    parse(text)
    return compact(text)


def is_valid(text: str) -> bool:
    """Return True if the code can be read and its checksum matches."""
    return decode.decode(text).valid


compact = decode.compact


def static(
    *,
    key: str,
    merchant_name: str,
    merchant_city: str,
    amount_cents: int | None = None,
    txid: str | None = None,
    info: str | None = None,
    postal_code: str | None = None,
) -> str:
    """Return a static code, which may be paid any number of times.

    Raises BrasilError with the codes of `keys.parse`, `pix.txid`, or `pix.br_code.text|amount|too_long|postal_code`.
    """
    account = write("00", GUI) + write("01", keys.parse(key).value)
    if info is not None:
        account += write("02", _text("info", info, 72))
    if len(account) > 99:
        raise BrasilError(
            "pix.br_code.too_long",
            "Key and info together do not fit into a BR Code; shorten the info.",
            field="info",
            found=len(account),
            expected="at most 99 with their headers",
        )
    return _finish(
        write("26", account),
        merchant_name=merchant_name,
        merchant_city=merchant_city,
        amount_cents=amount_cents,
        txid=ids.NO_TXID if txid is None else ids.static_txid(txid),
        postal_code=postal_code,
    )


def dynamic(
    *,
    url: str | None,
    merchant_name: str,
    merchant_city: str,
    recurrence_url: str | None = None,
    amount_cents: int | None = None,
    postal_code: str | None = None,
    one_use: bool = True,
) -> str:
    """Return a dynamic code: `url` is the location of a cob or cobv, without scheme.

    With `recurrence_url` the code is composite (Pix Automático, journeys 3 and 4); with it alone, journey 2. Payers
    take the amount from the charge; the one in the code is only for show. Raises BrasilError `pix.br_code.url|text|
    amount|too_long|postal_code`.
    """
    if url is None and recurrence_url is None:
        raise BrasilError("pix.br_code.url", "A dynamic code needs the location of a charge or of a recurrence.")
    account = write("00", GUI) + ("" if url is None else write("25", _location("url", url)))
    recurrence = None
    if recurrence_url is not None:
        recurrence = write("80", write("00", GUI) + write("25", _location("recurrence_url", recurrence_url)))
    return _finish(
        (write("01", ONE_USE) if one_use and url is not None else "") + write("26", account),
        merchant_name=merchant_name,
        merchant_city=merchant_city,
        amount_cents=amount_cents,
        txid=ids.NO_TXID,
        postal_code=postal_code,
        tail=recurrence,
    )


def _finish(
    head: str,
    *,
    merchant_name: str,
    merchant_city: str,
    amount_cents: int | None,
    txid: str,
    postal_code: str | None,
    tail: str | None = None,
) -> str:
    parts = [write("00", "01"), head, write("52", "0000"), write("53", "986")]
    if amount_cents is not None:
        parts.append(write("54", _amount(amount_cents)))
    parts += [
        write("58", "BR"),
        write("59", _text("merchant_name", merchant_name, LONGEST_NAME)),
        write("60", _text("merchant_city", merchant_city, LONGEST_CITY)),
    ]
    if postal_code is not None:
        parts.append(write("61", _postal_code(postal_code)))
    parts += [write("62", write("05", txid)), tail or "", "6304"]
    body = "".join(parts)
    if len(body) + 4 > LONGEST_CODE:
        raise BrasilError(
            "pix.br_code.too_long",
            "The code is longer than a BR Code may be.",
            found=len(body) + 4,
            expected=f"at most {LONGEST_CODE}",
        )
    return body + crc16(body.encode("ascii"))


def _text(name: str, value: str, longest: int) -> str:
    if not _PRINTABLE.fullmatch(value) or not value.strip():
        raise BrasilError(
            "pix.br_code.text",
            f"{name} must be plain ASCII without accents.",
            field=name,
            found=value,
            expected="printable ASCII; brasil.text.fold takes accents off",
        )
    if len(value) > longest:
        raise BrasilError(
            "pix.br_code.too_long",
            f"{name} is longer than a BR Code allows.",
            field=name,
            found=value,
            expected=f"at most {longest} characters",
        )
    return value


def _amount(amount_cents: int) -> str:
    if type(amount_cents) is not int or not 0 < amount_cents <= LARGEST_AMOUNT_CENTS:
        raise BrasilError(
            "pix.br_code.amount",
            "An amount is whole cents above zero; leave it out to let the payer choose.",
            field="amount_cents",
            found=amount_cents,
            expected=f"1 to {LARGEST_AMOUNT_CENTS}",
        )
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"


def _location(name: str, url: str) -> str:
    if len(url) > LONGEST_URL or not _URL.fullmatch(url):
        raise BrasilError(
            "pix.br_code.url",
            f"{name} is host and path, without https://.",
            field=name,
            found=url,
            expected=f"host/path, at most {LONGEST_URL} characters",
        )
    return url


def _postal_code(text: str) -> str:
    digits = text.replace("-", "")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise BrasilError(
            "pix.br_code.postal_code",
            "A postal code (CEP) is eight digits.",
            field="postal_code",
            found=text,
            expected="8 digits",
        )
    return digits
