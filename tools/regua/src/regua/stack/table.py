"""The process table of the services that were started in a home, for commands that talk to them."""

from collections.abc import Mapping, Sequence

from regua.stack import databases, extras, state
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.ports import HOST
from regua.stack.services import Program, table
from regua.stack.state import State, UnreadableStateError


def _state(home: Home) -> State:
    try:
        return state.load(home.state_file)
    except UnreadableStateError:
        raise StackError(f"the state file {home.state_file} cannot be read; `regua up` repairs it") from None


def running_services(home: Home) -> dict[str, str]:
    """The address of each service that was started here; raises `StackError` when there is none."""
    found = {
        part.name: f"http://{HOST}:{part.ports[part.name]}"
        for part in _state(home).parts.values()
        if part.kind == "service"
    }
    if not found:
        raise StackError("no service was started here; `regua up` starts them")
    return found


def kafka_bootstrap(home: Home, env: Mapping[str, str]) -> str:
    """The Kafka that the environment names, else the one of this home."""
    ports = sorted(_state(home).ports.items())
    nodes = [port for name, port in ports if name.startswith("kafka") and "-controller" not in name]
    return env.get("KAFKA_BOOTSTRAP") or ",".join(f"{HOST}:{port}" for port in nodes)


def programs_of(home: Home, env: Mapping[str, str], names: Sequence[str] | None) -> list[Program]:
    """The programs of the services (all that were started here, or those named) with their settings."""
    written = _state(home)
    wanted = list(names) if names else [name for name in databases.SERVICES if name in written.parts]
    if not wanted:
        return []
    try:
        secrets = state.read_secrets(home.secrets_file)
    except UnreadableStateError:
        raise StackError(f"{home.secrets_file} cannot be read; put it back from a copy") from None
    port = written.ports.get("postgres", 0)
    known = all(role in secrets for role in databases.role_names(wanted))
    return table(
        wanted,
        ports={name: written.ports.get(name, 0) for name in wanted},
        databases={name: databases.urls(secrets, port, name) for name in wanted} if known else {},
        kafka_bootstrap=kafka_bootstrap(home, env),
        clock=f"virtual:{home.clock_file}" if written.clock == "virtual" else "system",
        env=env,
        extra=extras.read(home).service_env,
    )
