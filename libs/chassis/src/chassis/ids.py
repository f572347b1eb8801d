"""The only maker of ids and randomness.

Ids are UUIDv7 (RFC 9562): their time prefix keeps index inserts at the right-hand edge. `SeededIds` gives the same ids
for the same seed and clock, so that a virtual run is repeatable.
"""

import random
import secrets
from typing import Protocol
from uuid import UUID

import uuid_utils

from chassis.clock import Clock


class Ids(Protocol):
    """Makes new ids."""

    def new_id(self) -> UUID: ...


class RandomIds:
    """UUIDv7 from real time and the system's randomness."""

    def new_id(self) -> UUID:
        return UUID(int=uuid_utils.uuid7().int)


class SeededIds:
    """UUIDv7 from the given clock and a seed: the n-th id of a run is always the same."""

    def __init__(self, seed: int, clock: Clock):
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, never a secret
        self._clock = clock

    def new_id(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        value = (milliseconds & (1 << 48) - 1) << 80 | self._random.getrandbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return UUID(int=value)


def jitter() -> float:
    """A number in [0, 1) that spreads retries; never a secret."""
    return random.random()  # noqa: S311


def new_secret(byte_count: int = 32) -> str:
    """A URL-safe secret of `byte_count` random bytes."""
    return secrets.token_urlsafe(byte_count)
