"""Apache Kafka in KRaft mode, one or three nodes with combined roles, on this machine.

The configuration is small on purpose: short sessions so that a killed broker is replaced within seconds, few
partitions for the internal topics, no topic made by accident. Replication 3 and `min.insync.replicas` 2 with three
nodes. The data outlives every restart; a node is formatted only when its folder has never been.
"""

import base64
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.ids import Ids
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.java import Java
from regua.stack.ports import HOST

SERVER = ("kafka.Kafka",)
FORMAT = ("kafka.tools.StorageTool", "format")

_LOG4J = """\
status=error
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName={log}
appender.file.filePattern={log}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{{yyyy-MM-dd'T'HH:mm:ss.SSSXXX}} %p %c{{1}}: %m%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=10MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=3
rootLogger.level=info
rootLogger.appenderRef.file.ref=file
logger.loader.name=kafka.coordinator
logger.loader.level=warn
"""


@dataclass(frozen=True)
class Node:
    """One broker and controller: its number, its client port and its controller port."""

    number: int
    port: int
    controller_port: int


def new_cluster_id(ids: Ids) -> str:
    """A cluster id as Kafka writes it: 16 bytes, base64url without padding."""
    return base64.urlsafe_b64encode(ids.new_id().bytes).rstrip(b"=").decode()


def bootstrap(nodes: Sequence[Node]) -> str:
    return ",".join(f"{HOST}:{node.port}" for node in nodes)


def properties(node: Node, nodes: Sequence[Node], data: Path) -> str:
    """The text of `server.properties` for one node of the cluster."""
    replicas = len(nodes)
    in_sync = 2 if replicas >= 3 else 1
    listeners = f"PLAINTEXT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller_port}"
    lines = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.voters": ",".join(f"{one.number}@{HOST}:{one.controller_port}" for one in nodes),
        "listeners": listeners,
        "advertised.listeners": listeners,
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 1,
        "log.cleaner.dedupe.buffer.size": 2097152,
        "log.cleaner.backoff.ms": 1000,
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "controller.quorum.election.timeout.ms": 500,
        "controller.quorum.fetch.timeout.ms": 1000,
        "controller.quorum.election.backoff.max.ms": 500,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def class_path(jars: Sequence[Path]) -> str:
    return ":".join(str(jar) for jar in jars)


def log_settings(log: Path) -> str:
    """The text of `log4j2.properties`: one file, rolled at 10 MB, three kept."""
    return _LOG4J.format(log=log)


def argv(
    java: Java, jars: Sequence[Path], folder: Path, main: Sequence[str], *arguments: str, flags: Sequence[str] = ()
) -> list[str]:
    """The command that runs one of Kafka's programs with the configuration in `folder`."""
    return [
        java.path,
        *java.flags,
        "-Xms256m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-UsePerfData",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        *flags,
        f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
        "-cp",
        class_path(jars),
        *main,
        *arguments,
    ]


def prepare(
    home: Home,
    node: Node,
    nodes: Sequence[Node],
    *,
    cluster_id: str,
    java: Java,
    jars: Sequence[Path],
    archive: Path | None,
    env: Mapping[str, str],
) -> list[str]:
    """Write the node's configuration, format its folder the first time, and return the command that starts it."""
    folder = home.kafka(node.number)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    # A killed Java leaves the native libraries it unpacked: they stay here, and go at the next start.
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    (folder / "tmp").mkdir()
    config = folder / "server.properties"
    config.write_text(properties(node, nodes, data))
    (folder / "log4j2.properties").write_text(log_settings(home.logs / f"kafka-{node.number}.log"))
    flags = [f"-XX:SharedArchiveFile={archive}"] if archive else []
    if not (data / "meta.properties").exists():
        short = [*flags, "-XX:TieredStopAtLevel=1"]  # it runs for less than a second: optimising it would take longer
        format_folder(argv(java, jars, folder, FORMAT, "-t", cluster_id, "-c", str(config), flags=short), env)
    return argv(java, jars, folder, SERVER, str(config), flags=flags)


def format_folder(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Run the format command; raises `StackError` with its last line when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env=dict(env), timeout=120, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no output"]
        raise StackError(f"Kafka could not format its folder: {last[0]}")
