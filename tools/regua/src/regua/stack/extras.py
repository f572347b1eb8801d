"""What a home was given beyond the stack itself: settings of single services, and programs of its own.

It is kept in the home, readable by its owner only (settings may be secrets), so that a later `regua up` without them
repairs the same platform instead of starting another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from regua.stack.databases import SERVICES
from regua.stack.errors import AskedWronglyError, StackError
from regua.stack.home import Home
from regua.stack.services import Program
from regua.stack.state import write_private

RESERVED = frozenset({"kafka", "postgres", "log-keeper", *SERVICES})


@dataclass(frozen=True, kw_only=True)
class Extras:
    """`service_env[name]` is added to that service's environment; `programs` are started before the services."""

    service_env: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    programs: tuple[Program, ...] = ()


_EXTRAS = TypeAdapter(Extras)


def read(home: Home) -> Extras:
    """What this home was given last; nothing when it was given nothing. Raises `StackError`."""
    path = _file(home)
    try:
        return _EXTRAS.validate_json(path.read_bytes())
    except FileNotFoundError:
        return Extras()
    except (OSError, ValidationError):
        raise StackError(
            f"{path} cannot be read and holds settings of this home's services; put it back from a copy, "
            "or delete it to go on without them"
        ) from None


def remember(
    home: Home, service_env: Mapping[str, Mapping[str, str]] | None, programs: Sequence[Program] | None
) -> Extras:
    """The extras from now on: what is given, and what is `None` as it was. Raises `StackError`."""
    if service_env is None and programs is None:
        return read(home)
    before = read(home)
    now = Extras(
        service_env=before.service_env
        if service_env is None
        else {name: dict(one) for name, one in service_env.items()},
        programs=before.programs if programs is None else tuple(programs),
    )
    _refuse_wrong(now)
    write_private(_file(home), _EXTRAS.dump_json(now, indent=2).decode() + "\n")
    return now


def _file(home: Home) -> Path:
    return home.root / "extras.json"


def _refuse_wrong(extras: Extras) -> None:
    if unknown := sorted(set(extras.service_env) - set(SERVICES)):
        raise AskedWronglyError(
            f"there is no service called {unknown[0][:40]!r}; the services are {', '.join(SERVICES)}"
        )
    names = [program.name for program in extras.programs]
    for name in names:
        if name in RESERVED or name.startswith("kafka-") or names.count(name) > 1:
            raise AskedWronglyError(f"a program cannot be called {name[:40]!r}: that name is taken in this stack")
