"""Facts in, facts out, on a real database: days, payments, messages and contacts."""

import json
from typing import Any
from uuid import UUID

import pytest
from invoicing_bench import Api, topics
from invoicing_builders import EXAMPLES, OTHER, allocated, at, example, fact, invoice, reversed_

pytestmark = pytest.mark.io


async def board(api: Api, made: dict[str, Any]) -> str:
    answer: str = (await api.get(f"/v1/invoices/{made['invoice_id']}/board")).json()["board"]
    return answer


class TestDays:
    async def test_due_and_overdue_are_told_once_on_their_local_mornings(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        await api.bench.said()
        assert await api.bench.work(at("2026-03-10 05:59")) == []
        (due,) = await api.bench.work(at("2026-03-10 06:00"))
        assert (due.topic, str(due.local_date)) == ("invoice.due", "2026-03-10")
        assert await board(api, made) == "due"
        assert await api.bench.work(at("2026-03-11 05:59")) == []
        (overdue,) = await api.bench.work(at("2026-03-11 06:00"))
        assert (overdue.topic, str(overdue.local_date)) == ("invoice.overdue", "2026-03-11")
        assert await board(api, made) == "overdue"
        assert await api.bench.work(at("2026-05-11 06:00")) == []

    async def test_a_due_date_on_a_holiday_falls_on_the_next_bank_day(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice(due_on="2026-04-03"))
        assert made["payable_on"] == "2026-04-06"
        await api.bench.said()
        assert await api.bench.work(at("2026-04-06 05:59")) == []
        assert topics(await api.bench.work(at("2026-04-06 06:00"))) == ["invoice.due"]
        assert topics(await api.bench.work(at("2026-04-07 06:00"))) == ["invoice.overdue"]

    async def test_days_follow_an_amendment(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        path = f"/v1/invoices/{made['invoice_id']}"
        await api.bench.work(at("2026-03-10 06:00"))
        body = {"reason": "due_date_changed", "due_on": "2026-03-20"}
        assert (await api.send("PATCH", path, body, if_match='"1"')).status_code == 200
        assert topics(await api.bench.said()) == ["invoice.amended"]
        assert await board(api, made) == "not_sent"
        assert await api.bench.work(at("2026-03-19 23:00")) == []
        assert topics(await api.bench.work(at("2026-03-20 06:00"))) == ["invoice.due"]
        assert topics(await api.bench.work(at("2026-03-21 06:00"))) == ["invoice.overdue"]

    async def test_an_invoice_that_comes_late_is_overdue_at_once_and_never_due(self, api: Api) -> None:
        await api.ready()
        await api.issued(invoice(due_on="2026-02-10"))
        assert topics(await api.bench.work()) == ["customer.registered", "invoice.issued", "invoice.overdue"]

    async def test_a_closed_invoice_has_no_days(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        await api.send("POST", f"/v1/invoices/{made['invoice_id']}/cancel", {"reason": "duplicate"})
        await api.bench.said()
        assert await api.bench.work(at("2026-03-20 06:00")) == []

    async def test_a_payer_in_another_zone_has_another_morning(self, api: Api) -> None:
        await api.ready()
        from invoicing_builders import customer

        await api.send("POST", "/v1/customers", customer(2, uf="AC", city_code="1200401", contacts=[]))
        await api.issued(invoice(customer_external_id="C-2"))
        await api.bench.said()
        assert await api.bench.work(at("2026-03-10 07:59")) == []
        assert topics(await api.bench.work(at("2026-03-10 08:00"))) == ["invoice.due"]


class TestPayments:
    async def test_a_payment_settles_once_and_silences_the_days(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        await api.bench.said()
        await api.bench.tell(allocated(made, 150_000), allocated(made, 150_000))
        (settled,) = await api.bench.said()
        assert (settled.topic, settled.invoice.version) == ("invoice.settled", 2)
        assert {option.status for option in settled.invoice.options} == {"withdrawn"}
        assert await api.bench.work(at("2026-03-11 06:00")) == []
        assert await board(api, made) == "paid"

    async def test_a_partial_payment_leaves_slips_for_the_rest(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        await api.bench.said()
        await api.bench.tell(allocated(made, 50_000))
        applied, renewed = await api.bench.said()
        assert (applied.reason, applied.invoice.state) == ("payment_applied", "partially_paid")
        assert renewed.invoice.boleto.amount_cents == renewed.invoice.pix.amount_cents == 100_000
        owed = (await api.get(f"/v1/invoices/{made['invoice_id']}/debt", on="2026-03-10")).json()
        assert owed["total_cents"] == 100_000

    async def test_a_reversal_reopens_the_debt_and_its_days(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        await api.bench.work()
        await api.bench.tell(allocated(made, 150_000), reversed_(made, 150_000), reversed_(made, 150_000))
        settled, reopened = await api.bench.said()
        assert (settled.topic, reopened.topic) == ("invoice.settled", "invoice.amended")
        assert (reopened.reason, reopened.invoice.state) == ("payment_reversed", "open")
        assert reopened.invoice.boleto is not None
        assert topics(await api.bench.work(at("2026-03-10 06:00"))) == ["invoice.due"]
        assert topics(await api.bench.work(at("2026-03-11 06:00"))) == ["invoice.overdue"]

    async def test_a_reversal_that_comes_first_cancels_the_payment_that_follows(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        await api.bench.said()
        await api.bench.tell(reversed_(made, 150_000), allocated(made, 150_000))
        assert await api.bench.said() == []

    async def test_a_payment_for_anothers_invoice_is_refused(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        with pytest.raises(Exception, match="invoice-unknown"):
            await api.bench.tell(allocated(made, 150_000), tenant=OTHER)


class TestMessages:
    async def test_the_board_follows_the_furthest_message(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        ids = {"invoice_ids": [made["invoice_id"]], "customer_id": made["customer_id"]}
        sent = json.loads((sorted((EXAMPLES / "message.sent/v1").glob("valid-*.json"))[0]).read_text())["data"]
        quoted = [{**sent["quoted"][0], "invoice_id": made["invoice_id"]}]
        assert await board(api, made) == "not_sent"
        await api.bench.tell(example("message.delivered", **ids))
        assert await board(api, made) == "delivered"
        await api.bench.tell(example("message.sent", **ids, quoted=quoted))
        assert await board(api, made) == "delivered"
        opened = json.loads((sorted((EXAMPLES / "message.opened/v1").glob("valid-*.json"))[0]).read_text())["data"]
        machine = {**opened["engagement"], "verdict": "machine"}
        await api.bench.tell(example("message.opened", **ids, engagement=machine))
        assert await board(api, made) == "delivered"
        await api.bench.tell(example("message.opened", **ids, engagement={**machine, "verdict": "human"}))
        assert await board(api, made) == "opened"

    async def test_a_refused_channel_and_a_dead_contact_become_the_customers_new_version(self, api: Api) -> None:
        await api.ready()
        (row,) = (await api.get("/v1/customers")).json()["items"]
        whole = (await api.get(f"/v1/customers/{row['customer_id']}")).json()
        await api.bench.said()
        contact = whole["contacts"][0]["contact_id"]
        opted = {"customer_id": row["customer_id"], "source": "reply", "opted_out_at": "2026-02-20T12:00:00Z"}
        await api.bench.tell(fact("contact.opted_out", channel="whatsapp", **opted))
        await api.bench.tell(fact("contact.opted_out", channel="whatsapp", **opted))
        invalid = {"customer_id": row["customer_id"], "invalidated_at": "2026-02-20T12:00:00Z"}
        await api.bench.tell(
            fact("contact.invalidated", contact_id=contact, channel="email", reason="hard_bounce", **invalid)
        )
        first, second = await api.bench.said()
        assert (first.reason, first.customer.version) == ("opted_out", 2)
        assert (second.reason, second.customer.version) == ("contact_invalidated", 3)
        assert UUID(contact) in {one.contact_id for one in second.customer.contacts if one.status == "invalid"}
