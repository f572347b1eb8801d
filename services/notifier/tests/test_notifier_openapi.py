"""The OpenAPI document tells the truth: a fuzzer that believes it finds no crash and no answer it does not name."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from notifier_bench import Api
from notifier_facts import at, customer, invoice, request

pytestmark = pytest.mark.io

EXAMPLES = os.environ.get("REGUA_TEST_EXAMPLES", "5")


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, loop="none", ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.mark.campaign
async def test_a_fuzzer_finds_no_crash_and_no_lie(api: Api, tmp_path: Path) -> None:
    await api.bench.tell(customer(), invoice(), request())
    await api.bench.work(at("2026-03-09 09:00"))
    async with listening(api.app) as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{url}/openapi.json",
            *("--header", f"Authorization: Bearer {api.key}"),
            *("--max-examples", EXAMPLES),
            *("--checks", "all"),
            *("--exclude-checks", "positive_data_acceptance"),
            "--continue-on-failure",
            *("--suppress-health-check", "all"),
            "--no-color",
            *("--workers", "1"),
            *("--seed", "20261123"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()[-12_000:]


async def test_every_operation_is_named_after_its_function_and_says_how_it_refuses(api: Api) -> None:
    document: dict[str, Any] = api.app.openapi()
    operations = {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids)
    assert {"list_messages", "take_callback", "take_mail", "get_evidence", "publish_template"} <= set(ids)
    assert all("401" in operation["responses"] for operation in operations.values())
