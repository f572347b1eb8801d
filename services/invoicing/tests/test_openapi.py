"""The OpenAPI document of invoicing, looked at as a whole."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from chassis.service import build_app
from invoicing.main import service
from invoicing.settings import Settings

PUBLIC = ("/v1/r/{token}", "/v1/r/{token}/responses")


@cache
def document() -> dict[str, Any]:
    settings = Settings(  # type: ignore[call-arg]
        regua_env="test", database_url="postgresql://a@127.0.0.1/a", kafka_bootstrap="127.0.0.1:1", workers=False
    )
    return build_app(service, settings).openapi()


def operations(whole: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_operation_says_what_it_needs_and_how_it_refuses() -> None:
    whole = document()
    for method, path, operation in operations(whole):
        answers, name = set(operation["responses"]), f"{method} {path}"
        assert {"400", "413", "429", "500", "503", "504"} <= answers, name
        assert "404" in answers or "{" not in path, name
        if path in PUBLIC:
            assert "security" not in operation, name
            continue
        assert operation["x-scopes"], name
        if method == "post":
            assert "409" in answers, name
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}, name
        if method in {"patch", "put"}:
            assert {"409", "412", "428"} <= answers, name


def test_operation_ids_are_unique_words_and_references_resolve() -> None:
    whole = document()
    ids = [operation["operationId"] for _, _, operation in operations(whole)]
    assert len(ids) == len(set(ids))
    assert {"issue_invoice", "import_invoices", "get_boleto_pdf", "answer_by_link", "create_plan"} <= set(ids)
    for reference in {part.split('"')[0] for part in json.dumps(whole).split('"$ref": "#/')[1:]}:
        at: Any = whole
        for step in reference.split("/"):
            at = at[step.replace("~1", "/")]


def test_no_path_is_hidden_behind_another() -> None:
    paths = [path.strip("/").split("/") for path in document()["paths"]]
    for one in paths:
        for other in paths:
            if one is other or len(one) != len(other):
                continue
            agrees = all(a == b or "{" in a or "{" in b for a, b in zip(one, other, strict=True))
            assert not agrees, (one, other)


def test_the_requests_that_people_begin_with_have_an_example() -> None:
    whole = document()
    found = {
        operation["operationId"]
        for _, _, operation in operations(whole)
        if operation.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("schema", {})
        .get("examples")
    }
    assert found == {
        "put_creditor",
        "register_customer",
        "issue_invoice",
        "issue_invoices",
        "issue_document",
        "create_plan",
        "add_response",
    }
