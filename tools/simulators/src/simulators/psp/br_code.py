"""The text of a dynamic Pix QR code (Manual do BR Code, EMV MPM): id, length and value, closed by a CRC-16."""

import unicodedata


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE in four upper-case hexadecimal digits."""
    register = 0xFFFF
    for octet in text.encode("ascii"):
        register ^= octet << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021) & 0xFFFF if register & 0x8000 else register << 1
    return f"{register:04X}"


def field(number: int, value: str) -> str:
    """One field."""
    return f"{number:02d}{len(value):02d}{value}"


def dynamic(location: str, merchant_name: str, merchant_city: str) -> str:
    """The code whose amount and due date are read at `location`."""
    text = (
        field(0, "01")
        + field(26, field(0, "br.gov.bcb.pix") + field(25, location))
        + field(52, "0000")
        + field(53, "986")
        + field(58, "BR")
        + field(59, ascii_of(merchant_name)[:25].strip() or "RECEBEDOR")
        + field(60, ascii_of(merchant_city)[:15].strip() or "BRASILIA")
        + field(62, field(5, "***"))
        + "6304"
    )
    return text + crc16(text)


def ascii_of(text: str) -> str:
    """The text without accents and without what ASCII cannot write."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def location_of(code: str) -> str | None:
    """Where a dynamic code sends its payer; None if the text is not such a code or its CRC is wrong."""
    if crc_fails(code):
        return None
    account = fields(code).get("26")
    return fields(account).get("25") if account else None


def crc_fails(code: str) -> bool:
    """Whether the code does not end in its own CRC."""
    return not code.isascii() or code[-8:-4] != "6304" or crc16(code[:-4]) != code[-4:]


def fields(text: str) -> dict[str, str]:
    """The fields of one level; empty if the lengths do not come out even."""
    read, at = {}, 0
    while at < len(text):
        number, length = text[at : at + 2], text[at + 2 : at + 4]
        if not length.isdigit() or at + 4 + int(length) > len(text):
            return {}
        read[number] = text[at + 4 : at + 4 + int(length)]
        at += 4 + int(length)
    return read
