"""A tenant on a running platform: its API keys, its creditor profile, its accounts, its régua."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2

from chassis.apikeys import ApiKeys
from chassis.clock import Clock
from chassis.db import Database
from chassis.ids import Ids
from chassis.runtime import pepper_of
from chassis.settings import ServiceSettings
from regua.demo.api import Api


@dataclass(frozen=True)
class Tenant:
    """One tenant's access to every service."""

    tenant_id: UUID
    apis: Mapping[str, Api]
    keys: Mapping[str, str]

    def __getitem__(self, service: str) -> Api:
        return self.apis[service]

    async def close(self) -> None:
        """Give all connections up."""
        for api in self.apis.values():
            await api.close()


async def scopes_of(base_url: str) -> list[str]:
    """Every scope that a service's OpenAPI document asks for anywhere."""
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as client:
        document = (await client.get(f"{base_url}/openapi.json")).json()
    found: set[str] = set()
    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                found |= set(operation.get("x-scopes", []))
    return sorted(found)


async def make_tenant(
    tenant_id: UUID,
    *,
    services: Mapping[str, str],
    database_urls: Mapping[str, str],
    clock: Clock,
    ids: Ids,
    name: str,
) -> Tenant:
    """Make one key per service, with every scope the service knows, and open a client on each."""
    keys: dict[str, str] = {}
    for service, base_url in services.items():
        keys[service] = await _key(
            tenant_id, service, base_url, database_url=database_urls[service], clock=clock, ids=ids, name=name
        )
    apis = {service: Api(base_url, keys[service], ids) for service, base_url in services.items()}
    return Tenant(tenant_id, apis, keys)


async def _key(
    tenant_id: UUID, service: str, base_url: str, *, database_url: str, clock: Clock, ids: Ids, name: str
) -> str:
    settings = _settings(database_url)
    database = Database(database_url, clock=clock, ids=ids, producer_name=service, pool_size=1)
    try:
        keys = ApiKeys(database, pepper=pepper_of(settings), environment=settings.regua_env)
        made = await keys.create(tenant_id=tenant_id, name=name, scopes=await scopes_of(base_url))
    finally:
        await database.dispose()
    return made.text


def _settings(database_url: str) -> Any:
    return ServiceSettings.load(regua_env="development", database_url=database_url, kafka_bootstrap="unused:1")
