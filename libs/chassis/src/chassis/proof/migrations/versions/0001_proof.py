"""The delivery tables and the tables of the proof's workload."""

from alembic import op

from chassis.api_tables import create_api_tables
from chassis.migrations import create_delivery_tables, protect_tenant_table

revision = "0001"
down_revision = None

_TABLES = (
    "create table proof_counter (tenant_id uuid not null, customer_id uuid primary key, sequence bigint not null)",
    """create table proof_fact (tenant_id uuid not null, event_id uuid primary key, topic text not null,
                                customer_id uuid not null, sequence bigint not null)""",
    """create table proof_effect (tenant_id uuid not null, id bigint generated always as identity primary key,
                                  event_id uuid not null, customer_id uuid not null, sequence bigint not null)""",
    """create table proof_state (tenant_id uuid not null, customer_id uuid primary key, sequence bigint not null,
                                 total_cents bigint not null)""",
    """create table proof_work (tenant_id uuid not null, id bigint generated always as identity primary key,
                                subject text not null)""",
)


def upgrade() -> None:
    create_delivery_tables(op, version=1)
    create_api_tables(op)
    for statement in _TABLES:
        op.execute(statement)
        protect_tenant_table(op, statement.split()[2])
