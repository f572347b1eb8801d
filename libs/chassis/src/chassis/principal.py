"""Who is calling: made from a credential, never from anything else the caller says."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from chassis.errors import ForbiddenError, ServiceError


@dataclass(frozen=True)
class Principal:
    """A known caller. `subject` is stable and names the key or client; `tenant_id` comes from the credential only."""

    subject: str
    tenant_id: UUID
    scopes: frozenset[str]
    kind: Literal["api_key", "token"]

    def need(self, *scopes: str) -> None:
        """Raise `ForbiddenError` unless the credential carries every one of the scopes."""
        missing = [scope for scope in scopes if scope not in self.scopes]
        if missing:
            raise ForbiddenError("forbidden", f"This needs the scope {missing[0]}.")


class UnauthenticatedError(ServiceError):
    """No credential, or one that is not valid. `reason` is for metrics and logs; the answer never tells it."""

    kind: ClassVar[str] = "unauthenticated"

    def __init__(self, reason: str):
        super().__init__("unauthenticated", "Send a valid API key or access token as `Authorization: Bearer …`.")
        self.reason = reason
