"""The tables of every service, then our own."""

from alembic import op

from chassis.api_tables import create_api_tables
from chassis.migrations import create_delivery_tables, protect_tenant_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_delivery_tables(op, version=1)
    create_api_tables(op, version=1)
    op.execute(
        """create table entry (
             id uuid primary key, tenant_id uuid not null, customer_id uuid not null,
             amount_cents bigint not null check (amount_cents > 0), note text not null, recorded_at timestamptz not null
           )"""
    )
    op.execute(
        """create table entry_total (
             customer_id uuid primary key, tenant_id uuid not null, total_cents bigint not null
           )"""
    )
    protect_tenant_table(op, "entry")
    protect_tenant_table(op, "entry_total")
