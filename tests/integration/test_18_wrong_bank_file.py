"""A bank file with a wrong total or cut off is quarantined whole: nothing of it is posted, the report is readable.

Pain 13: a return file is read as far as it goes (openboleto/OpenCnabPHP#204).
"""

from datetime import time, timedelta

import pytest
from world import World


@pytest.mark.parametrize("kind", ["wrong", "truncated"])
async def test_nothing_of_a_wrong_file_is_posted(world: World, kind: str) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=3), amount_cents=12_345)
    await world.to(monday + timedelta(days=1), time(15, 0))
    await world.pay_boleto(invoice)
    await world.to(monday + timedelta(days=2), time(6, 0))
    await world.fault("bank", kind, share=1)
    try:
        delivered = await world.bank_file(monday + timedelta(days=1))
    finally:
        await world.fault("bank", kind, share=0)
    await world.quiet()
    assert delivered["answer"]["status"] == "quarantined"
    assert await world.facts("payment.received") == []
    report = await world.tenant["payments"].raw("GET", f"/v1/bank-files/{delivered['answer']['file_id']}/report")
    assert report.status_code == 200
    assert len(report.text) > 40

    right = await world.bank_file(monday + timedelta(days=1))
    await world.quiet()
    assert right["answer"]["status"] == "posted"
    assert (await world.read_invoice(invoice["invoice_id"]))["state"] == "paid"
