"""One tenant and one API key for a developer's own stack, known to every service of the home.

Each key carries every scope that the services' OpenAPI documents ask for. They are made once, kept in the home for its
owner only, and known to nothing but databases that this stack made; a service in production refuses it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from chassis.ids import Ids
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.services import Program
from regua.stack.state import write_private


class Credentials(BaseModel):
    """Who a developer is in this home: a tenant, and its key for each service."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant_id: UUID
    keys: dict[str, SecretStr]

    @field_serializer("keys", when_used="json")
    def _revealed(self, value: dict[str, SecretStr]) -> dict[str, str]:
        return {name: one.get_secret_value() for name, one in value.items()}

    @property
    def texts(self) -> dict[str, str]:
        """The key of each service."""
        return self._revealed(self.keys)


def read(home: Home) -> Credentials | None:
    """The home's credentials, or `None` when none were made yet; raises `StackError`."""
    path = _file(home)
    try:
        return Credentials.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise StackError(f"{path} cannot be read; delete it and run `regua up` for a new API key") from None


def ensure(home: Home, services: Sequence[str], environment: str, ids: Ids) -> Credentials:
    """The home's credentials, made the first time: one key for all services."""
    from chassis.apikeys import new_key_text

    found = read(home)
    if found is None or not set(services) <= found.keys.keys():
        have = found.keys if found else {}
        key = next(iter(have.values()), None) or SecretStr(new_key_text(environment, ids))
        tenant_id = found.tenant_id if found else ids.new_id()
        found = Credentials(tenant_id=tenant_id, keys={**dict.fromkeys(services, key), **have})
        write_private(_file(home), found.model_dump_json(indent=2) + "\n")
    return found


def _file(home: Home) -> Path:
    return home.root / "keys.json"


async def give(credentials: Credentials, programs: Sequence[Program], ids: Ids) -> None:
    """Make each of these running services know the key, with every scope it asks for anywhere."""
    await asyncio.gather(*(_give(credentials, program, ids) for program in programs))


async def _give(credentials: Credentials, program: Program, ids: Ids) -> None:
    from chassis.apikeys import ApiKeys
    from chassis.db import Database
    from chassis.runtime import pepper_of
    from chassis.settings import ServiceSettings

    scopes = await scopes_of(program.name, program.health_url.removesuffix("/readyz"))
    if not scopes:
        return
    wanted = ("REGUA_ENV", "REGUA_CLOCK", "KAFKA_BOOTSTRAP", "AUTH_API_KEY_PEPPER")
    told = {name.lower(): program.env[name] for name in wanted if name in program.env}
    settings = ServiceSettings.load(**told, database_url=program.env["DATABASE_URL"])
    url = settings.database_url.get_secret_value()
    database = Database(url, clock=settings.clock(), ids=ids, producer_name=program.name, pool_size=1)
    try:
        keys = ApiKeys(database, pepper=pepper_of(settings), environment=settings.regua_env)
        text = credentials.texts[program.name]
        await keys.adopt(text, tenant_id=credentials.tenant_id, name="regua up", scopes=scopes)
    finally:
        await database.dispose()


async def scopes_of(service: str, base_url: str) -> list[str]:
    """Every scope that the service's OpenAPI document asks for; raises `StackError` when it gives no document."""
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=30, trust_env=False) as client:
            answer = await client.get(f"{base_url}/openapi.json")
            document = answer.json()
    except (httpx2.HTTPError, ValueError):
        raise StackError(f"{service} did not give its OpenAPI document; see `regua logs {service}`") from None
    return scopes_in(document.get("paths", {}).values())


def scopes_in(paths: Iterable[Mapping[str, object]]) -> list[str]:
    """The scopes of the operations (`x-scopes`), each once, sorted."""
    found: set[str] = set()
    for operations in paths:
        for operation in operations.values():
            scopes = operation.get("x-scopes", []) if isinstance(operation, dict) else []
            found |= {str(scope) for scope in scopes}
    return sorted(found)
