"""Bank files: judged whole, posted once or quarantined with a report; nothing in between."""

from pathlib import Path

import pytest
from bank_file_lines import itau_return, title
from payments_bench import Api
from payments_builders import at, end_to_end, invoice_id, issued, pix

from brasil.bank_files.detect import inspect
from payments import config

pytestmark = pytest.mark.io
GOLDEN = Path(__file__).parents[3] / "libs/brasil/tests/golden"
FILES = sorted(path for kind in ("cnab400", "cnab240", "cnab150") for path in (GOLDEN / kind / "files").glob("*.ret"))


async def test_a_return_file_settles_its_titles_and_books_the_fees(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1), issued(2), issued(3))
    told = await api.file(account, itau_return(title(1, fee=250), title(2, paid=4_000), title(3, code="02")))
    assert (told["status"], told["receipts"], told["received_cents"]) == ("posted", 2, 14_000), told
    facts = await api.bench.said()
    received = [fact for fact in facts if fact.topic == "payment.received"]
    allocated = [fact for fact in facts if fact.topic == "payment.allocated"]
    assert [(one.gross_cents, one.fee_cents, one.credited_cents) for one in received] == [
        (10_000, 250, 9_750),
        (4_000, 0, 4_000),
    ]
    assert [(one.outcome, one.match.rung) for one in allocated] == [("full", "exact_id"), ("partial", "exact_id")]
    assert received[0].source.file_line == 2
    await api.books_agree()


async def test_the_same_file_and_the_same_titles_in_another_file_change_nothing(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    content = itau_return(title(1))
    first = await api.file(account, content)
    again = await api.file(account, content)
    assert (again["status"], again["duplicate_of"]) == ("duplicate", first["file_id"])
    late = await api.file(account, itau_return(title(1), date="120326", sequence=2))
    assert (late["status"], late["receipts"], late["already_known"]) == ("posted", 0, 1)
    assert len((await api.get("/v1/receipts")).json()["items"]) == 1
    await api.books_agree()


async def test_a_file_that_lies_is_quarantined_whole_with_a_readable_report(api: Api) -> None:
    account = await api.account()
    await api.bench.tell(issued(1))
    told = await api.file(account, itau_return(title(1), faces=9_999))
    assert (told["status"], told["receipts"]) == ("quarantined", 0)
    report = (await api.get(f"/v1/bank-files/{told['file_id']}/report")).json()
    assert not report["accepted"]
    (problem,) = [one for one in report["problems"] if one["severity"] == "error"]
    assert (problem["line"], problem["found"], problem["expected"]) == (3, "9999", "10000")
    text = (await api.get(f"/v1/bank-files/{told['file_id']}/report.txt")).text
    assert "REFUSED" in text
    assert "PAGADOR" not in text
    assert await api.bench.said() == []
    assert (await api.get("/v1/receipts")).json()["items"] == []
    posted = await api.file(account, itau_return(title(1)))
    assert posted["status"] == "posted"


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 300, b"not a bank file", itau_return(title(1))[:-402]])
async def test_what_is_no_bank_file_is_quarantined_too(api: Api, content: bytes) -> None:
    told = await api.file(await api.account(), content)
    assert told["status"] == "quarantined"
    assert await api.bench.said() == []


async def test_another_banks_file_and_a_taken_number_are_refused(api: Api) -> None:
    account = await api.account(bank_code="237")
    told = await api.file(account, itau_return(title(1)))
    report = (await api.get(f"/v1/bank-files/{told['file_id']}/report")).json()
    assert [one["code"] for one in report["problems"]] == ["bank_file.other_bank"]
    itau = await api.account()
    await api.file(itau, itau_return(title(1)))
    told = await api.file(itau, itau_return(title(2)))
    report = (await api.get(f"/v1/bank-files/{told['file_id']}/report")).json()
    assert [one["code"] for one in report["problems"]] == ["bank_file.number_taken"]


async def test_a_slip_paid_by_its_pix_and_told_by_both_sides_is_one_payment(api: Api) -> None:
    psp, bank = await api.psp_account(), await api.account()
    await api.bench.tell(issued(1))
    api.psp.holds(pix(1, 10_000, charge=1))
    await api.webhook(psp, pix(1, 10_000, charge=1))
    await api.bench.work()
    told = await api.file(bank, itau_return(title(1, code="10", channel="  ")))
    assert (told["status"], told["receipts"]) == ("posted", 0), told
    (receipt,) = (await api.get("/v1/receipts")).json()["items"]
    assert receipt["end_to_end_id"] == end_to_end(1)
    await api.books_agree()


async def test_a_slip_and_a_pix_that_were_both_paid_are_two_receipts_and_credit(api: Api) -> None:
    psp, bank = await api.psp_account(), await api.account()
    await api.bench.tell(issued(1))
    api.psp.holds(pix(1, 10_000, charge=1))
    await api.webhook(psp, pix(1, 10_000, charge=1))
    await api.bench.work()
    await api.file(bank, itau_return(title(1)))
    allocated = [fact for fact in await api.bench.said() if fact.topic == "payment.allocated"]
    assert [(one.outcome, one.unapplied_cents) for one in allocated] == [("duplicate", 10_000)]
    assert allocated[0].matched_invoice_ids == (invoice_id(1),)
    await api.books_agree()


async def test_the_bank_is_fresh_until_the_end_of_the_bank_day_before_the_file(api: Api) -> None:
    account = await api.account()
    await api.file(account, itau_return(title(1), date="090326"))
    (row,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert row["fresh_until"] == at("2026-03-07 00:00")
    await api.file(account, itau_return(title(2), date="050326", sequence=2))
    (row,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert row["fresh_until"] == at("2026-03-07 00:00")


async def test_no_file_makes_the_bank_fresh_beyond_now(api: Api) -> None:
    account = await api.account()
    await api.file(account, itau_return(title(1), date="200327"))
    (row,) = await api.bench.fetch("select fresh_until from source_freshness")
    assert row["fresh_until"] == api.bench.clock.now()


async def test_a_file_above_the_configured_size_is_not_read(api: Api) -> None:
    account = await api.account()
    config.use(config.settings().model_copy(update={"payments_bank_file_bytes": 1_024}))
    answer = await api.send("POST", f"/v1/bank-files?account_id={account}", itau_return(title(1)))
    assert (answer.status_code, answer.json()["type"].endswith("bank-file-too-large")) == (422, True), answer.text
    assert (await api.get("/v1/bank-files")).json()["items"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
async def test_every_banks_file_posts_to_the_cent(api: Api, path: Path) -> None:
    content = path.read_bytes()
    result = inspect(content)
    account = await api.account(bank_code=result.bank)
    told = await api.file(account, content)
    assert told["status"] == "posted"
    quiet = [one for one in result.movements if one.settles and one.paid_cents and not one.needs_review]
    assert told["receipts"] == len(quiet)
    assert told["received_cents"] == sum(one.paid_cents or 0 for one in quiet)
    assert (await api.file(account, content))["status"] == "duplicate"
    await api.books_agree()


async def test_statement_credits_are_matched_like_any_money(api: Api) -> None:
    account = await api.account(bank_code="260", conta="1234567-8")
    await api.bench.tell(issued(1))
    statement = (
        b"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
        b"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>260<ACCTID>1234567-8"
        b"<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260311"
        b"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260310<TRNAMT>100.00<FITID>a1<CHECKNUM>NF1<MEMO>TED recebida</STMTTRN>"
        b"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260310<TRNAMT>-5.00<FITID>a2<MEMO>Tarifa</STMTTRN>"
        b"</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    told = await api.file(account, statement)
    assert (told["status"], told["receipts"], told["received_cents"]) == ("posted", 1, 10_000), told
    again = await api.file(account, statement.replace(b"20260311", b"20260312"))
    assert (again["status"], again["receipts"], again["already_known"]) == ("posted", 0, 1)
    (receipt,) = (await api.get("/v1/receipts")).json()["items"]
    assert receipt["route"] == "transfer"
    await api.books_agree()


@pytest.mark.parametrize("titles", [3_000])
async def test_a_large_file_is_posted_in_one_transaction(api: Api, titles: int) -> None:
    account = await api.account()
    await api.bench.tell(*(issued(number) for number in range(1, 6)))
    told = await api.file(account, itau_return(*(title(number) for number in range(1, titles + 1))))
    assert (told["status"], told["receipts"]) == ("posted", titles)
    facts = [fact for fact in await api.bench.said() if fact.topic == "payment.allocated"]
    assert sum(fact.outcome == "full" for fact in facts) == 5
    await api.books_agree()
