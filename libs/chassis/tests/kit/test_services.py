"""Each service of the platform as a process: migrated, started, asked, stopped."""

import asyncio
import json
import os
import signal
import sys

import httpx2
import pytest

from chassis.kafka import Kafka, create_topics
from contracts import registry
from contracts.catalogue import SERVICES

pytestmark = pytest.mark.e2e


async def run(*arguments, env):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chassis",
        *arguments,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def environment(database, kafka_bootstrap, prefix):
    return {
        "PATH": os.environ["PATH"],
        "REGUA_ENV": "test",
        "DATABASE_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "HTTP_PORT": "0",
    }


async def read_address(process):
    lines = []
    while True:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, f"it ended before it served: {lines} {await process.stderr.read()}"
        lines.append(json.loads(line))
        if lines[-1].get("event") == "serving":
            return lines[-1]["listening"], lines


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_migrates_starts_serves_and_stops_with_exit_code_0(name, database, kafka_bootstrap, tmp_path):
    prefix = f"{database.name}."
    kafka = Kafka(kafka_bootstrap, topic_prefix=prefix)
    await create_topics(kafka, dict.fromkeys(registry.topics(), 1))
    env = environment(database, kafka_bootstrap, prefix)
    for _ in range(2):
        code, _, err = await run(name, "migrate", env=env)
        assert code == 0, err
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chassis",
        name,
        env=env,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        address, _ = await read_address(process)
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
            async with asyncio.timeout(60):
                while (ready := await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            assert ready.json() == {"ready": True, "reasons": [], "degraded": []}
            assert (await client.get("/healthz")).status_code == 200
            assert "regua_outbox_depth 0.0" in (await client.get("/metrics")).text
            document = (await client.get("/openapi.json")).json()
            assert document["openapi"] == "3.1.0"
            assert "/v1/operations/{operation_id}" in document["paths"]
            quiet = (await client.get("/internal/quiescence")).json()
            assert quiet.get("service") == name, quiet
            assert (await client.get("/v1/operations")).status_code == 401
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["event"] == "stopped"
    assert not [line for line in lines if line["level"] in {"error", "critical"}]
    assert err == b""


async def test_a_refused_start_says_one_sentence_and_exits_with_78():
    code, out, err = await run("analytics", env={"PATH": os.environ["PATH"], "REGUA_CLOK": "system"})
    assert (code, out) == (78, "")
    assert err == "analytics: REGUA_CLOK is not a setting of this service: did you mean REGUA_CLOCK?\n"
