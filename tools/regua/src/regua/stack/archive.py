"""A class archive that starts Kafka about twice as fast: made once per Java and jar list, kept next to the jars.

Java loads and checks some seven thousand classes at each start. A class-data-sharing archive does that work once. It
is an optimisation only: without it, or with one that Java refuses, Kafka starts as it would, more slowly.
"""

import asyncio
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from chassis.clock import monotonic_seconds
from regua.stack import kafka, kafka_health
from regua.stack.home import Say, held
from regua.stack.java import Java
from regua.stack.kafka import Node
from regua.stack.ports import HOST, free_port

_TRAINING_ID = "UmVndWFUcmFpbmluZ1J1bg"
NEEDED_MB = 300


def archive_path(java: Java, jars: Sequence[Path]) -> Path:
    """Where the archive of this Java and these very files is, made or not."""
    told = [str(Path(java.path).resolve()), str(Path(java.path).resolve().stat().st_mtime_ns)]
    told += [f"{jar} {jar.stat().st_size} {jar.stat().st_mtime_ns}" for jar in jars]
    return jars[0].parent / f"classes-{hashlib.sha256('|'.join(told).encode()).hexdigest()[:12]}.jsa"


def ensure_archive(java: Java, jars: Sequence[Path], env: Mapping[str, str], say: Say) -> Path | None:
    """The archive, made now if there is none; `None` when it cannot be made."""
    final = archive_path(java, jars)
    if final.exists():
        return final
    with held(final.parent / "lock", say, 120):
        if final.exists():
            return final
        if shutil.disk_usage(final.parent).free >> 20 < NEEDED_MB:
            return None
        say("Kafka: preparing a faster start, once (about 10 s)")
        began = monotonic_seconds()
        for older in final.parent.glob("classes-*.jsa"):
            older.unlink()
        try:
            with tempfile.TemporaryDirectory(prefix="train-", dir=final.parent) as scratch:
                made = _make(java, jars, Path(scratch), env)
                made.replace(final)
        except (OSError, subprocess.SubprocessError, TimeoutError):
            say("Kafka: the faster start could not be prepared; it starts more slowly and works the same")
            return None
        say(f"Kafka: prepared in {monotonic_seconds() - began:.0f} s")
    return final


def _make(java: Java, jars: Sequence[Path], scratch: Path, env: Mapping[str, str]) -> Path:
    port = free_port(str(scratch))
    node = Node(1, port, free_port(str(scratch), {port}))
    config, classes, archive = scratch / "server.properties", scratch / "classes.lst", scratch / "classes.jsa"
    (scratch / "tmp").mkdir()
    config.write_text(kafka.properties(node, [node], scratch / "data"))
    (scratch / "log4j2.properties").write_text(kafka.log_settings(scratch / "kafka.log"))
    kafka.format_folder(kafka.argv(java, jars, scratch, kafka.FORMAT, "-t", _TRAINING_ID, "-c", str(config)), env)
    record = kafka.argv(java, jars, scratch, kafka.SERVER, str(config), flags=[f"-XX:DumpLoadedClassList={classes}"])
    _run_until_ready(record, port, env)
    dump = [
        java.path, "-Xshare:dump", "-XX:+UseSerialGC", "-Xmx512m", f"-XX:SharedClassListFile={classes}",
        f"-XX:SharedArchiveFile={archive}", "-cp", kafka.class_path(jars),
    ]  # fmt: skip
    subprocess.run(dump, capture_output=True, env=dict(env), timeout=120, check=True)
    return archive


def _run_until_ready(command: Sequence[str], port: int, env: Mapping[str, str]) -> None:
    async def ready() -> None:
        async with asyncio.timeout(60):
            await kafka_health.wait_ready(HOST, port, 1)

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(env)) as broker:
        try:
            asyncio.run(ready())
            broker.terminate()
            broker.wait(30)
        finally:
            broker.kill()
