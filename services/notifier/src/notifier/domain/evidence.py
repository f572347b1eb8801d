"""The evidence chain: one entry per fact about a message, each covering the one before it.

An entry's bytes are canonical (UTF-8 JSON, keys sorted, no blanks), so that anybody can recompute its hash with
nothing but SHA-256. A changed byte, a lost, added or moved entry breaks every hash after it. The hash covers the
body's hash, not the body: entries about others can stand in a proof without showing what they say.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

JsonValue = str | int | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]

GENESIS = "0" * 64
"""What the first entry of a tenant's chain names as its predecessor."""


@dataclass(frozen=True)
class Entry:
    """One link: `entry_hash` is SHA-256 over sequence, previous hash and the canonical body's SHA-256."""

    sequence: int
    previous_hash: str
    body: bytes
    entry_hash: str

    @property
    def body_hash(self) -> str:
        """What a proof shows of an entry that is about somebody else."""
        return hashlib.sha256(self.body).hexdigest()


class BrokenChainError(ValueError):
    """The chain does not verify; `sequence` is the first entry that does not fit."""

    def __init__(self, sequence: int, what: str):
        super().__init__(f"entry {sequence}: {what}")
        self.sequence = sequence


def canonical(body: Mapping[str, JsonValue]) -> bytes:
    """The one byte form of a body. Floats have no place in it."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def entry_hash(*, sequence: int, previous_hash: str, body: bytes) -> str:
    """The hash of an entry, in lower-case hexadecimal."""
    return link_hash(sequence=sequence, previous_hash=previous_hash, body_hash=hashlib.sha256(body).hexdigest())


def link_hash(*, sequence: int, previous_hash: str, body_hash: str) -> str:
    """The hash of an entry of whose body only the hash is known."""
    return hashlib.sha256(f"{sequence}\n{previous_hash}\n{body_hash}".encode()).hexdigest()


def append(*, sequence: int, previous_hash: str, body: Mapping[str, JsonValue]) -> Entry:
    """The entry after the one whose hash is `previous_hash`; the first has sequence 1 and follows `GENESIS`."""
    raw = canonical(body)
    digest = entry_hash(sequence=sequence, previous_hash=previous_hash, body=raw)
    return Entry(sequence, previous_hash, raw, digest)


def verify(entries: Iterable[Entry], *, start: int = 1, previous_hash: str = GENESIS) -> str:
    """The hash of the last entry if all of them fit; raises `BrokenChainError` naming the first that does not."""
    expected, previous = start, previous_hash
    for entry in entries:
        if entry.sequence != expected:
            raise BrokenChainError(entry.sequence, f"sequence {expected} expected")
        if entry.previous_hash != previous:
            raise BrokenChainError(entry.sequence, "it does not follow the entry before it")
        if entry_hash(sequence=entry.sequence, previous_hash=previous, body=entry.body) != entry.entry_hash:
            raise BrokenChainError(entry.sequence, "its content does not give its hash")
        expected, previous = expected + 1, entry.entry_hash
    return previous
