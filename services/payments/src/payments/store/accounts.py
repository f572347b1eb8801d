"""Bank and PSP accounts, and which webhook belongs to which tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.db import Tx

_COLUMNS = """
account_id, kind, name, bank_code, agencia, conta, convenio, carteira, pix_key, active, row_version, created_at
"""
_ADD = """
insert into account (tenant_id, account_id, kind, name, bank_code, agencia, conta, convenio, carteira, pix_key,
                     created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_CHANGE = """
update account set name = $2, agencia = $3, conta = $4, convenio = $5, carteira = $6, active = $7,
  row_version = row_version + 1
where account_id = $1
"""
_LOAD = f"select {_COLUMNS} from account where account_id = $1"  # noqa: S608 - constant columns
_LIST = f"""
select {_COLUMNS} from account
where ($1::text is null or kind = $1) and ($2::timestamptz is null or (created_at, account_id) > ($2, $3::uuid))
order by created_at, account_id limit $4
"""  # noqa: S608 - constant columns
_ROUTE = """
insert into webhook_route as own (account_id, tenant_id, token_hash, certificate_sha256) values ($1, $2, $3, $4)
on conflict (account_id) do update
   set token_hash = coalesce(excluded.token_hash, own.token_hash),
       certificate_sha256 = coalesce(excluded.certificate_sha256, own.certificate_sha256)
where own.tenant_id = excluded.tenant_id
"""
_ROUTE_OF = "select tenant_id, token_hash, certificate_sha256 from webhook_route where account_id = $1"
_LOCK = "select pg_advisory_xact_lock(hashtextextended($1::text, 7))"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as it stands."""

    account_id: UUID
    kind: str
    name: str
    bank_code: str | None = None
    agencia: str | None = None
    conta: str | None = None
    convenio: str | None = None
    carteira: str | None = None
    pix_key: str | None = None
    active: bool = True
    row_version: int = 1
    created_at: Any = None


async def add(tx: Tx, account: Account) -> None:
    """Write a new account."""
    await (await tx.connection()).execute(
        _ADD,
        tx.tenant_id,
        account.account_id,
        account.kind,
        account.name,
        account.bank_code,
        account.agencia,
        account.conta,
        account.convenio,
        account.carteira,
        account.pix_key,
        tx.now,
    )


async def change(tx: Tx, account: Account) -> None:
    """Write what may change of an account."""
    await (await tx.connection()).execute(
        _CHANGE,
        account.account_id,
        account.name,
        account.agencia,
        account.conta,
        account.convenio,
        account.carteira,
        account.active,
    )


async def load(tx: Tx, account_id: UUID, *, lock: bool = False) -> Account | None:
    """One account, or None."""
    row = await (await tx.connection()).fetchrow(_LOAD + (" for update" if lock else ""), account_id)
    return None if row is None else Account(**dict(row))


async def listed(tx: Tx, *, kind: str | None, after: Sequence[Any] | None, limit: int) -> list[Account]:
    """Accounts, the oldest first."""
    created_at, account_id = after or (None, None)
    rows = await (await tx.connection()).fetch(_LIST, kind, created_at, account_id, limit)
    return [Account(**dict(row)) for row in rows]


async def route_webhook(tx: Tx, account_id: UUID, *, token_hash: bytes | None, certificate_sha256: str | None) -> None:
    """Remember whose the account's webhook is, and by what its caller is known."""
    await (await tx.connection()).execute(_ROUTE, account_id, tx.tenant_id, token_hash, certificate_sha256)


async def webhook_route(tx: Tx, account_id: UUID) -> Any:
    """The tenant of an account's webhook and what its caller has to show, or None."""
    return await (await tx.connection()).fetchrow(_ROUTE_OF, account_id)


async def one_at_a_time(tx: Tx, account_id: UUID) -> None:
    """Wait until no other transaction posts files of this account."""
    await (await tx.connection()).execute(_LOCK, str(account_id))
