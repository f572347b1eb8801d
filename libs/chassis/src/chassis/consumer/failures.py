"""How a run of records can fail inside the consumer."""

from chassis.consumer.items import Item


class HandlerFailedError(Exception):
    """A handler raised (the cause); `item` is the event it was working on, None if it was given several."""

    def __init__(self, item: Item | None):
        super().__init__("handler failed")
        self.item = item


class HandlerOverdueError(Exception):
    """A handler did not end within its deadline and was cancelled."""


class ParkingLimitError(Exception):
    """More keys would be parked than the limit allows: something is wrong with more than single events."""
