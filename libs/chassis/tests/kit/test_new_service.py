"""The recipe of docs/adding-a-service.md, followed to the letter in an empty folder, gives a service that works."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from chassis.kafka import Kafka, create_topics

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[4]
GUIDE = (ROOT / "docs" / "adding-a-service.md").read_text()
TENANT = "01930000-0000-7000-8000-000000000001"
CUSTOMER = "01930000-0000-7000-8000-0000000000c1"


def block(language, containing):
    """The guide's code block in this language that contains a text."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL) if containing in text]
    assert len(found) == 1, containing
    return found[0]


@pytest.fixture
def made(tmp_path):
    """Steps 1 and 2 of the guide in a copy of what they touch."""
    shutil.copytree(ROOT / "docs" / "service-template", tmp_path / "docs" / "service-template")
    shutil.copytree(ROOT / "libs" / "contracts" / "src", tmp_path / "libs" / "contracts" / "src")
    (tmp_path / "services").mkdir()
    subprocess.run(["sh", "-e", "-c", block("sh", "cp -r docs/service-template")], cwd=tmp_path, check=True)
    contracts = tmp_path / "libs" / "contracts" / "src" / "contracts"
    catalogue, registering = contracts / "catalogue.py", block("python", "SERVICES")
    imported, services, topic = (line for line in registering.splitlines() if line.strip())
    text = catalogue.read_text()
    text, one = re.subn(r"^SERVICES = .*$", services, text, flags=re.MULTILINE)
    text, two = re.subn(r"^_ALL = \($", f"_ALL = (\n{topic}", text, flags=re.MULTILINE)
    text, three = re.subn(
        r"^from contracts import ", f"{imported}\nfrom contracts import ", text, count=1, flags=re.MULTILINE
    )
    catalogue.write_text(text)
    watermark = contracts / "watermark.py"
    text, four = re.subn(
        r"^Producer = .*$", block("python", "Producer").strip(), watermark.read_text(), flags=re.MULTILINE
    )
    watermark.write_text(text)
    assert (one, two, three, four) == (1, 1, 1, 1)
    return tmp_path


def path_of(made):
    return os.pathsep.join(str(made / part) for part in ("libs/contracts/src", "services/loyalty/src"))


async def run(*command, env, cwd):
    process = await asyncio.create_subprocess_exec(
        *command, env=env, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (command, err.decode())
    return out.decode()


async def test_a_service_made_by_the_recipe_records_publishes_hears_and_answers(made, database, kafka_bootstrap):
    left = [
        path for path in made.joinpath("services/loyalty").rglob("*") if path.is_file() and "xample" in path.read_text()
    ]
    assert left == []
    prefix = f"{database.name}."
    await create_topics(Kafka(kafka_bootstrap, topic_prefix=prefix), {"entry.recorded": 3, "watermark.advanced": 1})
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": path_of(made),
        "REGUA_ENV": "development",
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "DATABASE_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "HTTP_PORT": "0",
    }
    chassis = (sys.executable, "-m", "chassis", "loyalty")
    tests = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(made),
        "services/loyalty/tests",
    )
    await run(*tests, env=env, cwd=made)
    topics = json.loads(await run(*chassis, "topics", env=env, cwd=made))
    assert {"topic": "entry.recorded", "writes": True, "reads": True} in topics
    await run(*chassis, "migrate", env=env, cwd=made)
    scopes = ("--scope", "entries:write", "--scope", "entries:read")
    key = json.loads(await run(*chassis, "keys", "create", "--tenant", TENANT, *scopes, env=env, cwd=made))["key"]
    process = await asyncio.create_subprocess_exec(
        *chassis, env=env, cwd=made, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        address = ""
        while not address:
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            assert line, await process.stderr.read()
            address = json.loads(line).get("listening", "")
        headers = {"authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False, headers=headers) as client:
            for number in range(3):
                answer = await client.post(
                    "/v1/entries",
                    json={"customer_id": CUSTOMER, "amount_cents": 1250},
                    headers={"idempotency-key": str(number // 2)},
                )
                assert answer.status_code == 201, answer.text
            async with asyncio.timeout(60):
                total = 0
                while total != 2500:
                    await asyncio.sleep(0.1)
                    total = (await client.get(f"/v1/customers/{CUSTOMER}/total")).json()["total_cents"]
            refused = await client.post(
                "/v1/entries", json={"customer_id": CUSTOMER, "amount_cents": 0}, headers={"idempotency-key": "x"}
            )
            assert refused.json()["errors"][0]["pointer"] == "/amount_cents"
            async with asyncio.timeout(60):
                while not (await client.get("/internal/quiescence")).json()["quiet"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            metrics = (await client.get("/metrics")).text
            assert 'regua_relay_sent_total{topic="entry.recorded"} 2.0' in metrics
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, err) == (0, b"")
