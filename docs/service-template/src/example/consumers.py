"""Which event calls which handler of example."""

from collections.abc import Sequence

from contracts.example import EntryRecorded

from chassis.consumer import Subscriptions
from chassis.db import Tx
from contracts.envelope import Envelope
from example import handlers

subscriptions = Subscriptions("example")


@subscriptions.on_batch(EntryRecorded)
async def entry_recorded(tx: Tx, events: Sequence[Envelope[EntryRecorded]]) -> None:
    await handlers.apply(tx, [event.data for event in events])
