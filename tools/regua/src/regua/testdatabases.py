"""Fresh databases for tests, each with an owner role and a role that owns nothing."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis.ids import new_secret


def url_for(admin_url: str, database: str, user: str | None = None, password: str | None = None) -> str:
    """The same server's URL for another database and, if given, another user."""
    parts = urlsplit(admin_url)
    netloc = parts.netloc
    if user is not None:
        netloc = f"{user}:{password}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(("postgresql", netloc, f"/{database}", parts.query, ""))


async def create(admin_url: str, name: str, template: tuple[str, str, str] | None) -> tuple[str, str, str]:
    """Make the database and return its superuser, owner and app URLs.

    `template` is (name, owner URL, app URL) of a database to copy, with its roles; nobody may be connected to it.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        if template is None:
            owner, app = f"{name}_owner", f"{name}_app"
            secrets = new_secret(12), new_secret(12)
            await connection.execute(
                f"create role {owner} login password '{secrets[0]}'; create role {app} login password '{secrets[1]}'"
            )
            await connection.execute(f"create database {name} owner {owner} template template0")
        else:
            owner, app = (urlsplit(one).username or "" for one in template[1:])
            secrets = tuple(urlsplit(one).password or "" for one in template[1:])  # type: ignore[assignment]
            await connection.execute(f"create database {name} owner {owner} template {template[0]}")
        await connection.execute(
            f"revoke all on database {name} from public; grant connect, temporary on database {name} to {app}"
        )
    finally:
        await connection.close()
    return (
        url_for(admin_url, name),
        url_for(admin_url, name, owner, secrets[0]),
        url_for(admin_url, name, app, secrets[1]),
    )


async def drop(admin_url: str, databases: Sequence[str], roles: Sequence[str]) -> None:
    """Drop databases with whoever is connected, then roles."""
    connection = await asyncpg.connect(admin_url)
    try:
        for name in databases:
            await connection.execute(f"drop database if exists {name} with (force)")
        for role in roles:
            await connection.execute(f"drop role if exists {role}")
    finally:
        await connection.close()
