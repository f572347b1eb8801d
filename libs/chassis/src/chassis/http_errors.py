"""The framework's and the database's errors, turned into problem documents."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic_core import core_schema
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import problems
from chassis.errors import ServiceError

_log = structlog.get_logger("chassis.http")

_MESSAGES: Final = {
    "missing": "required: add it",
    "extra_forbidden": "there is a field here that the schema does not know: remove it",
    "json_invalid": "not JSON: send well-formed JSON in UTF-8",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "date_from_datetime_parsing": "must be a date like 2026-01-31",
    "date_parsing": "must be a date like 2026-01-31",
    "date_type": "must be a date like 2026-01-31",
    "datetime_from_date_parsing": "must be an instant like 2026-01-31T12:00:00Z",
    "datetime_parsing": "must be an instant like 2026-01-31T12:00:00Z",
    "timezone_aware": "must name its offset from UTC, like 2026-01-31T12:00:00Z",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_pattern_mismatch": "does not have the required form: see the schema",
}
_BOUNDS: Final = {
    "greater_than": ("gt", "must be above {}"),
    "greater_than_equal": ("ge", "must be {} or more"),
    "less_than": ("lt", "must be below {}"),
    "less_than_equal": ("le", "must be {} or less"),
    "string_too_short": ("min_length", "must have {} characters or more"),
    "string_too_long": ("max_length", "must have {} characters or fewer"),
    "too_short": ("min_length", "must have {} items or more"),
    "too_long": ("max_length", "must have {} items or fewer"),
    "literal_error": ("expected", "must be {}"),
    "enum": ("expected", "must be {}"),
}
_BUILT_IN: Final = frozenset(get_args(core_schema.ErrorType))
_UNAVAILABLE_STATES: Final = ("08", "53", "57P")
_RETRY_STATES: Final = ("40001", "40P01", "55P03", "57014")
_UNSTORABLE_STATES: Final = ("22021", "22P05")  # a NUL, which JSON and URLs can carry and PostgreSQL's text cannot


def install(app: FastAPI) -> None:
    """Answer every foreseen error with a problem document. Unforeseen ones are the edge's (`chassis.edge`)."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(asyncpg.PostgresError, _database_error)
    app.add_exception_handler(asyncpg.InterfaceError, _database_error)
    app.add_exception_handler(PoolTimeoutError, _pool_exhausted)


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - what the handler is registered for
    if error.slug == "outbox-full":
        request.app.state.kit.metrics.add("regua_outbox_refused_writes")
    return problems.of_service_error(error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is registered for
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(allowed_methods(request.app, request.url.path))
    return problems.response(problems.slug_of_status(error.status_code), status=error.status_code, headers=headers)


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Every method of the path, over all its routes (the framework names those of the first route only)."""
    matching = (route for route in iter_route_contexts(app.routes) if route.path_regex.match(path))
    return sorted({method for route in matching for method in route.methods or ()})


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what the handler is registered for
    return of_validation(
        error.errors(), known=known_names(request.app), content_type=request.headers.get("content-type")
    )


async def _database_error(_: Request, error: Exception) -> Response:
    return of_database(error)


async def _pool_exhausted(_: Request, error: Exception) -> Response:  # noqa: ARG001
    return problems.response("overloaded", retry_after_seconds=2)


def of_database(error: Exception) -> Response:
    """503 when repeating can help, else 500; the driver's text stays out of the answer."""
    state = sqlstate(error)
    connecting = isinstance(error, DBAPIError) and error.statement is None
    if connecting or state is None or state.startswith(_UNAVAILABLE_STATES) or state in _RETRY_STATES:
        return problems.response("unavailable", retry_after_seconds=2)
    if state in _UNSTORABLE_STATES:
        return problems.response("invalid-input")
    _log.error("database refused a statement", sqlstate=state, exc_info=error)
    return problems.response("internal-error")


def sqlstate(error: BaseException | None) -> str | None:
    """The SQLSTATE somewhere in the chain of causes, or None (no answer from the server at all)."""
    while error is not None:
        state = getattr(error, "sqlstate", None)
        if isinstance(state, str):
            return state
        error = getattr(error, "orig", None) or error.__cause__
    return None


def of_validation(errors: Sequence[Any], *, known: frozenset[str], content_type: str | None = None) -> Response:
    """400 for text that is not JSON, 415 for another media type, else 422 with pointers to schema fields only."""
    if any(item["type"] == "json_invalid" for item in errors):
        return problems.response("malformed-json")
    if _other_media_type(errors, content_type):
        return problems.response("unsupported-media-type")
    listed = [_fault(item, known) for item in errors[:50]]
    return problems.response("invalid-input", errors=listed)


def _other_media_type(errors: Sequence[Any], content_type: str | None) -> bool:
    if not any(tuple(item["loc"]) == ("body",) and item["type"].endswith("_type") for item in errors):
        return False
    media = (content_type or "").split(";")[0].strip().lower()
    return media != "application/json" and not media.endswith("+json")


def _fault(item: Mapping[str, Any], known: frozenset[str]) -> dict[str, str]:
    place, *path = [*item["loc"], ""][:-1] or ["body"]
    if item["type"] == "extra_forbidden" and path:
        path = path[:-1]
    pointer = "".join(f"/{_segment(part, known)}" for part in path)
    return {"pointer": pointer, "code": str(item["type"]), "message": message_for(item), "in": str(place)}


def _segment(part: object, known: frozenset[str]) -> str:
    """A list position or a name of the schema; whatever else the caller wrote becomes `*`."""
    if isinstance(part, int):
        return str(part)
    text = str(part)
    return text.replace("~", "~0").replace("/", "~1") if text in known else "*"


def message_for(item: Mapping[str, Any]) -> str:
    """What to do about one validation error, without what was sent.

    A model's own `PydanticCustomError` brings its own sentence, which must not quote the value.
    """
    kind = item["type"]
    if kind not in _BUILT_IN:
        return str(item["msg"])
    if kind in _BOUNDS:
        name, text = _BOUNDS[kind]
        bound = (item.get("ctx") or {}).get(name)
        return text.format(bound) if bound is not None else "is outside its bounds: see the schema"
    if kind in {"value_error", "assertion_error"}:
        return "breaks a rule of this field: see its description"
    return _MESSAGES.get(kind, "does not fit the schema: see the description of this field")


def known_names(app: Any) -> frozenset[str]:
    """Every property and parameter name of the app's own OpenAPI document, computed once."""
    cached = getattr(app.state, "known_names", None)
    if cached is None:
        cached = frozenset(_names(app.openapi()))
        app.state.known_names = cached
    return cached


def _names(document: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for schema in document.get("components", {}).get("schemas", {}).values():
        found.update(schema.get("properties", {}))
    for path in document.get("paths", {}).values():
        for operation in path.values():
            found.update(parameter["name"] for parameter in operation.get("parameters", ()) if "name" in parameter)
    return found
