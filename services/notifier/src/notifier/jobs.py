"""What each process looks after by itself: how many hand-offs nobody knows about."""

from typing import Final

from chassis.runtime import Runtime
from notifier.store import attempts

UNKNOWN_EVERY_SECONDS: Final = 15.0


async def count_unknown(kit: Runtime) -> None:
    """Show how many hand-offs of all tenants are unknown."""
    async with kit.database.unit_of_work(tenant_id=None, commit=False, name="unknown") as tx:
        kit.metrics.set("regua_handoff_unknown", await attempts.count_unknown(tx))
