"""What debtors read and decide: pure, the same for the same seed, and different by profile."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from simulators.debtors.habits import BRASILIA, Plan, Seen, handling, paying, reacting, words, wrong_amount_cents
from simulators.debtors.memory import Memory, body_of, plan_of
from simulators.debtors.population import Debt, Debtor, match, read_population
from simulators.debtors.portfolio import write_portfolio
from simulators.debtors.profiles import Profile
from simulators.debtors.reading import read_mail, read_text
from simulators.outside.journal import Entry
from simulators.psp import br_code

LINE = "34191101213456788005871234570001616670000012345"
DUE = date(2026, 3, 10)


def debtor(profile: Profile, name: str = "C-1") -> Debtor:
    debt = Debt(f"F-{name}/1", "NF 1", DUE, 10_000)
    return Debtor(name, "52998224725", f"{name}@example.com", "+5511990000012", False, profile, (debt,))


def seen(day: date, channel: str = "email") -> Seen:
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=13)
    return Seen(f"slot/{day}/{channel}", "m1", channel, at, can_unsubscribe=True, has_links=True)  # type: ignore[arg-type]


def plans_of(profile: Profile, days_late: int, count: int = 400) -> list[list[Plan]]:
    people = [debtor(profile, f"C-{number}") for number in range(count)]
    return [reacting(1, one, one.debts[0], seen(DUE + timedelta(days_late))) for one in people]


def test_a_mail_is_read_for_lines_codes_links_pictures_and_its_way_out() -> None:
    code = br_code.dynamic("pix.psp.example/qr/v2/cobv/abc", "Escola Bê-á-bá", "São Paulo")
    text = (
        f"Pix copia e cola:\n{code}\nLinha digitável: 34191.10121 34567.880058 71234.570001 6 16670000012345\n{LINE}\n"
    )
    html = (
        '<p><a href="http://n/c/pay">Pagar</a><a href="http://n/u/1">Sair</a></p>'
        '<div style="display: none"><b><a href="http://n/c/trap">.</a></b></div><img src="http://n/o/1.gif"><br>'
        '<a href="http://n/c/boleto">Boleto</a><a href="mailto:x@example.com">x</a>'
    )
    found = read_mail(text, html, {"list-unsubscribe": "<mailto:o@example.com>, <http://n/u/1>"})
    assert found.lines == (LINE,)
    assert found.codes == (code,)
    assert found.links == ("http://n/c/pay", "http://n/c/boleto")
    assert found.pixels == ("http://n/o/1.gif",)
    assert found.way_out == "http://n/u/1"
    broken = read_text(f"{code[:-1]}0 veja http://n/c/x. Até mais")
    assert (broken.codes, broken.links, broken.receipt) == ((), ("http://n/c/x",), False)
    assert read_text("Olá, Ana. Recebemos o seu pagamento de R$ 10,00. Obrigado!").receipt
    assert not read_text(f"Recebemos só uma parte. Linha: {LINE}").receipt


def test_a_bill_is_known_by_day_and_amount_or_by_its_document(tmp_path: Path) -> None:
    write_portfolio(tmp_path / "p.csv", customers=60, invoices=200, seed=1, start=date(2026, 3, 2))
    population = read_population(tmp_path / "p.csv", 1)
    assert sum(len(one.debts) for one in population.debtors) == 200
    for one in population.debtors:
        assert population.by_address[one.email] is one
        for debt in one.debts:
            found = match(one, due_on=debt.due_on, amount_cents=debt.amount_cents, document_number=None)
            assert found is not None
            assert (found.due_on, found.amount_cents) == (debt.due_on, debt.amount_cents)
    mine = debtor("tight")
    assert match(mine, due_on=date(2026, 5, 1), amount_cents=1, document_number="NF 1") == mine.debts[0]
    assert match(mine, due_on=date(2026, 5, 1), amount_cents=1, document_number="NF 2") is None


def test_the_punctual_pay_by_the_due_date_without_being_told() -> None:
    for number in range(200):
        one = debtor("punctual", f"C-{number}")
        for plan in paying(1, one, one.debts[0], date(2026, 3, 1)):
            assert plan.kind.startswith("pay_")
            assert DUE - timedelta(3) <= plan.due_at.astimezone(BRASILIA).date() <= DUE


def test_the_forgetful_pay_only_after_a_message_and_never_before_the_due_date() -> None:
    assert not any(paying(1, debtor("forgetful"), debtor("forgetful").debts[0], DUE))
    assert not any(plans_of("forgetful", -5))
    moved = [plans for plans in plans_of("forgetful", 1) if plans]
    assert 150 < len(moved) < 300
    assert all(plan.due_at.astimezone(BRASILIA).date() >= DUE for plans in moved for plan in plans)


def test_the_tight_promise_once_and_most_keep_it() -> None:
    answers = [plans for plans in plans_of("tight", 3) if plans[0].kind == "promise"]
    kept = 0
    for promise, *payments in answers:
        promised = date.fromisoformat(promise.note)
        paid = payments[0].due_at.astimezone(BRASILIA).date()
        assert DUE < promised <= paid
        kept += promised == paid
    assert 0.65 < kept / len(answers) < 0.85
    again = reacting(1, debtor("tight"), debtor("tight").debts[0], seen(DUE + timedelta(7)))
    first = reacting(1, debtor("tight"), debtor("tight").debts[0], seen(DUE + timedelta(3)))
    assert [plan.key for plan in again] == [plan.key for plan in first]


def test_the_disputing_contest_and_strangers_say_so() -> None:
    assert {plans[0].kind for plans in plans_of("disputing", 1)} == {"dispute"}
    told = [handling(1, debtor("wrong_address", f"C-{number}"), seen(DUE, "sms")) for number in range(3)]
    assert all(plan.kind == "wrong_person" for plans in told for plan in plans)


def test_an_opened_mail_is_clicked_after_it_was_opened_and_opted_out_of_rarely() -> None:
    kinds: dict[str, int] = {}
    for number in range(1_000):
        one = replace(seen(DUE), name=f"slot/{number}")
        plans = {plan.kind: plan for plan in handling(1, debtor("tight", f"C-{number}"), one)}
        for kind in plans:
            kinds[kind] = kinds.get(kind, 0) + 1
        if "click" in plans:
            assert plans["open"].due_at < plans["click"].due_at
    assert 650 < kinds["open"] < 790
    assert 180 < kinds["click"] < 320
    assert 1 <= kinds["unsubscribe"] < 30


def test_the_same_seed_decides_alike_and_another_one_otherwise() -> None:
    people = [debtor("forgetful", f"C-{number}") for number in range(50)]
    runs = [[reacting(seed, one, one.debts[0], seen(DUE)) for one in people] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_what_is_written_fits_the_debtors_language() -> None:
    plan = Plan("k", "promise", datetime(2026, 3, 10, tzinfo=UTC), "C-1", note="2026-03-15")
    assert words(debtor("tight"), plan) == "Bom dia, vou pagar no dia 15/03/2026."
    assert words(replace(debtor("tight"), english=True), plan) == "I will pay on 2026-03-15."


def test_a_slip_is_short_over_or_without_cents_but_never_nothing() -> None:
    slips = {wrong_amount_cents(1, f"F-{number}", 12_345) for number in range(50)}
    assert slips == {11_111, 12_845, 12_300}
    assert wrong_amount_cents(1, "F-1", 7) > 0


def test_a_plan_is_kept_once_and_comes_back_from_the_journal() -> None:
    memory, plan = Memory(), Plan("open/x", "open", datetime(2026, 3, 10, tzinfo=UTC), "C-1", "m1")
    assert plan_of(plan.key, body_of(plan)) == plan
    (fact,) = memory.new([plan, plan])
    memory.apply(Entry(1, plan.due_at, *fact))
    assert memory.new([plan]) == []
    assert [waiting.plan for waiting in memory.due(plan.due_at)] == [plan]
    memory.apply(Entry(2, plan.due_at, "act.done", plan.key, {"kind": "open", "paid": None}))
    assert (memory.new([plan]), memory.due(plan.due_at)) == ([], [])
