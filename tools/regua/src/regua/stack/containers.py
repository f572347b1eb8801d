"""Kafka and PostgreSQL for tests in containers, where an engine answers (`REGUA_TEST_STACK=containers`)."""

import textwrap
import time
from collections.abc import Mapping
from typing import Any

from chassis.clock import monotonic_seconds
from regua.stack.errors import StackError

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
_KAFKA_PORT = 9092
_START = "/tmp/regua-start.sh"  # noqa: S108 - a path inside the container


class ContainerStack:
    """One Kafka and one PostgreSQL container per test process, removed at its end."""

    def __init__(self, env: Mapping[str, str]):
        self._kafka_image = env.get("REGUA_KAFKA_IMAGE", KAFKA_IMAGE)
        self._postgres_image = env.get("REGUA_POSTGRES_IMAGE", POSTGRES_IMAGE)
        self._kafka: tuple[Any, str] | None = None
        self._postgres: tuple[Any, str] | None = None

    def hold(self) -> None:
        """Nothing to promise: containers are not shared between processes."""

    def kafka_bootstrap(self) -> str:
        if self._kafka is None:
            self._kafka = _start("Kafka", self._kafka_image, _start_kafka)
        return self._kafka[1]

    def postgres_admin_url(self) -> str:
        if self._postgres is None:
            self._postgres = _start("PostgreSQL", self._postgres_image, _start_postgres)
        return self._postgres[1]

    def release(self) -> None:
        for started in (self._kafka, self._postgres):
            if started is not None:
                started[0].stop()
        self._kafka = self._postgres = None


def _start(what: str, image: str, starter: Any) -> tuple[Any, str]:
    from docker.errors import DockerException  # type: ignore[import-untyped]

    try:
        container, url = starter(image)
    except DockerException as error:
        raise StackError(
            f"{what} could not be started from the image {image} ({type(error).__name__}): start a container engine, "
            "name an image it can pull in REGUA_KAFKA_IMAGE or REGUA_POSTGRES_IMAGE, or unset REGUA_TEST_STACK"
        ) from None
    return container, url


def _start_kafka(image: str) -> tuple[Any, str]:
    """The broker must advertise the port that the engine maps, known only once it runs: it waits for a script."""
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(image).with_exposed_ports(_KAFKA_PORT)
    container.with_command(["sh", "-c", f"while [ ! -f {_START} ]; do sleep 0.1; done; exec sh {_START}"])
    container.start()
    host, port = container.get_container_host_ip(), int(container.get_exposed_port(_KAFKA_PORT))
    settings = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "LISTENERS": f"PLAINTEXT://0.0.0.0:{_KAFKA_PORT},BROKER://0.0.0.0:9093,CONTROLLER://0.0.0.0:9094",
        "ADVERTISED_LISTENERS": f"PLAINTEXT://{host}:{port},BROKER://localhost:9093",
        "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "INTER_BROKER_LISTENER_NAME": "BROKER",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    }
    exports = "\n".join(f"export KAFKA_{name}='{value}'" for name, value in settings.items())
    script = textwrap.dedent("""\
        #!/bin/sh
        {exports}
        exec /etc/kafka/docker/run
        """).format(exports=exports)
    _put(container, _START, script)
    _wait_for_kafka(host, port, container)
    return container, f"{host}:{port}"


def _put(container: Any, path: str, text: str) -> None:
    import io
    import tarfile

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        entry = tarfile.TarInfo(path.rpartition("/")[2])
        entry.size = len(text.encode())
        entry.mode = 0o755
        archive.addfile(entry, io.BytesIO(text.encode()))
    container.get_wrapped_container().put_archive(path.rpartition("/")[0], data.getvalue())


def _wait_for_kafka(host: str, port: int, container: Any) -> None:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from regua.stack.kafka_health import wait_ready

    async def wait() -> None:
        async with asyncio.timeout(90):
            await wait_ready(host, port, 1)

    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, wait()).result()
    except TimeoutError:
        container.stop()
        raise StackError("the Kafka container did not answer within 90 s; see its log") from None


def _start_postgres(image: str) -> tuple[Any, str]:
    from testcontainers.core.container import DockerContainer

    from chassis.ids import new_secret
    from regua.stack.postgres import SUPERUSER, url

    secret = new_secret(18)
    container = DockerContainer(image).with_exposed_ports(5432)
    container.with_env("POSTGRES_USER", SUPERUSER).with_env("POSTGRES_PASSWORD", secret).with_env(
        "POSTGRES_DB", "postgres"
    )
    container.start()
    host, port = container.get_container_host_ip(), int(container.get_exposed_port(5432))
    found = url(SUPERUSER, secret, port, "postgres", host)
    _wait_for_postgres(found, container)
    return container, found


def _wait_for_postgres(dsn: str, container: Any) -> None:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from regua.stack.postgres import ask

    end = monotonic_seconds() + 60
    with ThreadPoolExecutor(1) as pool:
        # The image starts a first server to prepare its data and restarts: two answers in a row are wanted.
        good = 0
        while good < 2:
            good = good + 1 if pool.submit(asyncio.run, ask(dsn)).result() is None else 0
            if monotonic_seconds() >= end:
                container.stop()
                raise StackError("the PostgreSQL container did not answer within 60 s; see its log")
            time.sleep(0.5)
