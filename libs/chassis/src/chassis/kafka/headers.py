"""Record headers as one stored value, so that a row of the outbox carries them ready to send."""

from collections.abc import Sequence
from functools import lru_cache
from typing import overload

from chassis.errors import InvalidError


def pack_headers(pairs: Sequence[tuple[str, bytes]]) -> bytes:
    """Kafka headers as one stored value: the names on the first line, then one value a line."""
    lines = [",".join(name for name, _ in pairs).encode()]
    for name, value in pairs:
        if b"\n" in value:
            raise InvalidError("header-with-line-break", f"the header {name} may not contain a line break")
        lines.append(value)
    return b"\n".join(lines)


@lru_cache(maxsize=1024)
def _header_names(line: bytes) -> tuple[str, ...]:
    return tuple(line.decode().split(","))


def unpack_headers(packed: bytes) -> list[tuple[str, bytes]]:
    """The headers that `pack_headers` stored."""
    names, *values = packed.split(b"\n")
    return list(zip(_header_names(names), values, strict=False))


class PackedHeaders(Sequence[list[tuple[str, bytes]]]):
    """The headers of many records, each unpacked only when somebody looks at it."""

    def __init__(self, packed: Sequence[bytes]):
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, index: int) -> list[tuple[str, bytes]]: ...
    @overload
    def __getitem__(self, index: slice) -> "PackedHeaders": ...
    def __getitem__(self, index: int | slice) -> "list[tuple[str, bytes]] | PackedHeaders":
        if isinstance(index, slice):
            return PackedHeaders(self._packed[index])
        return unpack_headers(self._packed[index])
