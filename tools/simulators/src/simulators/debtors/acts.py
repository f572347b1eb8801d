"""How each planned act is done, and what became of it."""

from dataclasses import dataclass
from datetime import date

from simulators.debtors import habits
from simulators.debtors.habits import Plan
from simulators.debtors.memory import Means, Memory
from simulators.debtors.population import Population, match
from simulators.debtors.world import PREFETCHER, Hands

NOBODY_ANSWERED = 599


@dataclass(frozen=True, slots=True)
class Result:
    """`final`: it failed and will not be tried again. `paid` is the debt that money was given for."""

    done: bool
    why: str = ""
    final: bool = False
    paid: str | None = None


class Acts:
    """Acts of one tick."""

    def __init__(self, seed: int, memory: Memory, population: Population, hands: Hands):
        self._seed = seed
        self._memory = memory
        self._population = population
        self._hands = hands

    async def do(self, plan: Plan) -> Result:
        """Do it; a payment looks for another way if the planned one is closed."""
        match plan.kind:
            case "pay_pix" | "pay_boleto" | "pay_wrong_amount":
                return await self._pay(plan)
            case "promise" | "dispute" | "says_paid" | "wrong_person" | "stop":
                return await self._answer(plan)
            case "open" | "prefetch" | "click" | "unsubscribe":
                return await self._touch(plan)
            case "read":
                return _told(await self._hands.read(plan.subject))

    # payments

    async def _pay(self, plan: Plan) -> Result:
        debt_key = plan.debt
        twice = len(habits.route_kinds(self._seed, debt_key)) > 1
        if debt_key in self._memory.paid and not twice:
            return Result(done=False, why="paid already", final=True)
        means = await self._means(plan)
        ways = [self._pix, self._boleto] if plan.kind == "pay_pix" else [self._boleto, self._pix]
        why = "no way to pay is known"
        for way in ways[:1] if twice else ways:
            status = await way(plan, means)
            if status is None:
                continue
            if status < 300:
                return Result(done=True, paid=debt_key)
            why = f"refused with {status}"
        return Result(done=False, why=why)

    async def _pix(self, plan: Plan, means: Means) -> int | None:
        return await self._hands.pay_pix(means.txid, f"pix/{plan.debt}") if means.txid else None

    async def _boleto(self, plan: Plan, means: Means) -> int | None:
        if not means.line:
            return None
        amount_cents = None
        if plan.kind == "pay_wrong_amount":
            shown = await self._hands.boleto(means.line)
            due = int(shown["total_cents"]) if shown else 0
            amount_cents = habits.wrong_amount_cents(self._seed, plan.debt, due)
        return await self._hands.pay_boleto(means.line, f"boleto/{plan.debt}", amount_cents)

    async def _means(self, plan: Plan) -> Means:
        """What the debtor knows, or what its bank presents to it (DDA)."""
        known = self._memory.means.get(plan.debt, Means())
        if known.line or (known.txid and plan.kind == "pay_pix"):
            return known
        debtor = self._population.by_debt[plan.debt]
        for shown in await self._hands.presented(debtor.tax_id):
            debt = match(
                debtor,
                due_on=date.fromisoformat(shown["due_on"]),
                amount_cents=shown["amount_cents"],
                document_number=shown["document_number"],
            )
            if debt is not None and debt.key == plan.debt:
                return Means(shown["linha_digitavel"], known.txid)
        return known

    # messages

    async def _answer(self, plan: Plan) -> Result:
        debtor = self._population.by_id[plan.debtor]
        if plan.debt in self._memory.paid:
            return Result(done=False, why="paid meanwhile", final=True)
        channel = str(self._memory.seen[plan.subject]["channel"])
        return _told(await self._hands.answer(channel, plan.subject, habits.words(debtor, plan), plan.key))

    async def _touch(self, plan: Plan) -> Result:
        message = self._memory.seen[plan.subject]
        if plan.kind == "unsubscribe":
            return _told(await self._hands.unsubscribe(str(message["way_out"])))
        targets = message["links"][:1] if plan.kind == "click" else message["pixels"]
        if not targets:
            return Result(done=False, why="nothing to fetch", final=True)
        status = 200
        for target in targets:
            if plan.kind == "prefetch":
                status = max(status, await self._hands.visit(target, PREFETCHER))
            else:
                status = max(status, await self._hands.visit(target))
        return _told(status)


def _told(status: int) -> Result:
    """Redirects count as done; nobody answering is tried again, a refusal is not."""
    if status < 400:
        return Result(done=True)
    return Result(done=False, why=f"answered with {status}", final=400 <= status < 500 or status == NOBODY_ANSWERED)
