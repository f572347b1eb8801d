"""The REST resources of invoicing on a real database."""

import json
from typing import Any

import pytest
from invoicing_bench import Api, topics
from invoicing_builders import OTHER, TENANT, at, cpf, customer, invoice, profile

from chassis import canary

pytestmark = pytest.mark.io


class TestCreditor:
    async def test_a_profile_is_put_read_and_changed_by_its_version(self, api: Api) -> None:
        assert (await api.get("/v1/creditor")).status_code == 404
        put = await api.send("PUT", "/v1/creditor", profile())
        assert (put.status_code, put.json()["phone"]) == (200, "+551130034567")
        assert (await api.send("PUT", "/v1/creditor", profile(name="Aurora"))).status_code == 428
        changed = await api.send("PUT", "/v1/creditor", profile(name="Aurora"), if_match=put.headers["etag"])
        assert changed.json()["name"] == "Aurora"

    async def test_every_wrong_number_is_named_at_once(self, api: Api) -> None:
        wrong = profile(tax_id="11222333000182", phone="123456789")
        wrong["pix"]["key"] = "not a key"
        answer = await api.send("PUT", "/v1/creditor", wrong)
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json()["errors"]} == {"/tax_id", "/phone", "/pix/key"}


class TestCustomers:
    async def test_a_payer_is_registered_once_with_zone_and_contacts(self, api: Api) -> None:
        made = await api.send("POST", "/v1/customers", customer(uf="AC", city_code="1200401"))
        assert made.status_code == 201
        assert made.json()["time_zone"] == "America/Rio_Branco"
        assert canary.NAME not in made.text
        whole = await api.get(made.headers["location"])
        assert whole.json()["personal"]["name"] == canary.NAME
        assert topics(await api.bench.said()) == ["customer.registered"]
        again = await api.send("POST", "/v1/customers", customer(external_id="C-9"))
        assert (again.status_code, again.json()["type"]) == (409, "/problems/customer-tax-id-known")
        (line,) = (await api.get("/v1/customers", tax_id=canary.CPF)).json()["items"]
        assert line["external_id"] == "C-1"
        assert (await api.get("/v1/customers", name="zuleica")).json()["items"] == [line]

    async def test_wrong_numbers_are_refused_without_being_repeated(self, api: Api) -> None:
        answer = await api.send("POST", "/v1/customers", customer(tax_id="837.465.100-83"))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/tax_id"
        assert "837" not in answer.text

    async def test_a_change_needs_the_version_that_was_read(self, api: Api) -> None:
        made = await api.send("POST", "/v1/customers", customer())
        path = made.headers["location"]
        assert (await api.send("PATCH", path, {"language": "en-US"})).status_code == 428
        changed = await api.send("PATCH", path, {"language": "en-US"}, if_match='"1"')
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        assert (await api.send("PATCH", path, {"language": "pt-BR"}, if_match='"1"')).status_code == 412
        assert (await api.send("PATCH", path, {"name": None}, if_match='"2"')).status_code == 422

    async def test_an_erased_payer_leaves_no_personal_data_and_owes_nothing(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        path = f"/v1/customers/{made['customer_id']}"
        body = {"reason": "data_subject_request", "requested_on": "2026-02-20"}
        refused = await api.send("POST", f"{path}/erase", body)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/customer-owes")
        await api.send("POST", f"/v1/invoices/{made['invoice_id']}/cancel", {"reason": "issued_in_error"})
        assert (await api.send("POST", f"{path}/erase", body)).status_code == 200
        assert (await api.bench.said())[-1].topic == "customer.erased"
        rows = await api.bench.fetch("select row_to_json(customer)::text from customer")
        assert all(form not in rows[0][0] for form in (canary.NAME, "83746510082", canary.EMAIL, canary.PHONE))
        assert (await api.send("POST", f"{path}/erase", body)).status_code == 409


class TestInvoices:
    async def test_an_invoice_has_boleto_and_pix_and_one_effect(self, api: Api) -> None:
        await api.ready()
        first = await api.send("POST", "/v1/invoices", invoice(), idempotency_key="once")
        assert first.status_code == 201
        assert [option["kind"] for option in first.json()["options"]] == ["boleto", "pix"]
        again = await api.send("POST", "/v1/invoices", invoice(), idempotency_key="once")
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true"
        known = await api.send("POST", "/v1/invoices", invoice())
        assert (known.status_code, known.json()["type"]) == (409, "/problems/invoice-external-id-taken")

    async def test_without_a_psp_the_pix_is_static_and_the_boleto_unregistered(self, api: Api) -> None:
        await api.ready()
        boleto, pix = (await api.issued(invoice()))["options"]
        assert (boleto["status"], boleto["registered_at"]) == ("active", None)
        assert (pix["charge"], pix["status"], len(pix["txid"])) == ("static", "active", 25)
        assert "540715" not in boleto["barcode"]
        assert "5407" + "1500.00" in pix["br_code"]

    async def test_a_batch_tells_of_every_row_and_numbers_are_consecutive(self, api: Api) -> None:
        await api.ready()
        await api.issued(invoice(1))
        rows = [invoice(1), invoice(2), invoice(2), invoice(3, customer_external_id="nobody"), invoice(4)]
        report = (await api.send("POST", "/v1/invoice-batches", {"invoices": rows})).json()
        assert [row["outcome"] for row in report["rows"]] == ["exists", "issued", "refused", "refused", "issued"]
        assert report["rows"][3]["errors"][0]["code"] == "customer.unknown"
        found = (await api.get("/v1/invoices")).json()["items"]
        assert [row["external_id"] for row in found] == ["F-1", "F-2", "F-4"]
        numbers = []
        for row in found:
            made = (await api.get(f"/v1/invoices/{row['invoice_id']}")).json()
            numbers.append(int(made["options"][0]["nosso_numero"]))
        assert numbers == [1, 2, 3]

    async def test_all_or_none_issues_nothing_beside_a_refused_row(self, api: Api) -> None:
        await api.ready()
        rows = [invoice(1), invoice(2, customer_external_id="nobody")]
        answer = await api.send("POST", "/v1/invoice-batches", {"invoices": rows, "all_or_none": True})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/invoices/1/customer_id")
        assert (await api.get("/v1/invoices")).json()["items"] == []

    async def test_a_document_becomes_an_invoice_for_each_instalment(self, api: Api) -> None:
        await api.ready()
        body = {
            "customer_external_id": "C-1",
            "external_id": "NF-77",
            "description": "Mesa",
            "total_cents": 100_000,
            "series": {"count": 3, "first_due_on": "2026-08-31"},
        }
        made = (await api.send("POST", "/v1/documents", body)).json()["invoices"]
        assert [one["amount_cents"] for one in made] == [33_334, 33_333, 33_333]
        assert [one["due_on"] for one in made] == ["2026-08-31", "2026-09-30", "2026-10-31"]
        assert [one["payable_on"] for one in made] == ["2026-08-31", "2026-09-30", "2026-11-03"]
        listed = (await api.get("/v1/invoices", document_number="NF-77")).json()["items"]
        assert [row["instalment_number"] for row in listed] == [1, 2, 3]

    async def test_an_amendment_makes_new_slips_and_keeps_history(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        path = f"/v1/invoices/{made['invoice_id']}"
        body = {"reason": "due_date_changed", "due_on": "2026-03-20"}
        assert (await api.send("PATCH", path, body)).status_code == 428
        changed = await api.send("PATCH", path, body, if_match='"1"')
        assert changed.status_code == 200, changed.text
        statuses = [(option["kind"], option["status"]) for option in changed.json()["options"]]
        assert statuses == [("boleto", "replaced"), ("pix", "replaced"), ("boleto", "active"), ("pix", "active")]
        history = (await api.get(f"{path}/history")).json()["items"]
        assert [(row["version"], row["reason"]) for row in history] == [(1, "new"), (2, "due_date_changed")]
        assert history[0]["invoice"] == made

    async def test_a_cancelled_invoice_stays_cancelled(self, api: Api) -> None:
        await api.ready()
        path = f"/v1/invoices/{(await api.issued(invoice()))['invoice_id']}"
        done = await api.send("POST", f"{path}/cancel", {"reason": "duplicate"})
        assert (done.json()["state"], done.json()["balance"]["relieved_cents"]) == ("cancelled", 150_000)
        assert {option["status"] for option in done.json()["options"]} == {"withdrawn"}
        again = await api.send("POST", f"{path}/cancel", {"reason": "duplicate"})
        assert (again.status_code, again.json()["type"]) == (409, "/problems/already-cancelled")

    async def test_a_large_write_off_needs_two_people(self, api: Api) -> None:
        await api.ready(two_people_from_cents=100_000)
        path = f"/v1/invoices/{(await api.issued(invoice()))['invoice_id']}/write-off"
        assert (await api.send("POST", path, {"reason": "uncollectible"})).json()["state"] == "waiting"
        refused = await api.send("POST", path, {"reason": "uncollectible"})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/second-person-needed")
        agreed = await api.send("POST", path, {"reason": "uncollectible"}, key=api.colleague)
        assert (agreed.json()["state"], agreed.json()["invoice"]["state"]) == ("written_off", "written_off")
        assert (await api.bench.said())[-1].approved_by_two

    async def test_lists_page_and_filter(self, api: Api) -> None:
        await api.ready()
        for number in range(1, 6):
            await api.issued(invoice(number, due_on=f"2026-03-{10 + number}"))
        seen: list[str] = []
        page = (await api.get("/v1/invoices", limit=2)).json()
        while True:
            seen += [row["external_id"] for row in page["items"]]
            if page["next"] is None:
                break
            page = (await api.get("/v1/invoices", limit=2, cursor=page["next"])).json()
        assert seen == ["F-1", "F-2", "F-3", "F-4", "F-5"]
        late = (await api.get("/v1/invoices", due_from="2026-03-14", board="not_sent", q="f-")).json()["items"]
        assert [row["external_id"] for row in late] == ["F-4", "F-5"]
        assert (await api.get("/v1/invoices", state="paid")).json()["items"] == []
        (column,) = (await api.get("/v1/board")).json()["columns"]
        assert column == {"board": "not_sent", "invoices": 5, "amount_cents": 750_000, "open_cents": 750_000}

    async def test_debt_grows_by_fine_and_interest_and_a_second_copy_asks_for_it(self, api: Api) -> None:
        await api.ready()
        path = f"/v1/invoices/{(await api.issued(invoice()))['invoice_id']}"
        api.bench.clock.instant = at("2026-04-01 10:00")
        owed = (await api.get(f"{path}/debt", on="2026-04-09")).json()
        assert (owed["fine_cents"], owed["interest_cents"], owed["total_cents"]) == (3_000, 1_500, 154_500)
        copy = (await api.send("POST", f"{path}/second-copy", {"due_on": "2026-04-09"})).json()
        assert [option["amount_cents"] for option in copy["options"]] == [150_000, 150_000, 154_500, 154_500]
        assert copy["due_on"] == "2026-03-10"

    async def test_the_papers_of_an_invoice_are_there_while_it_is_open(self, api: Api) -> None:
        await api.ready()
        path = f"/v1/invoices/{(await api.issued(invoice()))['invoice_id']}"
        for name, start in (("boleto.pdf", b"%PDF"), ("pix.png", b"\x89PNG"), ("pix.svg", b"<svg")):
            found = await api.get(f"{path}/{name}")
            assert (found.status_code, found.content[: len(start)]) == (200, start)
            assert (await api.get(f"{path}/{name}", tenant=OTHER)).status_code == 404
        await api.send("POST", f"{path}/cancel", {"reason": "duplicate"})
        assert (await api.get(f"{path}/boleto.pdf")).json()["type"] == "/problems/invoice-not-open"

    async def test_another_tenant_sees_and_changes_nothing(self, api: Api) -> None:
        await api.ready()
        made = await api.issued(invoice())
        path = f"/v1/invoices/{made['invoice_id']}"
        assert (await api.get("/v1/invoices", tenant=OTHER)).json()["items"] == []
        assert (await api.get(path, tenant=OTHER)).status_code == 404
        cancelled = await api.send("POST", f"{path}/cancel", {"reason": "duplicate"}, tenant=OTHER)
        assert cancelled.status_code == 404
        await api.ready(tenant=OTHER)
        theirs = await api.issued(invoice(), tenant=OTHER)
        assert theirs["options"][0]["nosso_numero"] == made["options"][0]["nosso_numero"]


def test_the_builder_makes_valid_tax_ids() -> None:
    from brasil import taxid

    assert all(taxid.validate(cpf(number)) for number in range(2, 50))


@pytest.mark.io
async def test_the_examples_of_the_document_work_one_after_the_other(api: Api) -> None:
    from invoicing.api import examples

    assert (await api.send("PUT", "/v1/creditor", examples.CREDITOR)).status_code == 200
    assert (await api.send("POST", "/v1/customers", examples.CUSTOMER)).status_code == 201
    made = await api.send("POST", "/v1/invoices", examples.INVOICE)
    assert made.status_code == 201
    assert (await api.send("POST", "/v1/documents", examples.DOCUMENT)).status_code == 201
    assert (await api.send("POST", "/v1/plans", examples.PLAN)).status_code == 201
    path = f"/v1/invoices/{made.json()['invoice_id']}/responses"
    assert (await api.send("POST", path, examples.PROMISE)).status_code == 201


ODD_QUERIES = (
    "invoices?external_id=%00",
    "invoices?q=%00",
    "invoices?document_number=a%00",
    "customers?name=%00",
    "customers?external_id=%00",
    "customers?segment=%00",
    "customers?tax_id=%00000000000000",
    "responses?kind=%00",
    "plans?external_id=%00",
)


@pytest.mark.parametrize("query", ODD_QUERIES)
async def test_text_that_the_database_refuses_is_refused_before_it(api: Api, query: str) -> None:
    headers = {"authorization": f"Bearer {api.keys[TENANT]}"}
    assert (await api.client.get(f"/v1/{query}", headers=headers)).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a\u0000b"},
        {"external_id": "a\u0000b"},
        {"contacts": [{"channel": "letter", "name": "x", "address": "abc\u0000def"}]},
        {"contacts": [{"channel": "email", "name": "x", "address": "a\u0000@b.com"}]},
        {"name": "\ud800"},
    ],
)
async def test_a_body_with_such_text_is_refused_too(api: Api, change: dict[str, Any]) -> None:
    body = json.dumps(customer(5, **change)).encode()
    answer = await api.send("POST", "/v1/customers", body, content_type="application/json")
    assert answer.status_code in {400, 422}
