"""Errors as RFC 9457 problem documents: the one table from a refusal to a status, and their registry.

A document carries `type`, `title`, `status`, `detail`, the trace id and, for bad input, `errors` with pointer, code and
remedy. It never carries an exception's text nor anything the caller sent. Every `type` is a page under `/problems/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import get_current_span
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from chassis.errors import Fault, ServiceError

MEDIA_TYPE: Final = "application/problem+json"
STATUS_OF_KIND: Final = {
    "invalid": 422,
    "not_found": 404,
    "conflict": 409,
    "forbidden": 403,
    "unauthenticated": 401,
    "precondition": 412,
    "overloaded": 503,
    "transient": 503,
}


@dataclass(frozen=True)
class ProblemType:
    """One kind of refusal, as its page explains it. `remedy` says what the caller can do."""

    slug: str
    status: int
    title: str
    remedy: str


class ProblemError(BaseModel):
    """One thing wrong with the input."""

    model_config = ConfigDict(extra="forbid")

    pointer: str = Field(description="where, as a JSON pointer (RFC 6901) into the part named by `in`")
    code: str = Field(description="stable and machine-readable")
    message: str = Field(description="what to do about it")
    in_: str = Field("body", alias="in", description="body, query, path, header or cookie")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="path of the page that explains this kind of problem")
    title: str
    status: int
    detail: str
    trace_id: str | None = Field(None, description="names the request in our logs and traces")
    errors: list[ProblemError] = Field(default_factory=list, description="only for bad input")


_BUILT_IN: Final = (
    ProblemType("malformed-json", 400, "The body is not JSON", "Send well-formed JSON in UTF-8."),
    ProblemType("bad-request", 400, "The request is not well formed", "Correct the request line or the headers."),
    ProblemType(
        "idempotency-key-missing", 400, "Idempotency-Key is missing", "Send a new Idempotency-Key for each effect."
    ),
    ProblemType(
        "idempotency-key-invalid", 400, "Idempotency-Key is not usable", "Use 1 to 255 printable ASCII characters."
    ),
    ProblemType(
        "cursor-invalid", 400, "The cursor is not usable", "Start again without a cursor; use `next` as it was given."
    ),
    ProblemType(
        "unauthenticated", 401, "Credentials are missing or not valid", "Send a valid API key or access token."
    ),
    ProblemType("forbidden", 403, "The credentials do not allow this", "Ask for the scope that the operation names."),
    ProblemType("not-found", 404, "There is no such thing", "Check the identifier."),
    ProblemType("method-not-allowed", 405, "The method does not exist here", "Use a method that `Allow` names."),
    ProblemType("not-acceptable", 406, "No such representation", "Accept application/json."),
    ProblemType("conflict", 409, "The state does not allow this now", "Read the current state, then decide again."),
    ProblemType(
        "idempotency-in-flight", 409, "The same request is still running", "Repeat it after Retry-After seconds."
    ),
    ProblemType(
        "version-mismatch", 412, "Somebody changed it meanwhile", "Read it again and repeat with the new ETag."
    ),
    ProblemType("body-too-large", 413, "The body is too large", "Send less at once, or use the import operation."),
    ProblemType(
        "unsupported-media-type", 415, "The media type is not supported", "Send a media type that the operation names."
    ),
    ProblemType("invalid-input", 422, "The input breaks a rule", "Correct what `errors` points at."),
    ProblemType("idempotency-key-reused", 422, "The key belongs to another request", "Use a new Idempotency-Key."),
    ProblemType("version-missing", 428, "If-Match is missing", "Read the resource and send its ETag as If-Match."),
    ProblemType("rate-limited", 429, "Too many requests", "Wait for Retry-After seconds."),
    ProblemType("headers-too-large", 431, "The headers are too large", "Send fewer or shorter headers."),
    ProblemType(
        "internal-error", 500, "We made a mistake", "Repeat with the same Idempotency-Key; report the trace id."
    ),
    ProblemType(
        "outbox-full", 503, "Too much waits for Kafka", "Nothing was written: repeat after Retry-After seconds."
    ),
    ProblemType(
        "overloaded", 503, "We cannot take this now", "Repeat after Retry-After seconds with the same Idempotency-Key."
    ),
    ProblemType(
        "unavailable", 503, "A part we need is away", "Repeat after Retry-After seconds with the same Idempotency-Key."
    ),
    ProblemType("timed-out", 504, "It took too long", "The outcome is unknown: repeat with the same Idempotency-Key."),
)
_types: dict[str, ProblemType] = {kind.slug: kind for kind in _BUILT_IN}
_SLUG_OF_STATUS: Final = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-input",
    429: "rate-limited",
    431: "headers-too-large",
    503: "unavailable",
}


def declare(*kinds: ProblemType) -> None:
    """Add a service's own problem types to the registry; the same slug twice must mean the same thing."""
    for kind in kinds:
        if _types.setdefault(kind.slug, kind) != kind:
            raise ValueError(f"problem type {kind.slug!r} is declared twice with different meanings")


def types() -> Mapping[str, ProblemType]:
    """Every declared problem type by slug."""
    return _types


def trace_id() -> str | None:
    """The current trace id in hex, if there is one."""
    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def response(
    slug: str,
    detail: str | None = None,
    *,
    status: int | None = None,
    errors: list[dict[str, str]] | None = None,
    retry_after_seconds: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem response. Without `detail` the type's own remedy is the sentence."""
    kind = _types.get(slug)
    code = status or (kind.status if kind else 500)
    document: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": kind.title if kind else slug.replace("-", " ").capitalize(),
        "status": code,
        "detail": detail or (kind.remedy if kind else "The request was refused."),
        "trace_id": trace_id(),
        "errors": errors or [],
    }
    extra = dict(headers or {})
    if retry_after_seconds is not None:
        extra["retry-after"] = str(max(1, retry_after_seconds))
    return Response(to_json(document), status_code=code, media_type=MEDIA_TYPE, headers=extra)


def fault_document(fault: Fault, place: str = "body") -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "message": fault.message, "in": place}


def of_service_error(error: ServiceError) -> Response:
    """The answer to a foreseen refusal: the declared type's status, else the kind's."""
    kind = _types.get(error.slug)
    status = kind.status if kind else STATUS_OF_KIND.get(error.kind, 500)
    retry_after = error.retry_after_seconds
    if retry_after is None and status in {429, 503}:
        retry_after = 1
    headers = {"www-authenticate": 'Bearer realm="regua"'} if status == 401 else None
    return response(
        error.slug,
        error.detail,
        status=status,
        errors=[fault_document(fault) for fault in error.faults],
        retry_after_seconds=retry_after,
        headers=headers,
    )


def slug_of_status(status: int) -> str:
    """The problem type for a bare HTTP status, as the framework raises it."""
    return _SLUG_OF_STATUS.get(status, "internal-error" if status >= 500 else "bad-request")
