"""The tenant's profile and its nosso-número sequences."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError
from contracts.invoices import Creditor
from invoicing.domain.creditor import BankProfile, CreditorProfile
from invoicing.domain.issuing import creditor_of

_LOAD = "select creditor_id, version, profile::text as profile from creditor where tenant_id = $1"
_SAVE = """
insert into creditor (tenant_id, creditor_id, version, profile, updated_at) values ($1, $2, $3, $4::text::jsonb, $5)
on conflict (tenant_id) do update
   set version = excluded.version, profile = excluded.profile, updated_at = excluded.updated_at
"""
_TAKE = """
insert into number_sequence as own (tenant_id, bank_code, convenio, carteira, next_number)
values ($1, $2, $3, $4, $5::bigint + $6::bigint)
on conflict (tenant_id, bank_code, convenio, carteira) do update
   set next_number = greatest(own.next_number, $5::bigint) + $6::bigint
returning next_number - $6::bigint
"""


@dataclass(frozen=True)
class Held:
    """The profile as it is kept."""

    creditor_id: UUID
    version: int
    profile: CreditorProfile
    creditor: Creditor


async def find(tx: Tx, *, lock: bool = False) -> Held | None:
    """The tenant's profile, None before it was put."""
    connection = await tx.connection()
    row = await connection.fetchrow(_LOAD + (" for update" if lock else ""), tx.tenant_id)
    if row is None:
        return None
    profile = CreditorProfile.model_validate_json(row["profile"])
    return Held(row["creditor_id"], row["version"], profile, creditor_of(row["creditor_id"], row["profile"]))


async def load(tx: Tx) -> Held:
    """The tenant's profile; raises `ConflictError` before it was put."""
    held = await find(tx)
    if held is None:
        raise ConflictError("profile-missing", "Put the creditor's profile (PUT /v1/creditor) before issuing invoices.")
    return held


async def save(tx: Tx, *, creditor_id: UUID, version: int, profile: CreditorProfile) -> None:
    """Keep this version of the profile."""
    connection = await tx.connection()
    await connection.execute(_SAVE, tx.tenant_id, creditor_id, version, profile.model_dump_json(), tx.now)


async def take_numbers(tx: Tx, bank: BankProfile, count: int) -> int:
    """The first of `count` consecutive numbers, taken for good. The sequence is locked until the transaction ends:
    take numbers last."""
    connection = await tx.connection()
    first: int = await connection.fetchval(
        _TAKE, tx.tenant_id, bank.bank_code, bank.convenio, bank.carteira, bank.first_number, count
    )
    return first
