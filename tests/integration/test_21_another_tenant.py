"""Another company sees nothing: not in lists, not by id, and cannot change what it cannot see. Nor does any log."""

from datetime import time, timedelta

import pytest
from world import World

from chassis import canary
from regua.demo.api import RefusedError


async def test_another_tenant_sees_and_changes_nothing(world: World) -> None:
    monday = await world.begin()
    debtor = await world.debtor(name=canary.NAME, phone=canary.PHONE, tax_id=canary.CPF)
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=4))
    await world.to(monday + timedelta(days=3), time(9, 5))
    await world.pay_pix(invoice)
    await world.quiet()
    (case,) = await world.cases()
    sent = (await world.sent())[0]
    stranger = await world.platform.tenant("stranger")
    try:
        lists = [
            ("invoicing", "/v1/customers"), ("invoicing", "/v1/invoices"), ("dunning", "/v1/cases"),
            ("dunning", "/v1/decisions"), ("dunning", "/v1/promises"), ("dunning", "/v1/tasks"),
            ("payments", "/v1/receipts"), ("payments", "/v1/accounts"), ("payments", "/v1/bank-files"),
            ("notifier", "/v1/messages"), ("notifier", "/v1/suppressions"),
        ]  # fmt: skip
        for service, path in lists:
            assert (await stranger[service].get(path))["items"] == [], path
        own = [
            ("invoicing", f"/v1/customers/{debtor.customer_id}"),
            ("invoicing", f"/v1/invoices/{invoice['invoice_id']}"),
            ("invoicing", f"/v1/invoices/{invoice['invoice_id']}/boleto.pdf"),
            ("dunning", f"/v1/cases/{case['case_id']}"),
            ("notifier", f"/v1/messages/{sent.message_id}"),
            ("notifier", f"/v1/invoices/{invoice['invoice_id']}/evidence"),
        ]
        for service, path in own:
            assert (await stranger[service].raw("GET", path)).status_code == 404, path
        for service, path, body in [
            ("invoicing", f"/v1/invoices/{invoice['invoice_id']}/cancel", {"reason": "issued_in_error"}),
            ("dunning", f"/v1/cases/{case['case_id']}/pause", None),
        ]:
            with pytest.raises(RefusedError) as refused:
                await stranger[service].post(path, body)
            assert refused.value.status == 404, path
    finally:
        await stranger.close()
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"
    assert canary.scan([world.platform.home.logs]) == []
