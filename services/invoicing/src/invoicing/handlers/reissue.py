"""Second copies: new slips for the same debt."""

from collections.abc import Sequence
from datetime import date

from brasil.errors import BrasilError
from chassis.db import Tx
from contracts.invoices import Boleto, Invoice, PixCharge
from contracts.invoicing import InvoiceAmended
from invoicing.domain.issuing import Identity, payment_options
from invoicing.domain.refusals import refused
from invoicing.domain.reissue import asks_another_amount, with_fresh
from invoicing.domain.transitions import next_version
from invoicing.handlers.issue import providers
from invoicing.store import creditors


async def made_options(tx: Tx, invoice: Invoice, *, due_on: date, amount_cents: int) -> Sequence[Boleto | PixCharge]:
    """A new boleto and Pix charge of the invoice, with a number and a txid of their own. Raises `InvalidError`."""
    held = await creditors.load(tx)
    bank = held.profile.bank
    new_id = tx.ids.new_id
    number = await creditors.take_numbers(tx, bank, 1) if bank else None
    ids = Identity(invoice_id=invoice.invoice_id, boleto_id=new_id(), pix_id=new_id(), number=number)
    try:
        return payment_options(
            held.profile,
            ids=ids,
            txid=ids.pix_id.hex,
            due_on=due_on,
            amount_cents=amount_cents,
            issued_on=invoice.issued_on,
            providers=providers(),
        )
    except BrasilError as error:
        raise refused(error, "/due_on") from None


async def fresh_options(tx: Tx, invoice: Invoice, *, reopened: bool = False) -> InvoiceAmended | None:
    """The invoice with slips for what is open now; None where its slips ask for just that and can be paid.

    At a bank or PSP a charge that was removed does not come back: a reopened invoice gets new ones there.
    """
    known = providers()
    gone = reopened and (known.bank or known.psp)
    if not (gone or asks_another_amount(invoice)):
        return None
    fresh = await made_options(tx, invoice, due_on=invoice.due_on, amount_cents=invoice.balance.open_cents)
    changed = next_version(invoice, options=with_fresh(invoice, fresh))
    return InvoiceAmended(invoice=changed, changed_by="system", reason="options_changed", changed=("options",))
