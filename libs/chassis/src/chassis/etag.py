"""Optimistic concurrency over HTTP: strong ETags from versions, `If-Match` on every change (RFC 9110 §13, RFC 6585)."""

import re
from typing import Annotated, ClassVar, Final

from fastapi import Header
from starlette.responses import Response

from chassis.errors import PreconditionError

_TAG: Final = re.compile(r'\s*(W/)?"([\x21\x23-\x7e]*)"\s*(?:,|$)')

IfMatch = Annotated[str | None, Header(description="the ETag that was read; required (428 without, 412 if it changed)")]
IfNoneMatch = Annotated[str | None, Header(description="the ETag that is known; 304 while it is still current")]


class VersionMissingError(PreconditionError):
    """`If-Match` is missing (428)."""

    kind: ClassVar[str] = "precondition"

    def __init__(self) -> None:
        super().__init__("version-missing", "Read the resource and send its ETag as If-Match.")


class VersionMismatchError(PreconditionError):
    """`If-Match` names another version (412)."""

    kind: ClassVar[str] = "precondition"

    def __init__(self) -> None:
        super().__init__("version-mismatch", "It changed meanwhile: read it again and repeat with the new ETag.")


def etag(version: int) -> str:
    """The strong ETag of a version."""
    return f'"{version}"'


def tags(header: str) -> list[tuple[bool, str]]:
    """The entity tags of a header as (weak, opaque) pairs; text that is not a list of tags gives none."""
    found: list[tuple[bool, str]] = []
    position = 0
    while position < len(header):
        match = _TAG.match(header, position)
        if match is None:
            return []
        found.append((bool(match.group(1)), match.group(2)))
        position = match.end()
    return found


def check_if_match(if_match: str | None, version: int) -> None:
    """Raise `VersionMissingError` or `VersionMismatchError` unless the caller read this version.

    Comparison is strong: a weak tag never matches. `*` matches whatever exists.
    """
    if if_match is None:
        raise VersionMissingError
    if if_match.strip() == "*":
        return
    if (False, str(version)) not in tags(if_match):
        raise VersionMismatchError


def not_modified(if_none_match: str | None, version: int) -> Response | None:
    """The 304 answer when the caller already has this version (weak comparison), else None."""
    if if_none_match is None:
        return None
    known = if_none_match.strip() == "*" or str(version) in {opaque for _, opaque in tags(if_none_match)}
    return Response(status_code=304, headers={"etag": etag(version)}) if known else None
