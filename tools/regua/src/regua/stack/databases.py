"""One database per service, an owner role that migrates it and a service role that owns nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regua.stack import postgres

SERVICES = ("invoicing", "dunning", "notifier", "payments", "analytics")


@dataclass(frozen=True)
class ServiceDatabase:
    """The URLs of one service's database: its owner's (migrations) and the service's own."""

    owner_url: str
    app_url: str


def roles_of(service: str) -> tuple[str, str]:
    return f"{service}_owner", f"{service}_app"


def role_names(services: Iterable[str] = SERVICES) -> list[str]:
    return [role for service in services for role in roles_of(service)]


def urls(secrets: Mapping[str, str], port: int, service: str) -> ServiceDatabase:
    owner, app = roles_of(service)
    return ServiceDatabase(
        postgres.url(owner, secrets[owner], port, service), postgres.url(app, secrets[app], port, service)
    )


async def ensure(admin_url: str, secrets: Mapping[str, str], services: Iterable[str] = SERVICES) -> list[str]:
    """Make the roles and databases that are missing; return the names of the databases made now."""
    import asyncpg

    made = []
    connection = await asyncpg.connect(admin_url)
    try:
        roles = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
        have = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
        # Names come from the fixed list above and passwords are URL-safe base64: nothing here needs quoting.
        wanted = [role for role in role_names(services) if role not in roles]
        if wanted:
            await connection.execute(
                ";".join(f"create role {role} login password '{secrets[role]}'" for role in wanted)
            )
        for service in services:
            if service in have:
                continue
            owner, app = roles_of(service)
            await connection.execute(f"create database {service} owner {owner} template template0")
            await connection.execute(
                f"revoke all on database {service} from public;"
                f"grant connect, temporary on database {service} to {owner}, {app}"
            )
            made.append(service)
    finally:
        await connection.close()
    return made
