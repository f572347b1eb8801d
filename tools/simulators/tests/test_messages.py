"""The message provider as a process: taken once, told by signed callbacks, answered by people, and its faults."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from simulator_listener import Listener, listening
from simulator_processes import Running, clock_at, running, wait
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.clock import VirtualClock

pytestmark = pytest.mark.io

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return clock_at(tmp_path, "2026-03-05T12:00:00+00:00")


@pytest.fixture
def provider(tmp_path: Path, clock: VirtualClock) -> Iterator[Running]:
    with running("messages", tmp_path / "messages", clock, "--token", "t", "--webhook-secret", SECRET) as one:
        one.client.headers["authorization"] = "Bearer t"
        yield one


@pytest.fixture
def hook() -> Iterator[Listener]:
    with listening() as one:
        yield one


def message(hook: Listener, ref: str = "a1", to: str = "+5511990000012", channel: str = "whatsapp") -> dict[str, str]:
    return {
        "client_ref": ref,
        "channel": channel,
        "to": to,
        "text": "Olá! Sua fatura vence amanhã.",
        "callback_url": f"{hook.url}/v1/callbacks/{channel}/1",
    }


def verified(hook: Listener) -> list[dict[str, Any]]:
    return [Webhook(SECRET).verify(body, headers) for _, headers, body in hook.received]


def test_a_message_is_taken_once_told_in_order_read_and_answered(provider: Running, hook: Listener) -> None:
    first = provider.post("/v1/messages", message(hook))
    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    provider.settle()
    again = provider.post("/v1/messages", message(hook))
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "status": "delivered"})
    assert provider.post("/v1/messages", {**message(hook), "text": "other"}).status_code == 409
    (found,) = provider.get("/v1/messages", params={"client_ref": "a1"}).json()["items"]
    assert (found["id"], found["status"]) == (first.json()["id"], "delivered")
    assert provider.get("/v1/messages", params={"client_ref": "zz"}).json() == {"items": []}
    (mine,) = provider.get("/inbox", params={"to": "+5511990000012"}).json()["items"]
    for _ in range(2):
        assert provider.post(f"/inbox/{mine['id']}/read").status_code == 200
        assert "reply_id" in provider.post(f"/inbox/{mine['id']}/replies", {"text": "Pago dia 10/03/2026"}).json()
    provider.settle()
    page = provider.get("/").text
    assert "Sua fatura vence amanhã." in page
    assert "<blockquote>Pago dia 10/03/2026</blockquote>" in page
    assert "Nenhuma mensagem" in provider.get("/?to=%2B5511990000099").text
    told = verified(hook)
    assert [one["status"] for one in told] == ["sent", "delivered", "read", "reply"]
    assert told[3]["text"] == "Pago dia 10/03/2026"
    assert {one["client_ref"] for one in told} == {"a1"}
    assert told[0]["at"] == "2026-03-05T12:00:00+00:00"
    assert len({headers["webhook-id"] for _, headers, _ in hook.received}) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "+5511990000000"}, "number_unassigned"),
        ({"to": "11990000012"}, "number_unassigned"),
        ({"to": "+5511990000002"}, "not_on_channel"),
        ({"channel": "fax"}, "invalid_channel"),
        ({"text": "x" * 5_000}, "invalid_text"),
    ],
)
def test_what_can_never_arrive_is_refused_for_good(
    provider: Running, hook: Listener, change: dict[str, str], code: str
) -> None:
    refused = provider.post("/v1/messages", {**message(hook), **change})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert provider.truth("message.taken") == []


def test_without_its_token_nothing_is_taken(provider: Running, hook: Listener) -> None:
    provider.client.headers["authorization"] = "Bearer wrong"
    assert provider.post("/v1/messages", message(hook)).status_code == 401


def test_a_telephone_out_of_reach_fails_and_an_sms_is_never_read(provider: Running, hook: Listener) -> None:
    provider.post("/v1/messages", message(hook, "a", "+5511990000001"))
    provider.post("/v1/messages", message(hook, "b", channel="sms"))
    provider.settle()
    by_ref = {(one["client_ref"], one["status"]): one for one in verified(hook)}
    assert set(by_ref) == {("a", "failed"), ("b", "sent"), ("b", "delivered")}
    assert by_ref["a", "failed"]["code"] == "unreachable"
    (sms,) = provider.get("/inbox").json()["items"]
    assert provider.post(f"/inbox/{sms['id']}/read").status_code == 409


def test_callbacks_come_twice_wrong_out_of_order_and_not_at_all_on_command(
    provider: Running, hook: Listener, clock: VirtualClock
) -> None:
    provider.fault("duplicate")
    provider.post("/v1/messages", message(hook, "a"))
    provider.settle()
    assert [one["status"] for one in verified(hook)] == ["sent", "sent", "delivered", "delivered"]
    assert len({headers["webhook-id"] for _, headers, _ in hook.received}) == 2
    provider.client.delete(f"{provider.url}/faults")
    provider.fault("lose")
    provider.post("/v1/messages", message(hook, "b"))
    provider.client.delete(f"{provider.url}/faults")
    hook.received.clear()
    provider.fault("reorder")
    provider.post("/v1/messages", message(hook, "c"))
    for _ in range(2):
        clock.advance(timedelta(minutes=25))
        provider.settle()
    assert [one["status"] for one in verified(hook)] == ["delivered", "sent"]
    provider.client.delete(f"{provider.url}/faults")
    hook.received.clear()
    provider.fault("wrong")
    provider.post("/v1/messages", message(hook, "d"))
    provider.settle()
    with pytest.raises(WebhookVerificationError):
        verified(hook)


def test_callbacks_wait_for_a_receiver_that_is_down_and_survive_a_kill(tmp_path: Path, hook: Listener) -> None:
    clock = None  # the system's
    hook.answers = [503] * 10_000
    data = tmp_path / "messages"
    with running("messages", data, clock, "--webhook-secret", SECRET) as provider:
        provider.post("/v1/messages", message(hook))
        wait(lambda: hook.received)
        assert provider.get("/internal/quiescence").json()["quiet"] is False
        provider.process.kill()
        provider.process.wait()
    hook.answers = []
    hook.received.clear()
    with running("messages", data, clock, "--webhook-secret", SECRET) as provider:
        provider.settle()
        assert [json.loads(body)["status"] for _, _, body in hook.received] == ["sent", "delivered"]
