"""The OpenAPI document of payments, looked at as a whole."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from chassis.service import build_app
from payments.main import service
from payments.settings import Settings

WEBHOOK = "/v1/webhooks/pix/{account_id}/pix"


@cache
def document() -> dict[str, Any]:
    settings = Settings(  # type: ignore[call-arg]
        regua_env="test", database_url="postgresql://a@127.0.0.1/a", kafka_bootstrap="127.0.0.1:1", workers=False
    )
    return build_app(service, settings).openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_operation_says_what_it_needs_and_how_it_refuses() -> None:
    for method, path, operation in operations():
        answers, name = set(operation["responses"]), f"{method} {path}"
        assert {"400", "401", "413", "429", "500", "503", "504"} <= answers, name
        # A body, or a file's account, can name what is not there as well as a path can.
        assert ("404" in answers) == ("{" in path or method == "post"), name
        if path == WEBHOOK:
            assert "security" not in operation, name
            continue
        assert operation["x-scopes"], name
        if method == "post":
            assert "409" in answers, name
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}, name
        if method == "patch":
            assert {"409", "412", "428"} <= answers, name


def test_operation_ids_are_unique_and_references_resolve() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert {"open_account", "upload_bank_file", "take_pix_webhook", "accept_proposal", "check_ledger"} <= set(ids)
    whole = document()
    for reference in {part.split('"')[0] for part in json.dumps(whole).split('"$ref": "#/')[1:]}:
        at: Any = whole
        for step in reference.split("/"):
            at = at[step.replace("~1", "/")]


def test_a_bank_file_is_raw_bytes_and_its_report_is_also_text() -> None:
    found = {operation["operationId"]: operation for _, _, operation in operations()}
    assert set(found["upload_bank_file"]["requestBody"]["content"]) == {"application/octet-stream"}
    assert set(found["get_bank_file_report_text"]["responses"]["200"]["content"]) == {"text/plain"}


def test_the_requests_that_people_begin_with_have_an_example() -> None:
    schemas = document()["components"]["schemas"]
    found = set()
    for _, _, operation in operations():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("examples"):
            found.add(operation["operationId"])
    assert found == {"open_account", "add_receipt"}
