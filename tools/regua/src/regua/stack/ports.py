"""Choosing ports: the one asked for, else the one used last time, else a free one."""

import hashlib
import socket
import time
from collections.abc import Collection, Mapping

import psutil

from chassis.clock import monotonic_seconds
from regua.stack.errors import PortTakenError, StackError

HOST = "127.0.0.1"
_RANGE = range(15_000, 32_000)
_PATIENCE_SECONDS = 3.0


def is_free(port: int) -> bool:
    """Whether nobody listens there and we could."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(seed: str, taken: Collection[int] = ()) -> int:
    """A port nobody uses now and that is not in `taken`; the same seed begins its search at the same place.

    It lies below the ports that systems give to outgoing connections: a client that tries to reach a server while it
    restarts must never be given the server's own port.
    """
    first = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big")
    for step in range(_RANGE.stop - _RANGE.start):
        port = _RANGE[(first + step) % len(_RANGE)]
        if port not in taken and is_free(port):
            return port
    raise StackError(f"no port from {_RANGE.start} to {_RANGE.stop - 1} is free; stop what uses them and run again")


def holder(port: int) -> str:
    """Who listens on the port, as far as this user may see: `"name (pid n)"` or `"another program"`."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return "another program"


def asked_port(env: Mapping[str, str], name: str) -> int | None:
    """The port `REGUA_PORT_<NAME>` asks for; raises `StackError` unless it is a number from 1 to 65535."""
    variable = "REGUA_PORT_" + name.upper().replace("-", "_")
    text = env.get(variable, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StackError(f"{variable} is not a port; write a number from 1 to 65535")
    return int(text)


def choose(
    name: str, *, asked: int | None, last: int | None, taken: Collection[int], seed: str
) -> tuple[int, str | None]:
    """A port for `name` and, when it could not keep its last one, a sentence that says so.

    A port that was used last may be held for a moment by what is just ending, so it is waited for a little. Raises
    `PortTakenError` when a port that was asked for is not free: nobody's port is moved behind their back.
    """
    if asked is not None:
        if asked in taken or not is_free(asked):
            who = "another part of this stack" if asked in taken else holder(asked)
            variable = "REGUA_PORT_" + name.upper().replace("-", "_")
            raise PortTakenError(
                f"port {asked} for {name} is taken by {who}; stop it, or set {variable} to another port (or unset it)"
            )
        return asked, None
    if last is not None and last not in taken:
        if _free_soon(last):
            return last, None
        port = free_port(seed, taken)
        return port, f"{name}'s last port {last} is taken by {holder(last)}: it moves to {port}"
    return free_port(seed, taken), None


def _free_soon(port: int) -> bool:
    end = monotonic_seconds() + _PATIENCE_SECONDS
    while not is_free(port):
        if monotonic_seconds() >= end:
            return False
        time.sleep(0.05)
    return True
