"""The refusals a rule or a handler may raise. No HTTP here: `chassis.problems` alone turns them into answers.

An error names what was wrong in a stable slug, a sentence for a person and, where there is one, the place. Its text
never contains what the caller sent.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input: `pointer` is where (RFC 6901), `code` is stable, `message` names the remedy."""

    pointer: str
    code: str
    message: str


class ServiceError(Exception):
    """A foreseen refusal. `slug` is stable and documented, `detail` is a sentence with the remedy."""

    kind: ClassVar[str] = "invalid"

    def __init__(
        self, slug: str, detail: str, *, faults: tuple[Fault, ...] = (), retry_after_seconds: int | None = None
    ):
        super().__init__(slug)
        self.slug = slug
        self.detail = detail
        self.faults = faults
        self.retry_after_seconds = retry_after_seconds


class InvalidError(ServiceError):
    """The request or event breaks a rule; sending it again unchanged cannot help."""

    kind = "invalid"


class NotFoundError(ServiceError):
    """There is no such thing for this tenant (another tenant's looks exactly the same)."""

    kind = "not_found"


class ConflictError(ServiceError):
    """The thing exists but its state, or another request, does not allow this now."""

    kind = "conflict"


class ForbiddenError(ServiceError):
    """The caller is known but may not do this."""

    kind = "forbidden"


class PreconditionError(ServiceError):
    """`If-Match` is missing (428) or names another version (412)."""

    kind = "precondition"


class OverloadedError(ServiceError):
    """We cannot take it now without risking what we already took; try again after `retry_after_seconds`."""

    kind = "overloaded"


class TransientError(ServiceError):
    """Something outside is away; the same work may succeed later. A consumer retries it in place."""

    kind = "transient"
