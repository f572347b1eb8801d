"""The demo's platform taken up again, by a later command."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chassis.clock import ClockError, VirtualClock
from chassis.ids import RandomIds
from regua.demo import keys
from regua.demo.api import Api
from regua.demo.outside import names, read_outside
from regua.demo.platform import Platform
from regua.demo.run import Run
from regua.demo.tailing import bootstrap_of
from regua.demo.tenant import Tenant
from regua.demo.topics import TopicReader
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.table import running_services


def platform_of(home: Home) -> Platform:
    """The platform that runs in a home; raises `StackError`."""
    try:
        clock = VirtualClock(home.clock_file)
    except ClockError as error:
        raise StackError(str(error)) from None
    return Platform(
        home=home,
        clock=clock,
        services=running_services(home),
        database_urls={},
        kafka_bootstrap=bootstrap_of(home),
        outside=read_outside(home.root),
        simulators=names(with_debtors=True),
    )


@asynccontextmanager
async def resumed(home: Home, say: Callable[[str], None]) -> AsyncIterator[Run]:
    """The run of the home, ready to live on; raises `StackError` when none was set up or it does not run."""
    platform = platform_of(home)
    kept = keys.read(home)
    ids = RandomIds()
    apis = {name: Api(url, kept.keys[name], ids) for name, url in platform.services.items()}
    tenant = Tenant(kept.tenant_id, apis, kept.keys)
    try:
        async with platform, TopicReader(platform.kafka_bootstrap, from_now=True) as reader:
            yield Run(platform, tenant, reader, keys.read_accounts(home), say)
    finally:
        await tenant.close()
