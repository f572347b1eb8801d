"""A contact's address in the one form it is kept in: e-mail, phone in E.164, postal address on one line."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from chassis.errors import Fault

_PHONES: Final = frozenset({"sms", "whatsapp", "voice"})
_MOBILES: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_BLANKS: Final = re.compile(r"\s+")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")


class AddressError(ValueError):
    """The address cannot be used; `code` is stable, the sentence names the remedy and not the value."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def fault(self, pointer: str) -> Fault:
        return Fault(pointer, self.code, self.sentence)


def normalised(channel: str, address: str) -> str:
    """The address as it is kept. Raises `AddressError`."""
    if channel == "email":
        return email(address)
    if channel in _PHONES:
        return phone(address, mobile=channel == "sms")
    line = _BLANKS.sub(" ", address).strip()
    if len(line) < 3 or _UNPRINTABLE.search(line):
        raise AddressError("contact.letter", "Write the postal address on one line, three characters or more.")
    return line


@lru_cache(maxsize=4_096)
def email(address: str) -> str:
    """The e-mail address with its domain in lower case; nothing is asked of the network. Raises `AddressError`."""
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise AddressError("contact.email", "This is no e-mail address; write it like name@example.com.") from None


@lru_cache(maxsize=4_096)
def phone(text: str, *, mobile: bool) -> str:
    """The number in E.164; without a country code it is Brazilian. Raises `AddressError`."""
    try:
        number = phonenumbers.parse(text, "BR")
    except phonenumbers.NumberParseException:
        raise AddressError("contact.phone", "This is no phone number; write DDD and number, or +country.") from None
    if not phonenumbers.is_valid_number(number):
        raise AddressError("contact.phone", "No such phone number exists; check the DDD and count the digits.")
    if mobile and phonenumbers.number_type(number) not in _MOBILES:
        raise AddressError("contact.phone_kind", "A landline takes no SMS; use a mobile number or channel voice.")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def mobile_or_not(text: str) -> tuple[str, bool]:
    """The number in E.164, and whether it may be a mobile one. Raises `AddressError`."""
    number = phone(text, mobile=False)
    return number, phonenumbers.number_type(phonenumbers.parse(number)) in _MOBILES
