"""Copies, messages, attempts, content, evidence, suppressions, templates, callbacks and unsubscribe facts."""

from alembic import op

from chassis.migrations import protect_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = {
    "customer_copy": """
        create table customer_copy (
          tenant_id uuid not null, customer_id uuid not null, version integer not null, snapshot jsonb not null,
          erased boolean not null default false,
          primary key (tenant_id, customer_id)
        )
        """,
    "invoice_copy": """
        create table invoice_copy (
          tenant_id uuid not null, invoice_id uuid not null, customer_id uuid not null, version integer not null,
          snapshot jsonb not null,
          primary key (tenant_id, invoice_id)
        );
        create index invoice_copy_customer_idx on invoice_copy (tenant_id, customer_id)
        """,
    "received": """
        create table received (
          tenant_id uuid not null, allocation_id uuid not null, invoice_id uuid not null,
          money_cents bigint not null, closed_cents bigint not null, paid_on date,
          undone boolean not null default false,
          primary key (tenant_id, allocation_id, invoice_id)
        );
        create index received_invoice_idx on received (tenant_id, invoice_id) where not undone
        """,
    "hold_copy": """
        create table hold_copy (
          tenant_id uuid not null, hold_id uuid not null, case_id uuid not null, case_version integer not null,
          invoice_id uuid not null, reason text not null, until timestamptz, released boolean not null default false,
          primary key (tenant_id, hold_id)
        );
        create index hold_copy_invoice_idx on hold_copy (tenant_id, invoice_id) where not released
        """,
    "closed_case": """
        create table closed_case (
          tenant_id uuid not null, case_id uuid not null, case_version integer not null,
          primary key (tenant_id, case_id)
        )
        """,
    "suppression": """
        create table suppression (
          tenant_id uuid not null, suppression_id uuid not null, customer_id uuid not null, channel text,
          contact_id uuid, reason text not null check (reason in ('opted_out', 'invalid', 'wrong_person', 'operator')),
          source text not null, message_id uuid, created_at timestamptz not null, lifted_at timestamptz, lifted_by text,
          primary key (tenant_id, suppression_id),
          check (contact_id is null or channel is not null)
        );
        create unique index suppression_scope_idx on suppression
          (tenant_id, customer_id, coalesce(channel, ''), coalesce(contact_id, '00000000-0000-0000-0000-000000000000'),
           reason)
          where lifted_at is null;
        create index suppression_list_idx on suppression (tenant_id, created_at, suppression_id)
        """,
    "template": """
        create table template (
          tenant_id uuid not null, template_key text not null, language text not null,
          template_version integer not null check (template_version > 0),
          state text not null check (state in ('draft', 'published')), document jsonb not null,
          row_version integer not null default 1, created_at timestamptz not null, published_at timestamptz,
          primary key (tenant_id, template_key, language, template_version),
          check ((state = 'draft') = (published_at is null))
        );
        create unique index template_one_draft_idx on template (tenant_id, template_key, language)
          where state = 'draft'
        """,
    "message": """
        create table message (
          tenant_id uuid not null, message_id uuid not null, customer_id uuid not null, invoice_ids uuid[] not null,
          request jsonb not null, step_key text not null, purpose text not null,
          state text not null check (state in
            ('requested', 'waiting', 'sending', 'sent', 'delivered', 'failed', 'suppressed', 'unknown')),
          channel_index integer not null default 0, channel text, reason text, soft_tries integer not null default 0,
          event_id uuid not null, correlation_id uuid not null, requested_at timestamptz not null,
          not_before timestamptz not null, stale_since timestamptz, sent_at timestamptz, delivered_at timestamptz,
          changed_at timestamptz not null,
          primary key (tenant_id, message_id)
        );
        create index message_list_idx on message (tenant_id, requested_at, message_id);
        create index message_customer_idx on message (tenant_id, customer_id, requested_at, message_id);
        create index message_invoice_idx on message using gin (invoice_ids)
        """,
    "attempt": """
        create table attempt (
          tenant_id uuid not null, attempt_id uuid not null, message_id uuid not null, attempt integer not null,
          channel text not null, contact_id uuid not null, provider text not null, claim_key text,
          state text not null check (state in
            ('sending', 'accepted', 'delivered', 'failed', 'unknown', 'not_started')),
          proof jsonb not null, template_key text not null, template_version integer not null, language text not null,
          quoted jsonb not null, content_hash text not null, claimed_at timestamptz not null, sent_at timestamptz,
          delivered_at timestamptz, failed_at timestamptz, provider_message_id text, failure text, reason text,
          status_code text, resolve_tries integer not null default 0,
          primary key (tenant_id, attempt_id),
          constraint attempt_claim_key unique (tenant_id, claim_key)
        );
        create index attempt_message_idx on attempt (tenant_id, message_id, attempt);
        create index attempt_open_idx on attempt (tenant_id, claimed_at, attempt_id)
          where state in ('sending', 'unknown')
        """,
    "content": """
        create table content (
          tenant_id uuid not null, attempt_id uuid not null, customer_id uuid not null, recipient text, subject text,
          body_text text, body_html text, headers jsonb not null, content_hash text not null, links jsonb not null,
          erased_at timestamptz,
          primary key (tenant_id, attempt_id)
        );
        create index content_customer_idx on content (tenant_id, customer_id)
        """,
    "evidence_head": """
        create table evidence_head (
          tenant_id uuid not null, sequence bigint not null, entry_hash text not null,
          primary key (tenant_id)
        )
        """,
    "evidence": """
        create table evidence (
          tenant_id uuid not null, sequence bigint not null, previous_hash text not null, entry_hash text not null,
          body_hash text not null, body bytea not null, kind text not null, message_id uuid, attempt_id uuid,
          invoice_ids uuid[] not null, occurred_at timestamptz not null,
          primary key (tenant_id, sequence)
        );
        create index evidence_message_idx on evidence (tenant_id, message_id, sequence);
        create index evidence_invoice_idx on evidence using gin (invoice_ids)
        """,
    "engagement": """
        create table engagement (
          tenant_id uuid not null, attempt_id uuid not null, signal text not null, verdict text not null,
          seen integer not null default 1, first_at timestamptz not null,
          primary key (tenant_id, attempt_id, signal, verdict)
        )
        """,
    "raw_callback": """
        create table raw_callback (
          tenant_id uuid not null, callback_id uuid not null, provider text not null, webhook_id text not null,
          attempt_id uuid,
          body bytea, received_at timestamptz not null, applied_at timestamptz, outcome text,
          primary key (tenant_id, callback_id),
          constraint raw_callback_once_key unique (tenant_id, provider, webhook_id)
        );
        create index raw_callback_attempt_idx on raw_callback (tenant_id, attempt_id)
        """,
    "reply": """
        create table reply (
          tenant_id uuid not null, reply_id uuid not null, message_id uuid not null, attempt_id uuid not null,
          customer_id uuid not null, received_at timestamptz not null, text text, answer jsonb not null,
          confidence_percent integer not null,
          primary key (tenant_id, reply_id)
        );
        create index reply_message_idx on reply (tenant_id, message_id, received_at)
        """,
}


def upgrade() -> None:
    for table, statements in _TABLES.items():
        for statement in statements.split(";"):
            op.execute(statement)
        rights = "select, insert" if table == "evidence" else "select, insert, update, delete"
        protect_tenant_table(op, table, rights=rights)
    # One narrow look across tenants: how many hand-offs are unknown, for the gauge that raises the alarm.
    op.execute(
        "create policy counting on attempt for select "
        "using (state = 'unknown' and current_setting('regua.counting', true) = 'on')"
    )
