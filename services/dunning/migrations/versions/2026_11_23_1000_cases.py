"""Régua versions, copies of debtors and invoices, cases, holds, promises, decisions and tasks."""

from alembic import op

from chassis.migrations import protect_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = {
    "policy": """
        create table policy (
          tenant_id uuid not null, policy_id uuid not null, policy_version integer not null check (policy_version > 0),
          state text not null check (state in ('draft', 'published', 'retired')),
          row_version integer not null default 1, document jsonb not null,
          created_at timestamptz not null, published_at timestamptz,
          primary key (tenant_id, policy_id, policy_version),
          check ((state = 'draft') = (published_at is null))
        );
        create unique index policy_one_draft_idx on policy (tenant_id, policy_id) where state = 'draft'
        """,
    "assignment": """
        create table assignment (
          tenant_id uuid not null, segment text not null default '', policy_id uuid not null,
          policy_version integer not null, changed_at timestamptz not null,
          primary key (tenant_id, segment)
        )
        """,
    "debtor": """
        create table debtor (
          tenant_id uuid not null, customer_id uuid not null, version integer not null, snapshot jsonb not null,
          closed_contacts jsonb not null default '{}', paused_until timestamptz, paused boolean not null default false,
          excluded boolean not null default false, erased boolean not null default false,
          row_version integer not null default 1,
          primary key (tenant_id, customer_id)
        )
        """,
    "receivable": """
        create table receivable (
          tenant_id uuid not null, invoice_id uuid not null, customer_id uuid not null, version integer not null,
          snapshot jsonb not null,
          primary key (tenant_id, invoice_id)
        );
        create index receivable_customer_idx on receivable (tenant_id, customer_id)
        """,
    "received": """
        create table received (
          tenant_id uuid not null, allocation_id uuid not null, invoice_id uuid not null, customer_id uuid,
          money_cents bigint not null, closed_cents bigint not null, paid_on date, known_at timestamptz,
          undone boolean not null default false,
          primary key (tenant_id, allocation_id, invoice_id)
        );
        create index received_invoice_idx on received (tenant_id, invoice_id) where not undone
        """,
    "collection_case": """
        create table collection_case (
          tenant_id uuid not null, case_id uuid not null, customer_id uuid not null, invoice_id uuid not null,
          case_version integer not null default 1, policy_id uuid not null, policy_version integer not null,
          state text not null check (state in ('open', 'closed')), closed_reason text,
          paused boolean not null default false,
          steps_done jsonb not null default '{}', messages_requested integer not null default 0,
          last_reason text, last_until timestamptz, opened_at timestamptz not null, closed_at timestamptz,
          primary key (tenant_id, case_id),
          constraint collection_case_invoice_key unique (tenant_id, invoice_id),
          check ((state = 'closed') = (closed_reason is not null))
        );
        create index collection_case_customer_idx on collection_case (tenant_id, customer_id, case_id);
        create index collection_case_list_idx on collection_case (tenant_id, state, opened_at, case_id)
        """,
    "hold": """
        create table hold (
          tenant_id uuid not null, hold_id uuid not null, case_id uuid not null, customer_id uuid not null,
          reason text not null, owner_kind text not null check (owner_kind in ('system', 'queue', 'operator')),
          owner_id text not null, starts_at timestamptz not null, ends_at timestamptz, review_on date,
          promise_id uuid, response_id uuid, released_at timestamptz, cause text,
          primary key (tenant_id, hold_id),
          check (ends_at is not null or review_on is not null),
          check ((released_at is null) = (cause is null))
        );
        create index hold_case_idx on hold (tenant_id, case_id) where released_at is null
        """,
    "promise": """
        create table promise (
          tenant_id uuid not null, promise_id uuid not null, customer_id uuid not null, invoice_ids jsonb not null,
          case_ids jsonb not null, promised_on date not null, promised_cents bigint not null check (promised_cents > 0),
          grace_days integer not null, silent_until timestamptz not null, made_at timestamptz not null,
          state text not null check (state in ('open', 'kept', 'broken')), paid_cents bigint not null default 0,
          allocation_ids jsonb not null default '[]', settled_at timestamptz,
          primary key (tenant_id, promise_id)
        );
        create index promise_customer_idx on promise (tenant_id, customer_id) where state = 'open'
        """,
    "contact_log": """
        create table contact_log (
          tenant_id uuid not null, message_id uuid not null, customer_id uuid not null,
          contacted_at timestamptz not null, step_key text not null, case_ids jsonb not null,
          outcome text not null default 'requested',
          primary key (tenant_id, message_id)
        );
        create index contact_log_customer_idx on contact_log (tenant_id, customer_id, contacted_at)
        """,
    "decision": """
        create table decision (
          tenant_id uuid not null, decision_id uuid not null, case_id uuid not null, customer_id uuid not null,
          invoice_id uuid not null, evaluated_at timestamptz not null, policy_id uuid not null,
          policy_version integer not null, outcome text not null check (outcome in ('action', 'wait', 'hold', 'stop')),
          reason text not null, rules jsonb not null, facts jsonb not null, facts_hash text not null, step_key text,
          skipped jsonb not null default '[]', until timestamptz, message_id uuid, task_id uuid,
          code_version text not null,
          primary key (tenant_id, decision_id)
        );
        create index decision_invoice_idx on decision (tenant_id, invoice_id, evaluated_at, decision_id);
        create index decision_list_idx on decision (tenant_id, evaluated_at, decision_id)
        """,
    "task": """
        create table task (
          tenant_id uuid not null, task_id uuid not null, case_id uuid not null, customer_id uuid not null,
          invoice_id uuid not null, reason text not null, priority integer not null check (priority between 1 and 5),
          due_on date not null, open_cents bigint not null, opened_at timestamptz not null, closed_at timestamptz,
          closed_by text, row_version integer not null default 1,
          primary key (tenant_id, task_id)
        );
        create index task_open_idx on task (tenant_id, due_on, task_id) where closed_at is null
        """,
}


def upgrade() -> None:
    for table, statements in _TABLES.items():
        for statement in statements.split(";"):
            op.execute(statement)
        protect_tenant_table(op, table)
