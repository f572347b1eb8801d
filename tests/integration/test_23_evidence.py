"""Who got what, and when: the evidence of one invoice as a file that anybody can verify without us.

Pain 17: no proof that the reminder went out (invoiceninja/invoiceninja#2864).
"""

import asyncio
import sys
from datetime import time, timedelta
from pathlib import Path

from world import World


async def verify(file: Path) -> int:
    """Run the verifier as its reader would, on the file alone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "notifier.verify", str(file),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait()


async def test_the_evidence_of_an_invoice_verifies_and_a_changed_byte_is_found(world: World, tmp_path: Path) -> None:
    monday = await world.begin()
    debtor = await world.debtor()
    invoice = await world.invoice(debtor, due_on=monday + timedelta(days=9))
    await world.to(monday + timedelta(days=4), time(9, 5))
    (mail,) = await world.mails(debtor.email)
    await world.to(monday + timedelta(days=4), time(10, 0))
    await world.open_mail(mail)
    await world.quiet()

    path = f"/v1/invoices/{invoice['invoice_id']}/evidence"
    answer = await world.tenant["notifier"].raw("GET", path)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    file = tmp_path / "evidence.jsonl"
    file.write_bytes(answer.content)
    assert await verify(file) == 0

    (sent,) = await world.sent(invoice["invoice_id"])
    assert sent.evidence.entry_hash in answer.text
    tampered = tmp_path / "tampered.jsonl"
    tampered.write_bytes(answer.content.replace(b"before_5", b"before_4", 1))
    assert await verify(tampered) != 0
