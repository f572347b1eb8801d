"""Choices that depend on nothing but a seed and the names of things: never on arrival order, never on time."""

from hashlib import sha256

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHANUMERIC = "0123456789" + _LETTERS + _LETTERS.lower()


def number(seed: int, below: int, *names: object) -> int:
    """A number in [0, below) for these names."""
    return _value(seed, names) % below


def happens(seed: int, share: float, *names: object) -> bool:
    """Whether a thing that happens to this share of all things (0 to 1) happens to the one of these names."""
    return number(seed, 1_000_000, *names) < round(share * 1_000_000)


def word(seed: int, length: int, *names: object, alphabet: str = _ALPHANUMERIC) -> str:
    """A word of letters and digits for these names, up to 40 characters long."""
    value, letters = _value(seed, names), []
    for _ in range(length):
        value, index = divmod(value, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)


def _value(seed: int, names: tuple[object, ...]) -> int:
    text = "\x1f".join((str(seed), *map(str, names)))
    return int.from_bytes(sha256(text.encode()).digest(), "big")
