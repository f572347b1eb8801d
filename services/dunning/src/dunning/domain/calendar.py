"""Bank working days as the régua counts them: the national clearing calendar and the debtor's own holidays."""

from datetime import date
from functools import lru_cache

from brasil.calendar import BankCalendar
from dunning.domain.plan import AddBankDays


@lru_cache(maxsize=8192)
def bank_days(uf: str, city: str) -> AddBankDays:
    """How to count bank working days for a debtor of that state and city (IBGE code)."""
    calendar = BankCalendar(uf=uf, city=city or None)

    def add(day: date, count: int) -> date:
        first = calendar.same_or_next(day)
        return calendar.add(first, count) if count else first

    return add
