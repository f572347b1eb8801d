"""The delivery tables, the API tables and the notes."""

from alembic import op

from chassis.api_tables import create_api_tables
from chassis.migrations import create_delivery_tables, protect_tenant_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_delivery_tables(op)
    create_api_tables(op)
    op.execute(
        "create table note (id uuid primary key, tenant_id uuid not null, text text not null,"
        " amount_cents bigint not null, version integer not null, created_at timestamptz not null)"
    )
    op.execute("create index note_page_idx on note (tenant_id, created_at, id)")
    protect_tenant_table(op, "note")
