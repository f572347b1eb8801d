"""The projections: which table folds which columns how, and the list that rebuild and dump go by."""

from collections.abc import Mapping

from analytics.store.fold import Fold

_INSTANT = "timestamptz"

_ALL = (
    Fold(
        "customer_fact",
        {"customer_id": "uuid"},
        by_version=True,
        chosen={"kind": "text", "uf": "text", "time_zone": "text", "segment": "text"},
        least={"erased_at": _INSTANT},
    ),
    # One row an invoice: whoever writes a version of it writes here first, so that writers of one invoice follow one
    # another and each sees the versions of those before (see `projecting`).
    Fold("invoice_head", {"invoice_id": "uuid"}, greatest={"last_version": "int"}),
    Fold(
        "invoice_fact",
        {"invoice_id": "uuid", "version": "int"},
        chosen={
            "known_on": "date",
            "customer_id": "uuid",
            "issued_on": "date",
            "due_on": "date",
            "payable_on": "date",
            "amount_cents": "bigint",
            "principal_paid_cents": "bigint",
            "relieved_cents": "bigint",
            "open_cents": "bigint",
            "state": "text",
            "settled_on": "date",
            "origin": "text",
            "segment": "text",
        },
    ),
    Fold(
        "receipt_fact",
        {"receipt_id": "uuid"},
        chosen={
            "customer_id": "uuid",
            "route": "text",
            "gross_cents": "bigint",
            "fee_cents": "bigint",
            "credited_cents": "bigint",
            "paid_on": "date",
            "paid_at": _INSTANT,
            "credited_on": "date",
        },
    ),
    Fold(
        "payment_fact",
        {"allocation_id": "uuid", "invoice_id": "uuid"},
        chosen={
            "receipt_id": "uuid",
            "customer_id": "uuid",
            "paid_on": "date",
            "known_on": "date",
            "money_cents": "bigint",
            "principal_cents": "bigint",
            "interest_cents": "bigint",
            "fine_cents": "bigint",
            "discount_cents": "bigint",
            "abatement_cents": "bigint",
        },
    ),
    Fold(
        "undone_fact",
        {"allocation_id": "uuid", "invoice_id": "uuid", "reversal_id": "uuid"},
        chosen={
            "kind": "text",
            "reversed_on": "date",
            "known_on": "date",
            "money_cents": "bigint",
            "principal_cents": "bigint",
        },
    ),
    Fold(
        "message_fact",
        {"message_id": "uuid"},
        chosen={
            "customer_id": "uuid",
            "step_key": "text",
            "tone": "text",
            "policy_id": "uuid",
            "policy_version": "int",
        },
        least={
            "purpose": "text",
            "requested_at": _INSTANT,
            "suppressed_at": _INSTANT,
            "suppressed_because": "text",
        },
    ),
    Fold("message_invoice", {"invoice_id": "uuid", "message_id": "uuid"}),
    Fold(
        "attempt_fact",
        {"message_id": "uuid", "attempt_id": "uuid"},
        chosen={"customer_id": "uuid", "attempt": "int", "channel": "text", "step_key": "text", "tone": "text"},
        least={
            "sent_at": _INSTANT,
            "delivered_at": _INSTANT,
            "opened_at": _INSTANT,
            "opened_human_at": _INSTANT,
            "clicked_at": _INSTANT,
            "clicked_human_at": _INSTANT,
            "replied_at": _INSTANT,
            "failed_at": _INSTANT,
            "failure": "text",
        },
        greatest={"cost_millicents": "bigint"},
    ),
    Fold(
        "promise_fact",
        {"promise_id": "uuid"},
        chosen={"customer_id": "uuid", "promised_on": "date", "promised_cents": "bigint"},
        least={"made_at": _INSTANT, "kept_at": _INSTANT, "broken_at": _INSTANT},
        greatest={"paid_cents": "bigint"},
    ),
    Fold("promise_invoice", {"invoice_id": "uuid", "promise_id": "uuid"}),
    Fold(
        "case_fact",
        {"case_id": "uuid"},
        by_version=True,
        chosen={"state": "text", "closed_because": "text"},
        least={"customer_id": "uuid", "invoice_id": "uuid", "opened_at": _INSTANT},
        greatest={"closed_at": _INSTANT, "escalated_at": _INSTANT},
    ),
    Fold(
        "hold_fact",
        {"hold_id": "uuid"},
        least={
            "case_id": "uuid",
            "invoice_id": "uuid",
            "reason": "text",
            "held_at": _INSTANT,
            "released_at": _INSTANT,
            "cause": "text",
        },
    ),
)

FOLDS: Mapping[str, Fold] = {one.table: one for one in _ALL}

PROJECTIONS: Mapping[str, tuple[str, ...]] = {
    "debtor_timeline": ("event_id",),
    "invoice_timeline": ("invoice_id", "at", "event_id"),
    **{name: tuple(one.key) for name, one in FOLDS.items()},
    "decision_count": ("day", "outcome", "step_key", "reason"),
}
"""Every table that follows from the topics alone, with its key besides the tenant. `forecast_day` is not one: it is
what was said on a day, and stays as it was said."""
