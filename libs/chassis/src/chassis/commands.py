"""`python -m chassis <service> <command>`: what a person or a deployment does with one service."""

import argparse
import asyncio
import importlib
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from chassis import runtime
from chassis.clock import ClockError
from chassis.errors import ServiceError
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.settings_source import SettingsError

EX_CONFIG = 78


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code (0 done, 1 refused, 2 wrong use, 78 settings)."""
    parsed = _parser().parse_args(arguments)
    try:
        service = load(parsed.service)
        code: int = parsed.run(service, parsed)
    except (SettingsError, ClockError) as error:
        print(f"{parsed.service}: {error}", file=sys.stderr)
        return EX_CONFIG
    except ServiceError as error:
        print(f"{parsed.service}: {error.detail}", file=sys.stderr)
        return 1
    return code


def load(name: str) -> Service:
    """The service object of the package `name`; raises `SettingsError` when there is none."""
    if not name.isidentifier():
        raise SettingsError(f"{name!r} is not the name of a service")
    try:
        module = importlib.import_module(f"{name}.main")
    except ModuleNotFoundError as error:
        if error.name not in {name, f"{name}.main"}:
            raise
        raise SettingsError(f"there is no service {name}: `{name}/main.py` is not installed here") from None
    service = getattr(module, "service", None)
    if not isinstance(service, Service):
        raise SettingsError(f"{name}/main.py does not define `service = Service(…)`")
    return service


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chassis", description="Run or manage one service.")
    parser.add_argument("service", help="invoicing, payments, dunning, notifier, analytics, or one of your own")
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(metavar="command")
    _command(commands, "serve", "API and workers in one process (the default)", _serve)
    _command(commands, "migrate", "bring the database to the newest revision, as the owner", _migrate)
    _command(commands, "openapi", "print the OpenAPI document", _openapi)
    _command(commands, "check", "read the settings and say whether they are usable", _check)
    _command(commands, "topics", "print the topics that the service writes and reads", _topics)
    _command(commands, "parked", "list the keys whose events wait for a person", _parked)
    redrive = _command(commands, "redrive", "handle a parked key's events in order (a dry run first)", _redrive)
    redrive.add_argument("key")
    redrive.add_argument("--for-real", action="store_true", help="commit what is handled")
    discard = _command(commands, "discard", "give up the event that stops a parked key, with a reason", _discard)
    discard.add_argument("key")
    discard.add_argument("--because", required=True)
    keys = _command(commands, "keys", "make, list or revoke API keys", _keys)
    keys.add_argument("action", choices=("create", "list", "revoke"))
    keys.add_argument("--tenant", type=UUID, required=True)
    keys.add_argument("--name", default="unnamed")
    keys.add_argument("--scope", action="append", default=[], help="like invoices:read; may be repeated")
    keys.add_argument("--days", type=int, help="days until the key ends")
    keys.add_argument("--key-id")
    return parser


def _command(
    commands: Any, name: str, text: str, run: Callable[[Service, argparse.Namespace], int]
) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    added.set_defaults(run=run)
    return added


def _serve(service: Service, _: argparse.Namespace) -> int:
    from chassis import serve

    return serve.run(service, service.settings.load())


def _check(service: Service, _: argparse.Namespace) -> int:
    settings = service.settings.load()
    _print({"service": service.name, "environment": settings.regua_env, "usable": True})
    return 0


def _migrate(service: Service, _: argparse.Namespace) -> int:
    from chassis import migrations, runtime

    settings = service.settings.load()
    if settings.database_owner_url is None:
        raise SettingsError("DATABASE_OWNER_URL is missing: set it to the address with the role that owns the tables")
    role = urlsplit(settings.database_url.get_secret_value()).username or ""
    owner_url, tls = settings.database_owner_url.get_secret_value(), runtime.database_tls(settings)
    migrations.upgrade_blocking(service.migrations, owner_url, app_role=role, ssl=tls)
    _print({"service": service.name, "migrated": True})
    return 0


def document_of(service: Service) -> dict[str, Any]:
    """The service's OpenAPI document, without any server or setting."""
    from chassis.service import build_app

    settings: ServiceSettings = service.settings.load(
        regua_env="development",
        regua_clock="system",
        database_url=f"postgresql://{service.name}@127.0.0.1/{service.name}",
        kafka_bootstrap="127.0.0.1:9092",
    )
    document: dict[str, Any] = build_app(service, settings).openapi()
    return document


def _openapi(service: Service, _: argparse.Namespace) -> int:
    _print(document_of(service))
    return 0


def _keys(service: Service, parsed: argparse.Namespace) -> int:
    actions: dict[str, Callable[[Runtime, argparse.Namespace], Awaitable[Any]]] = {
        "create": _create_key,
        "list": _list_keys,
        "revoke": _revoke_key,
    }
    _print(asyncio.run(_with_parts(service, lambda parts: actions[parsed.action](parts, parsed))))
    return 0


async def _with_parts(service: Service, work: Callable[[Runtime], Awaitable[Any]]) -> Any:
    parts = runtime.build(service.name, service.settings.load())
    try:
        return await work(parts)
    finally:
        await parts.dispose()


def _topics(service: Service, _: argparse.Namespace) -> int:
    from contracts import registry

    found = [
        {"topic": name, "writes": service.name in topic.producers, "reads": name in service.topics}
        for name, topic in registry.topics().items()
    ]
    _print([row for row in found if row["writes"] or row["reads"]])
    return 0


def _parked(service: Service, _: argparse.Namespace) -> int:
    from chassis import parking

    rows = asyncio.run(_with_parts(service, lambda parts: parking.list_parked(parts.database)))
    _print([asdict(row) for row in rows])
    return 0


def _redrive(service: Service, parsed: argparse.Namespace) -> int:
    from chassis import parking
    from chassis.consumer.apply import Applier

    if service.subscriptions is None:
        raise SettingsError(f"{service.name} reads no topic: nothing of it is ever parked")
    subscriptions = service.subscriptions

    async def work(parts: Runtime) -> parking.RedriveReport:
        applier = Applier(parts.database, subscriptions)
        return await parking.redrive(parts.database, applier, parsed.key, dry_run=not parsed.for_real)

    report = asyncio.run(_with_parts(service, work))
    _print(asdict(report))
    return 0 if report.stopped_by is None else 1


def _discard(service: Service, parsed: argparse.Namespace) -> int:
    from chassis import parking

    async def work(parts: Runtime) -> UUID | None:
        return await parking.discard_first(parts.database, parsed.key, because=parsed.because)

    event_id = asyncio.run(_with_parts(service, work))
    _print({"key": parsed.key, "discarded": event_id})
    return 0


async def _create_key(parts: Runtime, parsed: argparse.Namespace) -> Any:
    expires_at = parts.clock.now() + timedelta(days=parsed.days) if parsed.days else None
    made = await parts.keys.create(
        tenant_id=parsed.tenant, name=parsed.name, scopes=parsed.scope, expires_at=expires_at
    )
    return {"key_id": made.key_id, "key": made.text, "note": "this is the only time that the key is shown"}


async def _list_keys(parts: Runtime, parsed: argparse.Namespace) -> Any:
    return [
        {
            "key_id": row.key_id,
            "name": row.name,
            "scopes": row.scopes,
            "created_at": row.created_at.isoformat(),
            "expires_at": row.expires_at.isoformat() if row.expires_at else None,
            "revoked": row.revoked_at is not None,
            "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        }
        for row in await parts.keys.listed(tenant_id=parsed.tenant)
    ]


async def _revoke_key(parts: Runtime, parsed: argparse.Namespace) -> Any:
    if not parsed.key_id:
        raise SettingsError("--key-id is missing: `keys list` shows the ids")
    await parts.keys.revoke(tenant_id=parsed.tenant, key_id=parsed.key_id)
    return {"key_id": parsed.key_id, "revoked": True}


def _print(document: Any) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False, default=str))
