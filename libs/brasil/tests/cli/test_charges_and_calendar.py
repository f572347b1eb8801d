import json

import pytest

from brasil.cli import main

USUAL = ("charges", "--face-cents", "10000", "--due", "2026-03-09", "--fine", "2%", "--interest", "1%/month")


def run(capsys, *argv):
    status = main(argv)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_json(capsys, *argv):
    status, out, _ = run(capsys, *argv, "--json")
    return status, json.loads(out)


def test_charges_print_every_line_with_rule_and_source(capsys):
    status, answer = run_json(capsys, *USUAL, "--on", "2026-03-19")
    assert status == 0
    assert (answer["total_cents"], answer["fine_cents"], answer["interest_cents"], answer["days_late"]) == (
        10230,
        200,
        30,
        10,
    )
    assert [line["kind"] for line in answer["lines"]] == ["principal", "fine", "interest"]
    assert all(line["rule"] and line["source"] for line in answer["lines"])
    assert sum(line["amount_cents"] for line in answer["lines"]) == answer["total_cents"]
    assert answer["problems"] == []


def test_charges_without_json_are_a_table(capsys):
    status, out, _ = run(capsys, *USUAL, "--on", "2026-03-19")
    assert status == 0
    assert "R$ 102,30" in out
    assert "1%/month-30" in out


@pytest.mark.parametrize(
    ("options", "total"),
    [
        (("--interest", "0.1%/day"), 10200 + 100),
        (("--interest", "12%/year-360"), 10200 + 30),
        (("--interest", "12%/year"), 10200 + 30),
        (("--interest", "15/day"), 10200 + 150),
        (("--interest", "15/day", "--interest-days", "business"), 10200 + 8 * 15),
        (("--interest", "1%"), 10230),
        (("--interest", "1,5%"), 10250),
        (("--fine", "150"), 10180),
        (("--abatement", "1000"), 9000 + 180 + 30),
        (("--rounding", "total-half-up"), 10233),
        (("--grace-days", "10"), 10000),
        (("--paid", "2026-03-09=4000"), 6000 + 120 + 20),
        (("--paid", "2026-03-19=230"), 10000),
        (("--paid", "2026-03-19=230", "--imputation", "principal-first"), 10000),
        (("--contract", "business", "--fine", "10%"), 11030),
        (("--cap-policy", "reduce", "--fine", "10%"), 10230),
    ],
)
def test_charges_follow_their_options(capsys, options, total):
    status, answer = run_json(capsys, *USUAL, "--on", "2026-03-19", *options)
    assert (status, answer["total_cents"]) == (0, total)


def test_where_no_rate_was_agreed_the_legal_rate_is_given_by_month(capsys):
    late = ("charges", "--face-cents", "310000", "--due", "2026-03-30", "--on", "2026-04-03")
    months = ("--legal-rate", "2026-03=0.62%", "--legal-rate", "2026-04=0,3")
    status, answer = run_json(capsys, *late, *months)
    assert (status, answer["interest_cents"]) == (0, 62 + 93)
    missing = run_json(capsys, *late, *months[:2])
    assert (missing[0], missing[1]["problems"][0]["code"]) == (2, "charges.legal_rate_missing")
    assert run_json(capsys, *late, *months, "--interest", "1%")[0] == 2
    assert run_json(capsys, *late, "--legal-rate", "March=1")[0] == 2


@pytest.mark.parametrize(
    ("options", "total"),
    [
        (("--discount", "5%@2026-03-02"), 9500),
        (("--discount", "5%@2026-03-02", "--discount", "800@2026-02-27"), 9200),
        (("--discount", "10/day"), 9890),
        (("--discount", "10/business-day"), 9930),
        (("--discount", "0.1%/day"), 9890),
    ],
)
def test_discounts_are_for_paying_early(capsys, options, total):
    status, answer = run_json(capsys, *USUAL, "--on", "2026-02-26", *options)
    assert (status, answer["total_cents"]) == (0, total)


@pytest.mark.parametrize(("rule", "interest"), [("law-7089", 3), ("stj-2022", 9), ("pix-cobv", 3), ("as-written", 9)])
def test_the_weekend_rule_is_named(capsys, rule, interest):
    # Due Saturday 2026-03-07, paid Tuesday.
    answer = run_json(capsys, *USUAL, "--due", "2026-03-07", "--on", "2026-03-10", "--weekend-rule", rule)[1]
    assert (answer["weekend_rule"]["rule"], answer["interest_cents"]) == (rule, interest)
    assert answer["weekend_rule"]["source"]


def test_a_local_holiday_moves_the_due_date_of_who_lives_there(capsys, tmp_path):
    table = tmp_path / "holidays.csv"
    table.write_text("place,day,name\n3550308,03-09,Feriado de teste\n", "utf-8")
    here = run_json(capsys, *USUAL, "--on", "2026-03-10", "--city", "3550308", "--holidays", str(table))[1]
    there = run_json(capsys, *USUAL, "--on", "2026-03-10", "--city", "3509502", "--holidays", str(table))[1]
    assert (here["payable_until"], here["total_cents"]) == ("2026-03-10", 10000)
    assert (there["payable_until"], there["total_cents"]) == ("2026-03-09", 10203)


def test_a_fine_above_the_law_is_refused_with_its_source(capsys):
    status, answer = run_json(capsys, *USUAL, "--on", "2026-03-19", "--fine", "2.5%")
    assert (status, answer["total_cents"]) == (2, None)
    assert answer["problems"][0]["code"] == "charges.fine_above_cap"
    assert "52 §1º" in answer["problems"][0]["message"]
    status, _, err = run(capsys, *USUAL, "--on", "2026-03-19", "--fine", "2.5%")
    assert status == 2
    assert "charges.fine_above_cap" in err


@pytest.mark.parametrize(
    "options",
    [
        ("--fine", "2.5"),
        ("--fine", "-1"),
        ("--interest", "1%/week"),
        ("--interest", "15"),
        ("--discount", "5%"),
        ("--discount", "5%@tomorrow"),
        ("--discount", "10/day", "--discount", "20/day"),
        ("--paid", "2026-03-10"),
        ("--paid", "10=10"),
        ("--uf", "XX"),
        ("--holidays", "/does/not/exist"),
    ],
)
def test_options_that_mean_nothing_are_refused(capsys, options):
    status, answer = run_json(capsys, *USUAL, "--on", "2026-03-19", *options)
    assert status == 2
    assert answer["problems"][0]["severity"] == "error"


def test_calendar_names_the_next_bank_day(capsys):
    assert run(capsys, "calendar", "next-bank-day", "2026-02-14")[:2] == (0, "2026-02-18\n")
    answer = run_json(capsys, "calendar", "next-bank-day", "2026-11-23")[1]
    assert (answer["next_bank_day"], answer["on_or_after"], answer["is_bank_day"]) == ("2026-11-24", "2026-11-23", True)


def test_calendar_says_whether_and_why_a_date_is_no_bank_day(capsys):
    status, answer = run_json(capsys, "calendar", "is-bank-day", "2026-11-20")
    assert status == 0
    assert answer == {
        "date": "2026-11-20",
        "is_bank_day": False,
        "holiday": "Dia Nacional de Zumbi e da Consciência Negra",
        "source": "Lei 14.759/2023, art. 1º",
        "problems": [],
    }
    assert run_json(capsys, "calendar", "is-bank-day", "2026-07-09")[1]["is_bank_day"]
    assert not run_json(capsys, "calendar", "is-bank-day", "2026-07-09", "--uf", "SP")[1]["is_bank_day"]
    assert not run_json(capsys, "calendar", "is-bank-day", "2026-12-31", "--year-end", "closed-31")[1]["is_bank_day"]


@pytest.mark.parametrize("day", ["2026-02-30", "20260228", "tomorrow", "2100-01-01"])
def test_calendar_refuses_what_is_no_date_it_knows(capsys, day):
    assert run(capsys, "calendar", "is-bank-day", day)[0] == 2


def test_contact_answers_with_the_rule_its_source_and_the_next_lawful_instant(capsys):
    status, answer = run_json(
        capsys, "calendar", "contact", "--uf", "SP", "--channel", "sms", "--at", "2026-11-21T20:00:00Z"
    )
    assert status == 0
    assert answer["allowed"] is False
    assert answer["source"] == "Lei 15.426/2014 (SP), art. 2º"
    assert "saturday: 08:00-14:00" in answer["rule"]
    assert answer["next_lawful_instant"] == "2026-11-23T11:00:00Z"
    assert answer["next_lawful_local_time"] == "2026-11-23T08:00:00-03:00"
    allowed = run_json(
        capsys, "calendar", "contact", "--uf", "SP", "--channel", "sms", "--at", "2026-11-23T10:00:00-03:00"
    )[1]
    assert (allowed["allowed"], allowed["next_lawful_instant"]) == (True, "2026-11-23T13:00:00Z")


def test_contact_knows_the_citys_holidays_zone_and_the_tenants_limits(capsys, tmp_path):
    table = tmp_path / "holidays.json"
    table.write_text(json.dumps([{"place": "2605459", "day": "11-23", "name": "Feriado da ilha"}]), "utf-8")
    where = ("calendar", "contact", "--city", "2605459", "--channel", "voice", "--at", "2026-11-23T12:00:00Z")
    free = run_json(capsys, *where)[1]
    assert (free["time_zone"], free["uf"], free["allowed"]) == ("America/Noronha", "PE", True)
    holiday = run_json(capsys, *where, "--holidays", str(table))[1]
    assert (holiday["allowed"], holiday["holiday"]) == (False, "Feriado da ilha")
    later = run_json(capsys, *where, "--limits", '{"weekday": "11:00-12:00"}')[1]
    assert later["next_lawful_instant"] == "2026-11-23T13:00:00Z"
    moved = run_json(capsys, *where, "--zone", "America/Rio_Branco")[1]
    assert (moved["allowed"], moved["time_zone"]) == (False, "America/Rio_Branco")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--uf", "SP", "--limits", '{"saturday": "08:00-16:00"}'), "contact.looser_than_law"),
        (("--uf", "SP", "--limits", "[]"), "contact.limits"),
        (("--uf", "SP", "--limits", "{"), "contact.limits"),
        (("--uf", "SP", "--zone", "Mars"), "zone.unknown"),
        (("--uf", "SP", "--city", "2605459"), "place.city_uf"),
        ((), "place.missing"),
    ],
)
def test_a_wrong_question_about_contact_is_refused(capsys, options, code):
    status, answer = run_json(
        capsys, "calendar", "contact", "--channel", "sms", "--at", "2026-11-23T12:00:00Z", *options
    )
    assert (status, answer["problems"][0]["code"]) == (2, code)


def test_contact_wants_an_instant_with_an_offset(capsys):
    assert run(capsys, "calendar", "contact", "--uf", "SP", "--channel", "sms", "--at", "2026-11-23T12:00:00")[0] == 2
