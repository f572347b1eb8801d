"""Projections: timelines, facts by invoice, payment, message, promise and case; tenants; forecasts kept for grading."""

from alembic import op

from chassis.migrations import grant_table, protect_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = {
    "debtor_timeline": """
        create table debtor_timeline (
          tenant_id uuid not null, event_id uuid not null, customer_id uuid, at timestamptz not null,
          topic text collate "C" not null, invoice_ids uuid[] not null, body jsonb not null,
          primary key (tenant_id, event_id)
        );
        create index debtor_timeline_customer_idx on debtor_timeline (tenant_id, customer_id, at, event_id)
        """,
    "invoice_timeline": """
        create table invoice_timeline (
          tenant_id uuid not null, invoice_id uuid not null, at timestamptz not null, event_id uuid not null,
          primary key (tenant_id, invoice_id, at, event_id)
        )
        """,
    "customer_fact": """
        create table customer_fact (
          tenant_id uuid not null, customer_id uuid not null, version integer, event_id uuid not null,
          kind text collate "C", uf text collate "C", time_zone text collate "C", segment text collate "C",
          erased_at timestamptz,
          primary key (tenant_id, customer_id)
        )
        """,
    "invoice_head": """
        create table invoice_head (
          tenant_id uuid not null, invoice_id uuid not null, last_version integer not null,
          primary key (tenant_id, invoice_id)
        )
        """,
    "invoice_fact": """
        create table invoice_fact (
          tenant_id uuid not null, invoice_id uuid not null, version integer not null, event_id uuid not null,
          known_on date not null, until_on date, customer_id uuid not null, issued_on date not null,
          due_on date not null, payable_on date not null, amount_cents bigint not null,
          principal_paid_cents bigint not null, relieved_cents bigint not null, open_cents bigint not null,
          state text collate "C" not null, settled_on date, origin text collate "C" not null,
          segment text collate "C",
          primary key (tenant_id, invoice_id, version)
        );
        create index invoice_fact_current_idx on invoice_fact (tenant_id, payable_on)
          include (invoice_id, issued_on, amount_cents, principal_paid_cents, relieved_cents, open_cents, state)
          where until_on is null;
        create index invoice_fact_open_idx on invoice_fact (tenant_id, payable_on) include (open_cents, invoice_id)
          where until_on is null and open_cents > 0;
        create index invoice_fact_issued_idx on invoice_fact (tenant_id, issued_on)
          include (amount_cents, relieved_cents, state, origin) where until_on is null
        """,
    "receipt_fact": """
        create table receipt_fact (
          tenant_id uuid not null, receipt_id uuid not null, event_id uuid not null, customer_id uuid,
          route text collate "C" not null, gross_cents bigint not null, fee_cents bigint not null,
          credited_cents bigint not null, paid_on date not null, paid_at timestamptz, credited_on date,
          primary key (tenant_id, receipt_id)
        );
        create index receipt_fact_day_idx on receipt_fact (tenant_id, paid_on)
        """,
    "payment_fact": """
        create table payment_fact (
          tenant_id uuid not null, allocation_id uuid not null, invoice_id uuid not null, event_id uuid not null,
          receipt_id uuid not null, customer_id uuid, paid_on date not null, known_on date not null,
          money_cents bigint not null, principal_cents bigint not null, interest_cents bigint not null,
          fine_cents bigint not null, discount_cents bigint not null, abatement_cents bigint not null,
          primary key (tenant_id, allocation_id, invoice_id)
        );
        create index payment_fact_day_idx on payment_fact (tenant_id, paid_on);
        create index payment_fact_invoice_idx on payment_fact (tenant_id, invoice_id)
        """,
    "undone_fact": """
        create table undone_fact (
          tenant_id uuid not null, allocation_id uuid not null, invoice_id uuid not null, reversal_id uuid not null,
          event_id uuid not null, kind text collate "C" not null, reversed_on date not null, known_on date not null,
          money_cents bigint not null, principal_cents bigint not null,
          primary key (tenant_id, allocation_id, invoice_id, reversal_id)
        )
        """,
    "message_fact": """
        create table message_fact (
          tenant_id uuid not null, message_id uuid not null, event_id uuid not null, customer_id uuid not null,
          step_key text collate "C" not null, tone text collate "C" not null, policy_id uuid not null,
          policy_version integer not null, purpose text collate "C", requested_at timestamptz,
          suppressed_at timestamptz, suppressed_because text collate "C",
          primary key (tenant_id, message_id)
        );
        create index message_fact_requested_idx on message_fact (tenant_id, requested_at)
        """,
    "message_invoice": """
        create table message_invoice (
          tenant_id uuid not null, message_id uuid not null, invoice_id uuid not null,
          primary key (tenant_id, invoice_id, message_id)
        )
        """,
    "attempt_fact": """
        create table attempt_fact (
          tenant_id uuid not null, message_id uuid not null, attempt_id uuid not null, event_id uuid not null,
          customer_id uuid not null, attempt integer not null, channel text collate "C" not null,
          step_key text collate "C" not null, tone text collate "C" not null,
          sent_at timestamptz, delivered_at timestamptz, opened_at timestamptz, opened_human_at timestamptz,
          clicked_at timestamptz, clicked_human_at timestamptz, replied_at timestamptz, failed_at timestamptz,
          failure text collate "C", cost_millicents bigint,
          primary key (tenant_id, message_id, attempt_id)
        );
        create index attempt_fact_sent_idx on attempt_fact (tenant_id, sent_at) where sent_at is not null;
        create index attempt_fact_opened_idx on attempt_fact (tenant_id, opened_human_at)
          where opened_human_at is not null
        """,
    "promise_fact": """
        create table promise_fact (
          tenant_id uuid not null, promise_id uuid not null, event_id uuid not null, customer_id uuid not null,
          promised_on date not null, promised_cents bigint not null, made_at timestamptz,
          kept_at timestamptz, broken_at timestamptz, paid_cents bigint,
          primary key (tenant_id, promise_id)
        );
        create index promise_fact_day_idx on promise_fact (tenant_id, promised_on)
        """,
    "promise_invoice": """
        create table promise_invoice (
          tenant_id uuid not null, promise_id uuid not null, invoice_id uuid not null,
          primary key (tenant_id, invoice_id, promise_id)
        )
        """,
    "case_fact": """
        create table case_fact (
          tenant_id uuid not null, case_id uuid not null, version integer, event_id uuid not null,
          customer_id uuid not null, invoice_id uuid not null, state text collate "C",
          closed_because text collate "C", opened_at timestamptz, closed_at timestamptz, escalated_at timestamptz,
          primary key (tenant_id, case_id)
        )
        """,
    "hold_fact": """
        create table hold_fact (
          tenant_id uuid not null, hold_id uuid not null, case_id uuid not null, invoice_id uuid not null,
          reason text collate "C" not null, held_at timestamptz, released_at timestamptz, cause text collate "C",
          primary key (tenant_id, hold_id)
        )
        """,
    "decision_count": """
        create table decision_count (
          tenant_id uuid not null, day date not null, outcome text collate "C" not null,
          step_key text collate "C" not null, reason text collate "C" not null, decisions bigint not null,
          primary key (tenant_id, day, outcome, step_key, reason)
        )
        """,
    "forecast_day": """
        create table forecast_day (
          tenant_id uuid not null, made_on date not null, expected_on date not null,
          promised_cents bigint not null, by_history_cents bigint not null,
          primary key (tenant_id, made_on, expected_on), check (expected_on >= made_on)
        )
        """,
}


def upgrade() -> None:
    for table, statements in _TABLES.items():
        for statement in statements.split(";"):
            op.execute(statement)
        protect_tenant_table(op, table)
    op.execute("create table tenant_seen (tenant_id uuid primary key)")
    grant_table(op, "tenant_seen", "select, insert")
