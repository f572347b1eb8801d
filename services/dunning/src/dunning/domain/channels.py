"""Which channels a step may use for this debtor, the preferred one first."""

from dataclasses import dataclass
from uuid import UUID

from dunning.domain.facts import DebtorFacts
from dunning.domain.policy import Channel, Step


@dataclass(frozen=True)
class ChosenChannel:
    """A channel and the debtor's contact point on it."""

    channel: Channel
    contact_id: UUID


def channels_for(*, step: Step, debtor: DebtorFacts) -> tuple[ChosenChannel, ...]:
    """The step's channels that the debtor has and has not closed: a channel they prefer first, then the régua's order.

    On one channel the contact point marked preferred comes before the others, and only one is taken.
    """
    found = []
    for rank, channel in enumerate(step.channels):
        points = [point for point in debtor.contacts if point.channel is channel and point.allowed]
        if points:
            best = min(points, key=lambda point: (not point.preferred, str(point.contact_id)))
            found.append((not best.preferred, rank, ChosenChannel(channel, best.contact_id)))
    return tuple(chosen for _, _, chosen in sorted(found, key=lambda item: item[:2]))
