"""The API keys of a home's tenant, kept in a file that only its owner reads, for the commands of a person."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from chassis.ids import RandomIds
from regua.demo.api import Api
from regua.demo.setup import Accounts
from regua.demo.tenant import Tenant
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.state import write_private
from regua.stack.table import running_services


@dataclass(frozen=True)
class Kept:
    """A tenant and its key for each service."""

    tenant_id: UUID
    keys: dict[str, str]


def write(home: Home, tenant: Tenant) -> None:
    """Keep a tenant's keys as those of the home."""
    told = {"tenant_id": str(tenant.tenant_id), "keys": dict(tenant.keys)}
    write_private(home.root / "keys.json", json.dumps(told, indent=2) + "\n")


def read(home: Home) -> Kept:
    """The home's tenant; raises `StackError` with the remedy when none was kept."""
    path = home.root / "keys.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Kept(UUID(told["tenant_id"]), {str(name): str(key) for name, key in told["keys"].items()})
    except FileNotFoundError:
        raise StackError(
            f"there are no API keys in {home.root}; `regua demo` makes a tenant with keys, "
            "or name another folder by REGUA_HOME"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise StackError(
            f"{path} is not a file of API keys; put it back from a copy or run `regua demo` again"
        ) from None


def open_api(home: Home, service: str) -> Api:
    """A client of one running service with the home's key; raises `StackError`."""
    urls = running_services(home)
    if service not in urls:
        raise StackError(f"{service} was not started in {home.root}; `regua up` starts it")
    kept = read(home)
    if service not in kept.keys:
        raise StackError(f"no key of {service} is kept in {home.root}; `regua demo` makes one for each service")
    return Api(urls[service], kept.keys[service], RandomIds())


def write_accounts(home: Home, accounts: Accounts) -> None:
    """Keep the accounts that bank files and Pix come in on."""
    write_private(home.root / "accounts.json", json.dumps(asdict(accounts), indent=2) + "\n")


def read_accounts(home: Home) -> Accounts:
    """The accounts that were kept; raises `StackError`."""
    try:
        return Accounts(**json.loads((home.root / "accounts.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise StackError(f"no demo was set up in {home.root}; `regua demo` does") from None
