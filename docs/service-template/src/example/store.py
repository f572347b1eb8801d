"""The tables of example and every query on them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel, select

from chassis.db import Tx


class EntryRow(SQLModel, table=True):
    """One recorded entry."""

    __tablename__ = "entry"

    id: UUID = Field(primary_key=True)
    tenant_id: UUID
    customer_id: UUID
    amount_cents: int = Field(sa_type=BigInteger)
    note: str = Field(sa_type=Text)
    recorded_at: datetime


class TotalRow(SQLModel, table=True):
    """What a customer's entries add up to, as far as their events were applied."""

    __tablename__ = "entry_total"

    customer_id: UUID = Field(primary_key=True)
    tenant_id: UUID
    total_cents: int = Field(sa_type=BigInteger)


_ADD = """
insert into entry_total as t (customer_id, tenant_id, total_cents)
select customer_id, $1, sum(amount_cents)
from unnest($2::uuid[], $3::bigint[]) as e(customer_id, amount_cents) group by customer_id order by customer_id
on conflict (customer_id) do update set total_cents = t.total_cents + excluded.total_cents
"""


async def total(tx: Tx, customer_id: UUID) -> int:
    """The customer's total; zero for one without entries."""
    row = (await tx.session.exec(select(TotalRow).where(TotalRow.customer_id == customer_id))).one_or_none()
    return row.total_cents if row is not None else 0


async def add_amounts(tx: Tx, amounts: Sequence[tuple[UUID, int]]) -> None:
    """Add (customer, cents) pairs to the totals, in one statement."""
    connection = await tx.connection()
    customers, cents = zip(*amounts, strict=True)
    await connection.execute(_ADD, tx.tenant_id, list(customers), list(cents))
