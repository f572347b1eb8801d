"""New slips for an invoice that exists: what is asked for now, with the old ones kept as history."""

from collections.abc import Sequence

from contracts.invoices import OPEN_STATES, Boleto, Invoice, PixCharge

_LIVE = frozenset({"requested", "active"})


def with_fresh(invoice: Invoice, fresh: Sequence[Boleto | PixCharge]) -> tuple[Boleto | PixCharge, ...]:
    """The invoice's options with the fresh ones; of a kind that has a fresh one, what could be paid is replaced."""
    kinds = {option.kind for option in fresh}
    kept = [
        option.model_copy(update={"status": "replaced"}) if option.kind in kinds and option.status in _LIVE else option
        for option in invoice.options
    ]
    return (*kept, *fresh)


def asks_another_amount(invoice: Invoice) -> bool:
    """Whether a slip or charge that can be paid asks for something else than what is open."""
    if invoice.state not in OPEN_STATES:
        return False
    live = [option for option in invoice.options if option.status in _LIVE]
    return any(option.amount_cents != invoice.balance.open_cents for option in live)
