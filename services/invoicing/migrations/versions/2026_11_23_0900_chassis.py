"""The tables that every service has: delivery, API keys, stored answers, operations."""

from alembic import op

from chassis.api_tables import create_api_tables
from chassis.migrations import create_delivery_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_delivery_tables(op, version=1)
    create_api_tables(op, version=1)
