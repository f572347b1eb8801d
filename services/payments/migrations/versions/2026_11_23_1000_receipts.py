"""Accounts, copies of receivables and payers, bank files, receipts, allocations, the ledger, reversals, proposals."""

from alembic import op

from chassis.migrations import grant_table, protect_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ALL = "select, insert, update, delete"
_KEPT = "select, insert"

_TABLES = {
    "account": (
        _ALL,
        """
        create table account (
          tenant_id uuid not null, account_id uuid not null, kind text not null check (kind in ('bank', 'psp')),
          name text not null, bank_code text, agencia text, conta text, convenio text, carteira text, pix_key text,
          active boolean not null default true, row_version integer not null default 1,
          created_at timestamptz not null,
          primary key (tenant_id, account_id),
          check (kind <> 'bank' or bank_code is not null), check (kind <> 'psp' or pix_key is not null)
        );
        create index account_list_idx on account (tenant_id, created_at, account_id)
        """,
    ),
    "receivable": (
        _ALL,
        """
        create table receivable (
          tenant_id uuid not null, invoice_id uuid not null, customer_id uuid not null, version integer not null,
          snapshot jsonb not null, due_on date not null,
          amount_cents bigint not null, principal_paid_cents bigint not null, interest_paid_cents bigint not null,
          fine_paid_cents bigint not null, discount_granted_cents bigint not null,
          abatement_granted_cents bigint not null, relieved_cents bigint not null, open_cents bigint not null,
          state text not null
            check (state in ('open', 'partially_paid', 'paid', 'cancelled', 'written_off', 'renegotiated')),
          primary key (tenant_id, invoice_id),
          constraint receivable_every_cent_is_accounted_for check (
            principal_paid_cents + discount_granted_cents + abatement_granted_cents + relieved_cents + open_cents
              = amount_cents
            and least(principal_paid_cents, interest_paid_cents, fine_paid_cents, discount_granted_cents,
                      abatement_granted_cents, relieved_cents, open_cents) >= 0)
        );
        create index receivable_customer_idx on receivable (tenant_id, customer_id, due_on) where open_cents > 0;
        create index receivable_amount_idx on receivable (tenant_id, open_cents) where open_cents > 0
        """,
    ),
    "identifier": (
        _ALL,
        """
        create table identifier (
          tenant_id uuid not null, kind text not null check (kind in ('txid', 'slip', 'reference')),
          value text not null, invoice_id uuid not null,
          primary key (tenant_id, kind, value, invoice_id)
        )
        """,
    ),
    "payer": (
        _ALL,
        """
        create table payer (
          tenant_id uuid not null, customer_id uuid not null, version integer not null, tax_id_hash text,
          erased boolean not null default false,
          primary key (tenant_id, customer_id)
        );
        create index payer_hash_idx on payer (tenant_id, tax_id_hash) where tax_id_hash is not null
        """,
    ),
    "raw_event": (
        _KEPT,
        """
        create table raw_event (
          tenant_id uuid not null, raw_event_id uuid not null, account_id uuid not null,
          received_at timestamptz not null, headers jsonb not null, body bytea not null,
          primary key (tenant_id, raw_event_id)
        )
        """,
    ),
    "bank_file": (
        _ALL,
        """
        create table bank_file (
          tenant_id uuid not null, file_id uuid not null, account_id uuid not null, sha256 bytea not null,
          size_bytes bigint not null, status text not null check (status in ('posted', 'quarantined', 'duplicate')),
          duplicate_of uuid, format text, layout text, file_date date, file_sequence bigint,
          receipts integer not null default 0, already_known integer not null default 0,
          linked integer not null default 0, reversals integer not null default 0,
          reviews integer not null default 0, received_cents bigint not null default 0,
          fee_cents bigint not null default 0,
          report jsonb not null, report_text text not null, content bytea,
          uploaded_at timestamptz not null, uploaded_by text not null,
          primary key (tenant_id, file_id),
          check ((status = 'duplicate') = (duplicate_of is not null))
        );
        create unique index bank_file_content_idx on bank_file (tenant_id, account_id, sha256)
          where status = 'posted';
        create unique index bank_file_number_idx on bank_file (tenant_id, account_id, layout, file_date, file_sequence)
          where status = 'posted' and file_sequence is not null;
        create index bank_file_list_idx on bank_file (tenant_id, uploaded_at, file_id)
        """,
    ),
    "receipt": (
        "select, insert, update",
        """
        create table receipt (
          tenant_id uuid not null, receipt_id uuid not null, business_key text not null, account_id uuid not null,
          route text not null check (route in
            ('pix', 'boleto', 'card', 'transfer', 'direct_debit', 'cash', 'cheque', 'other')),
          source_kind text not null, file_id uuid, file_line integer, occurrence text,
          gross_cents bigint not null check (gross_cents > 0), fee_cents bigint not null,
          reported_interest_cents bigint, reported_fine_cents bigint, reported_discount_cents bigint,
          reported_abatement_cents bigint,
          paid_on date not null, paid_at timestamptz, credited_on date,
          end_to_end_id text, txid text, bank_code text, nosso_numero text, slip_key text, convenio text,
          carteira text, document_number text, statement_id text, reference text, paid_by_pix boolean not null,
          payer_kind text, payer_tax_id_hash text,
          customer_id uuid, matched boolean not null, unapplied_cents bigint not null,
          returned_cents bigint not null default 0, also_reported jsonb not null default '[]',
          received_at timestamptz not null,
          primary key (tenant_id, receipt_id),
          constraint receipt_business_key unique (tenant_id, business_key),
          check (unapplied_cents between 0 and gross_cents), check (returned_cents between 0 and gross_cents),
          check (fee_cents between 0 and gross_cents), check (not matched or customer_id is not null)
        );
        create index receipt_list_idx on receipt (tenant_id, received_at, receipt_id);
        create index receipt_waiting_idx on receipt (tenant_id) where not matched and unapplied_cents > 0;
        create index receipt_credit_idx on receipt (tenant_id, customer_id, received_at)
          where unapplied_cents > 0 and customer_id is not null;
        create index receipt_slip_idx on receipt (tenant_id, slip_key) where slip_key is not null;
        create index receipt_txid_idx on receipt (tenant_id, txid) where txid is not null
        """,
    ),
    "allocation": (
        "select, insert, update",
        """
        create table allocation (
          tenant_id uuid not null, allocation_id uuid not null, receipt_id uuid not null, customer_id uuid,
          funds text not null check (funds in ('receipt', 'credit')), amount_cents bigint not null,
          unapplied_cents bigint not null,
          outcome text not null check (outcome in
            ('full', 'partial', 'over', 'duplicate', 'after_cancellation', 'unmatched')),
          circumstances jsonb not null, matched_invoice_ids jsonb not null, match jsonb not null,
          paid_on date not null, allocated_at timestamptz not null, undone_at timestamptz,
          primary key (tenant_id, allocation_id)
        );
        create index allocation_receipt_idx on allocation (tenant_id, receipt_id);
        create index allocation_list_idx on allocation (tenant_id, allocated_at, allocation_id)
        """,
    ),
    "allocation_line": (
        "select, insert, update",
        """
        create table allocation_line (
          tenant_id uuid not null, allocation_id uuid not null, invoice_id uuid not null, receipt_id uuid not null,
          money_cents bigint not null, principal_cents bigint not null, interest_cents bigint not null,
          fine_cents bigint not null, discount_cents bigint not null, abatement_cents bigint not null,
          counted_on date not null, undone_by uuid,
          primary key (tenant_id, allocation_id, invoice_id),
          check (money_cents = principal_cents + interest_cents + fine_cents)
        );
        create index allocation_line_invoice_idx on allocation_line (tenant_id, invoice_id) where undone_by is null;
        create index allocation_line_receipt_idx on allocation_line (tenant_id, receipt_id)
        """,
    ),
    "ledger_entry": (
        _KEPT,
        """
        create table ledger_entry (
          tenant_id uuid not null, posting_id uuid not null, line smallint not null, kind text not null,
          account text not null check (account in
            ('bank_clearing', 'fees', 'unapplied', 'receivable', 'charges', 'refunds')),
          amount_cents bigint not null check (amount_cents <> 0), account_id uuid, receipt_id uuid,
          allocation_id uuid, reversal_id uuid, posted_at timestamptz not null,
          primary key (tenant_id, posting_id, line)
        );
        create index ledger_entry_receipt_idx on ledger_entry (tenant_id, receipt_id) where kind = 'received'
        """,
    ),
    "reversal": (
        "select, insert, update",
        """
        create table reversal (
          tenant_id uuid not null, reversal_id uuid not null, receipt_id uuid not null,
          kind text not null check (kind in ('refund', 'med', 'chargeback', 'bank_reversal', 'deallocation')),
          state text not null check (state in ('started', 'settled', 'failed')),
          reason text not null, external_id text, return_end_to_end_id text, amount_cents bigint not null,
          requested_by text not null, requested_at timestamptz not null, settled_at timestamptz, reversed_on date,
          attempts integer not null default 0,
          primary key (tenant_id, reversal_id),
          constraint reversal_external_key unique (tenant_id, receipt_id, external_id)
        );
        create index reversal_external_idx on reversal (tenant_id, external_id) where external_id is not null;
        create index reversal_list_idx on reversal (tenant_id, requested_at, reversal_id)
        """,
    ),
    "fee": (
        _KEPT,
        """
        create table fee (
          tenant_id uuid not null, business_key text not null, account_id uuid not null, file_id uuid not null,
          file_line integer not null, amount_cents bigint not null check (amount_cents > 0),
          primary key (tenant_id, business_key)
        )
        """,
    ),
    "proposal": (
        "select, insert, update",
        """
        create table proposal (
          tenant_id uuid not null, proposal_id uuid not null, kind text not null check (kind in ('match', 'movement')),
          receipt_id uuid, business_key text, account_id uuid not null, file_id uuid, file_line integer,
          amount_cents bigint, candidates jsonb not null,
          details jsonb not null, state text not null check (state in ('open', 'accepted', 'rejected', 'superseded')),
          first_by text, first_choice jsonb, decided_by text, decided_at timestamptz, created_at timestamptz not null,
          primary key (tenant_id, proposal_id), check ((kind = 'match') = (receipt_id is not null))
        );
        create unique index proposal_one_open_idx on proposal (tenant_id, receipt_id)
          where state = 'open' and receipt_id is not null;
        create unique index proposal_movement_idx on proposal (tenant_id, business_key) where business_key is not null;
        create index proposal_list_idx on proposal (tenant_id, created_at, proposal_id)
        """,
    ),
}

# What is posted is never changed: the role may insert and read. A posting's lines come in one statement, so one look
# at what a statement inserted says whether each posting sums to zero.
_BALANCED = """
create function ledger_postings_balance() returns trigger language plpgsql as $$
begin
  if exists (select from inserted group by tenant_id, posting_id having sum(amount_cents) <> 0) then
    raise exception 'a posting does not sum to zero' using errcode = 'check_violation';
  end if;
  return null;
end $$
"""
_TRIGGER = """
create trigger ledger_postings_balance after insert on ledger_entry referencing new table as inserted
for each statement execute function ledger_postings_balance()
"""

# Of all tenants: who a webhook is for is not known before it is looked up, and freshness is told for the platform.
_PLATFORM = """
create table webhook_route (
  account_id uuid primary key, tenant_id uuid not null, token_hash bytea, certificate_sha256 text
);
create table source_freshness (
  source text primary key, tenant_id uuid not null, account_id uuid not null, fresh_until timestamptz not null
)
"""


def upgrade() -> None:
    for table, (rights, statements) in _TABLES.items():
        for statement in statements.split(";"):
            op.execute(statement)
        protect_tenant_table(op, table, rights=rights)
    op.execute(_BALANCED)
    op.execute(_TRIGGER)
    for statement in _PLATFORM.split(";"):
        op.execute(statement)
    for table in ("webhook_route", "source_freshness"):
        grant_table(op, table)
