"""Request budgets per principal, and per address for failed credentials: a sliding window of one minute.

Counters live in the process, so a budget is per process and is forgotten on restart; a global budget belongs to the
gateway. The answer is 429 with `Retry-After` and the draft `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers).
"""

from typing import ClassVar

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from chassis.errors import ServiceError


class RateLimitedError(ServiceError):
    """The budget of this minute is used up; `limit` is the budget."""

    kind: ClassVar[str] = "overloaded"

    def __init__(self, *, limit: int, retry_after_seconds: int):
        super().__init__(
            "rate-limited",
            f"More than {limit} requests in a minute: wait for Retry-After seconds.",
            retry_after_seconds=retry_after_seconds,
        )
        self.limit = limit


class RateLimit:
    """A budget of `per_minute` requests for each name."""

    def __init__(self, per_minute: int):
        self._per_minute = per_minute
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def take(self, name: str) -> None:
        """Count one request; raises `RateLimitedError` when the budget is used up."""
        if await self._limiter.hit(self._item, name):
            return
        raise RateLimitedError(limit=self._per_minute, retry_after_seconds=10)
