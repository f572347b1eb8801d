"""What debtors answer: over REST, in replies, through links."""

import json
from pathlib import Path
from typing import Any

import pytest
from invoicing_bench import Api, topics
from invoicing_builders import OTHER, at, invoice

from chassis import canary
from contracts import registry

pytestmark = pytest.mark.io
EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"


async def opened(api: Api) -> str:
    await api.ready()
    made = await api.issued(invoice())
    await api.bench.said()
    return f"/v1/invoices/{made['invoice_id']}"


def body(answer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"answer": answer, "channel": "phone", **changes}


class TestAnswers:
    async def test_a_promise_is_told_once_and_listed(self, api: Api) -> None:
        path = await opened(api)
        promise = body({"kind": "promise", "promised_on": "2026-03-01"})
        for _ in range(2):
            done = await api.send("POST", f"{path}/responses", promise, idempotency_key="p")
            assert done.status_code == 201, done.text
        (fact,) = await api.bench.said()
        assert (fact.topic, fact.answer.kind, fact.recognised_by) == ("debtor.responded", "promise", "operator")
        (listed,) = (await api.get("/v1/responses", kind="promise", resolved=False)).json()["items"]
        assert listed == done.json()
        assert (await api.get("/v1/responses", tenant=OTHER)).json()["items"] == []

    async def test_a_promise_in_the_past_and_one_for_a_closed_invoice_are_refused(self, api: Api) -> None:
        path = await opened(api)
        past = await api.send("POST", f"{path}/responses", body({"kind": "promise", "promised_on": "2026-02-19"}))
        assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/answer/promised_on")
        await api.send("POST", f"{path}/cancel", {"reason": "duplicate"})
        late = await api.send("POST", f"{path}/responses", body({"kind": "promise", "promised_on": "2026-03-19"}))
        assert late.status_code == 409

    async def test_a_dispute_stands_on_the_board_until_a_person_has_dealt_with_it(self, api: Api) -> None:
        path = await opened(api)
        made = await api.send("POST", f"{path}/responses", body({"kind": "dispute", "reason": "wrong_amount"}))
        assert (await api.get(f"{path}/board")).json()["board"] == "disputed"
        resolve = f"/v1/responses/{made.json()['response_id']}/resolve"
        assert (await api.send("POST", resolve, tenant=OTHER)).status_code == 404
        assert (await api.send("POST", resolve)).status_code == 200
        assert (await api.get(f"{path}/board")).json()["board"] == "not_sent"
        assert (await api.send("POST", resolve)).status_code == 409

    async def test_a_stopped_channel_and_a_wrong_person_change_the_customer(self, api: Api) -> None:
        path = await opened(api)
        stop = body({"kind": "stop_channel", "channel": "sms"})
        assert (await api.send("POST", f"{path}/responses", stop)).status_code == 201
        said = await api.bench.said()
        assert topics(said) == ["debtor.responded", "customer.updated"]
        contact = str(said[1].customer.contacts[0].contact_id)
        wrong = body({"kind": "wrong_person"}, contact_id=contact)
        assert (await api.send("POST", f"{path}/responses", wrong)).status_code == 201
        updated = (await api.bench.said())[1]
        assert [one.status for one in updated.customer.contacts] == ["wrong_person", "active"]
        foreign = body({"kind": "wrong_person"}, contact_id="00000000-0000-0000-0000-000000000009")
        assert (await api.send("POST", f"{path}/responses", foreign)).status_code == 422

    async def test_insolvency_is_flagged(self, api: Api) -> None:
        path = await opened(api)
        dead = body({"kind": "insolvency", "reason": "deceased"})
        assert (await api.send("POST", f"{path}/responses", dead)).status_code == 201
        assert (await api.bench.said())[1].customer.flags == ("deceased",)

    async def test_a_reply_to_a_message_becomes_an_answer_once(self, api: Api) -> None:
        path = await opened(api)
        made = (await api.get(path)).json()
        example = sorted((EXAMPLES / "message.replied/v1").glob("valid-*.json"))[0]
        data = json.loads(example.read_text())["data"] | {
            "customer_id": made["customer_id"],
            "invoice_ids": [made["invoice_id"]],
            "answer": {"kind": "dispute", "reason": "fraud"},
            "recognised_by": "keyword",
            "confidence_percent": 90,
        }
        reply = registry.topic("message.replied").payload.model_validate(data)
        await api.bench.tell(reply, reply)
        (fact,) = await api.bench.said()
        assert (fact.answer.kind, fact.recognised_by, fact.confidence_percent) == ("dispute", "classifier", 90)
        assert fact.text_hash == data["text_hash"]


class TestLinks:
    async def test_a_debtor_sees_the_debt_of_today_and_answers_once(self, api: Api) -> None:
        path = await opened(api)
        made = await api.send("POST", f"{path}/links", {"days": 60}, idempotency_key="link")
        again = await api.send("POST", f"{path}/links", {"days": 60}, idempotency_key="link")
        assert made.json() == again.json()
        link = made.json()["path"]
        api.bench.clock.instant = at("2026-04-09 10:00")
        seen = await api.client.get(link)
        assert seen.status_code == 200, seen.text
        assert seen.json()["invoices"][0]["total_cents"] == 154_500
        assert list(canary.hits(seen.text, "public")) == []
        answer = {"answer": {"kind": "promise", "promised_on": "2026-04-15"}}
        first = await api.client.post(f"{link}/responses", json=answer)
        assert first.status_code == 201, first.text
        assert (await api.client.post(f"{link}/responses", json=answer)).json() == first.json()
        (fact,) = await api.bench.said()
        assert (fact.channel, fact.recognised_by) == ("portal", "debtor_choice")

    async def test_a_token_is_nowhere_at_rest(self, api: Api) -> None:
        path = await opened(api)
        token = (await api.send("POST", f"{path}/links", {})).json()["token"]
        rows = await api.bench.fetch("select row_to_json(response_link)::text from response_link")
        kept = await api.bench.fetch("select convert_from(response, 'utf8') from idempotent_request")
        assert token not in str(rows) + str(kept)

    async def test_expired_revoked_and_made_up_links_look_alike(self, api: Api) -> None:
        path = await opened(api)
        first = (await api.send("POST", f"{path}/links", {"days": 1})).json()
        second = (await api.send("POST", f"{path}/links", {"days": 9})).json()
        assert (await api.send("POST", f"/v1/links/{second['link_id']}/revoke", tenant=OTHER)).status_code == 404
        assert (await api.send("POST", f"/v1/links/{second['link_id']}/revoke")).status_code == 200
        api.bench.clock.instant = at("2026-02-21 10:01")
        answers = [await api.client.get(f"/v1/r/{token}") for token in (first["token"], second["token"], "A" * 43)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.json()["detail"] for answer in answers}) == 1

    async def test_a_debtor_cannot_say_what_is_an_operators_to_say(self, api: Api) -> None:
        link = (await api.send("POST", f"{await opened(api)}/links", {})).json()["path"]
        refused = await api.client.post(f"{link}/responses", json={"answer": {"kind": "insolvency"}})
        assert refused.status_code == 422

    async def test_one_sender_cannot_try_links_without_end(self, api: Api) -> None:
        statuses = [(await api.client.get("/v1/r/" + "B" * 43)).status_code for _ in range(40)]
        assert set(statuses) == {404, 429}
