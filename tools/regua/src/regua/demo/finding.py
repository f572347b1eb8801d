"""Finding an invoice or a customer by its id or by its number in the caller's own system."""

from uuid import UUID

from regua.demo.api import Api
from regua.stack.errors import StackError


async def invoice_id_of(invoicing: Api, text: str) -> str:
    """The id of the invoice; raises `StackError` when there is none."""
    return await _id_of(invoicing, "/v1/invoices", "invoice_id", text, "invoice")


async def customer_id_of(invoicing: Api, text: str) -> str:
    """The id of the customer; raises `StackError` when there is none."""
    return await _id_of(invoicing, "/v1/customers", "customer_id", text, "customer")


async def _id_of(invoicing: Api, path: str, field: str, text: str, what: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        page = await invoicing.get(path, external_id=text, limit=1)
    if not page["items"]:
        raise StackError(f"there is no {what} {text[:60]!r}; give its id, or its number in your own system")
    return str(page["items"][0][field])
