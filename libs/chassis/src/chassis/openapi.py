"""The OpenAPI 3.1 document, made to tell the whole truth.

To what the framework derives from the routes it adds what every operation can answer: problem documents (RFC 9457) for
each refusal of the edge, of authentication and of validation, the credentials and scopes that an operation needs, the
`Idempotency-Key` header where an effect needs one, and the headers of replayed answers.
"""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from chassis import problems
from chassis.auth import Require
from chassis.idempotency import Once

_ALWAYS: Final = (400, 413, 429, 431, 500, 503, 504)
_WITH_CREDENTIAL: Final = (401, 403)
_KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "new for each effect; repeat a request with the same key and get the same answer, for 400 days",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]{1,255}$"},
}
_SECONDS: Final = {"type": "integer", "minimum": 1}
_REPLAYED_HEADER: Final = {
    "description": "`true` when this is the stored answer of an earlier equal request",
    "schema": {"type": "string", "enum": ["true"]},
}


def install(app: FastAPI) -> None:
    """Let `/openapi.json` serve this document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def build(app: FastAPI) -> dict[str, Any]:
    """The complete document of an app."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _problem_schema(schemas)
    components["responses"] = {str(status): _problem_response(status) for status in _statuses()}
    components["securitySchemes"] = _security_schemes()
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None and isinstance(route.original_route, APIRoute):
                _complete(operation, route)
    return document


def _statuses() -> set[int]:
    return {kind.status for kind in problems.types().values()}


def _problem_schema(schemas: dict[str, Any]) -> dict[str, Any]:
    schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(schema.pop("$defs", {}))
    return schema


def _problem_response(status: int) -> dict[str, Any]:
    kinds = [kind for kind in problems.types().values() if kind.status == status]
    answer: dict[str, Any] = {
        "description": "; ".join(f"{kind.title} (`{kind.slug}`)" for kind in kinds),
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in {429, 503}:
        answer["headers"] = {"Retry-After": {"description": "seconds to wait", "schema": _SECONDS}}
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": {"description": "the scheme", "schema": {"type": "string"}}}
    return answer


def _security_schemes() -> dict[str, Any]:
    return {
        "apiKey": {"type": "http", "scheme": "bearer", "description": "API key `rk_…`"},
        "accessToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "OAuth2 access token (client credentials) with the tenant and the scopes",
        },
    }


def _dependencies(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _dependencies(inner)


def _guards(route: RouteContext) -> list[Require | Once]:
    return [call for call in _dependencies(route.dependant) if isinstance(call, Require | Once)]


def _complete(operation: dict[str, Any], route: RouteContext) -> None:
    guards = _guards(route)
    responses: dict[str, Any] = operation["responses"]
    statuses = [*_ALWAYS, *(_WITH_CREDENTIAL if guards else ())]
    takes_input = bool(operation.get("requestBody") or operation.get("parameters"))
    if operation.get("requestBody"):
        statuses.append(415)
    if takes_input or any(isinstance(guard, Once) for guard in guards):
        statuses.append(422)
    if "{" in str(route.path_format) or operation.get("requestBody"):
        statuses.append(404)  # a body can name what is not there as well as a path can
    if any(isinstance(guard, Once) for guard in guards):
        statuses.append(409)
        operation.setdefault("parameters", []).append(_KEY_PARAMETER)
        _declare_replay(responses)
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    if "if-match" in names:
        statuses += [412, 428]
    if "if-none-match" in names:
        responses.setdefault("304", {"description": "Still current"})
    if guards:
        scopes = sorted({scope for guard in guards for scope in guard.scopes})
        operation["security"] = [{"apiKey": []}, {"accessToken": []}]
        operation["x-scopes"] = scopes
        operation["description"] = f"{operation.get('description', '')}\n\nScope: {', '.join(scopes)}".strip()
    for status in statuses:
        known = responses.get(str(status))
        if known is None or "HTTPValidationError" in str(known):
            responses[str(status)] = {"$ref": f"#/components/responses/{status}"}


def _declare_replay(responses: dict[str, Any]) -> None:
    for status, answer in responses.items():
        if status.startswith("2"):
            answer.setdefault("headers", {})["Idempotency-Replayed"] = _REPLAYED_HEADER
