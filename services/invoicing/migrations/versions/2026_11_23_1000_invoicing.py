"""The tables of invoicing: creditor, customers, invoices with their history, plans, imports, answers."""

from alembic import op

from chassis.migrations import protect_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = """
create table creditor (
  tenant_id uuid primary key, creditor_id uuid not null, version integer not null, profile jsonb not null,
  updated_at timestamptz not null
);
create table number_sequence (
  tenant_id uuid not null, bank_code text not null, convenio text not null, carteira text not null,
  next_number bigint not null,
  primary key (tenant_id, bank_code, convenio, carteira)
) with (fillfactor = 50);
create table customer (
  tenant_id uuid not null, customer_id uuid not null, version integer not null, external_id text not null,
  tax_id_hash text not null, kind text not null, name text not null, uf text not null, city_code text not null,
  time_zone text not null, segment text, snapshot jsonb not null, erased_at timestamptz,
  created_at timestamptz not null, updated_at timestamptz not null,
  primary key (tenant_id, customer_id),
  constraint customer_external_key unique (tenant_id, external_id),
  constraint customer_tax_id_key unique (tenant_id, tax_id_hash),
  constraint customer_kind_known check (kind in ('person', 'company'))
);
create index customer_page_idx on customer (tenant_id, created_at, customer_id);
create index customer_name_idx on customer (tenant_id, lower(name) text_pattern_ops);
create table invoice (
  tenant_id uuid not null, invoice_id uuid not null, version integer not null, customer_id uuid not null,
  external_id text not null, document_number text not null, instalment_number smallint not null,
  instalment_count smallint not null, state text not null, amount_cents bigint not null, open_cents bigint not null,
  issued_on date not null, due_on date not null, payable_on date not null, time_zone text not null,
  origin text not null, plan_id uuid, segment text, product text, due_told_on date, overdue_told_on date,
  snapshot jsonb not null, created_at timestamptz not null, updated_at timestamptz not null,
  primary key (tenant_id, invoice_id),
  constraint invoice_external_key unique (tenant_id, external_id),
  constraint invoice_state_known check
    (state in ('open', 'partially_paid', 'paid', 'cancelled', 'written_off', 'renegotiated')),
  constraint invoice_amounts check (amount_cents > 0 and open_cents between 0 and amount_cents)
) with (fillfactor = 85);
create index invoice_due_idx on invoice (tenant_id, due_on, invoice_id);
create index invoice_customer_idx on invoice (tenant_id, customer_id, due_on, invoice_id);
create index invoice_document_idx on invoice (tenant_id, document_number);
create table invoice_version (
  tenant_id uuid not null, invoice_id uuid not null, version integer not null, topic text not null,
  reason text not null, changed_by text not null, principal text not null, changed text[] not null,
  event_id uuid not null, snapshot jsonb not null, recorded_at timestamptz not null,
  primary key (tenant_id, invoice_id, version)
);
create table invoice_payment (
  tenant_id uuid not null, allocation_id uuid not null, invoice_id uuid not null, paid_on date not null,
  money_cents bigint not null, applied boolean not null, reversal_id uuid, reversed_on date,
  primary key (tenant_id, allocation_id, invoice_id)
);
create index invoice_payment_invoice_idx on invoice_payment (tenant_id, invoice_id);
create table invoice_board (
  tenant_id uuid not null, invoice_id uuid not null, message_rank smallint not null default 0,
  sent_at timestamptz, delivered_at timestamptz, opened_at timestamptz, failed_at timestamptz,
  disputed_at timestamptz, disputed_by uuid,
  primary key (tenant_id, invoice_id)
) with (fillfactor = 70);
create table write_off_request (
  tenant_id uuid not null, invoice_id uuid not null, reason text not null, requested_by text not null,
  requested_at timestamptz not null,
  primary key (tenant_id, invoice_id)
);
create table charge_registration (
  tenant_id uuid not null, option_id uuid not null, invoice_id uuid not null, kind text not null,
  wanted text not null, known text not null, attempts integer not null default 0, failure text,
  updated_at timestamptz not null,
  primary key (tenant_id, option_id),
  constraint charge_kind_known check (kind in ('boleto', 'pix')),
  constraint charge_wanted_known check (wanted in ('registered', 'removed')),
  constraint charge_known_known check (known in ('unknown', 'registered', 'removed', 'refused'))
);
create index charge_registration_invoice_idx on charge_registration (tenant_id, invoice_id);
create table recurring_plan (
  tenant_id uuid not null, plan_id uuid not null, version integer not null, customer_id uuid not null,
  external_id text not null, state text not null, next_occurrence integer not null, definition jsonb not null,
  created_at timestamptz not null, updated_at timestamptz not null,
  primary key (tenant_id, plan_id),
  constraint recurring_plan_external_key unique (tenant_id, external_id),
  constraint recurring_plan_state_known check (state in ('active', 'paused', 'ended'))
);
create index recurring_plan_page_idx on recurring_plan (tenant_id, created_at, plan_id);
create table response (
  tenant_id uuid not null, response_id uuid not null, customer_id uuid not null, invoice_ids uuid[] not null,
  kind text not null, answer jsonb not null, channel text not null, recognised_by text not null, source text not null,
  answered_at timestamptz not null, recorded_at timestamptz not null, resolved_at timestamptz,
  primary key (tenant_id, response_id)
);
create index response_page_idx on response (tenant_id, recorded_at, response_id);
create index response_customer_idx on response (tenant_id, customer_id);
create table response_link (
  tenant_id uuid not null, link_id uuid not null, token_hash text not null, customer_id uuid not null,
  invoice_ids uuid[] not null, contact_id uuid, created_by text not null, created_at timestamptz not null,
  expires_at timestamptz not null, revoked_at timestamptz,
  primary key (tenant_id, link_id),
  constraint response_link_token_key unique (token_hash)
);
create index response_link_customer_idx on response_link (tenant_id, customer_id);
create table import_run (
  tenant_id uuid not null, import_id uuid not null, state text not null, dry_run boolean not null,
  columns text[] not null, delimiter text not null, encoding text not null,
  rows_total bigint not null default 0, rows_done bigint not null default 0, issued bigint not null default 0,
  unchanged bigint not null default 0, refused bigint not null default 0, customers bigint not null default 0,
  pieces integer not null default 0, next_piece integer not null default 0, principal text not null,
  created_at timestamptz not null, updated_at timestamptz not null,
  primary key (tenant_id, import_id),
  constraint import_run_state_known check (state in ('receiving', 'waiting', 'running', 'finished'))
);
create index import_run_page_idx on import_run (tenant_id, created_at, import_id);
create table import_piece (
  tenant_id uuid not null, import_id uuid not null, piece integer not null, first_line bigint not null,
  row_count integer not null, content bytea not null,
  primary key (tenant_id, import_id, piece)
);
create table import_key (
  tenant_id uuid not null, import_id uuid not null, external_id text not null, line bigint not null,
  primary key (tenant_id, import_id, external_id)
);
create table import_payer (
  tenant_id uuid not null, import_id uuid not null, external_id text not null,
  primary key (tenant_id, import_id, external_id)
);
create table import_row_error (
  tenant_id uuid not null, import_id uuid not null, line bigint not null, position integer not null,
  column_name text not null, value_kind text not null, code text not null, remedy text not null,
  primary key (tenant_id, import_id, line, position)
)
"""

_RIGHTS = {
    "creditor": "select, insert, update",
    "number_sequence": "select, insert, update",
    "customer": "select, insert, update",
    "invoice": "select, insert, update",
    "invoice_version": "select, insert",
    "invoice_payment": "select, insert, update",
    "invoice_board": "select, insert, update",
    "write_off_request": "select, insert, delete",
    "charge_registration": "select, insert, update",
    "recurring_plan": "select, insert, update",
    "response": "select, insert, update",
    "response_link": "select, insert, update",
    "import_run": "select, insert, update, delete",
    "import_piece": "select, insert, delete",
    "import_key": "select, insert, delete",
    "import_payer": "select, insert, delete",
    "import_row_error": "select, insert",
}

# A response link is the only credential of a debtor: the row of the presented one is seen before its tenant is.
_BY_LINK = """
create policy by_token on response_link for select using (token_hash = current_setting('regua.link', true))
"""


def upgrade() -> None:
    for statement in _TABLES.split(";"):
        op.execute(statement)
    for table, rights in _RIGHTS.items():
        protect_tenant_table(op, table, rights=rights)
    op.execute(_BY_LINK)
