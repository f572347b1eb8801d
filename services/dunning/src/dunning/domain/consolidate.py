"""Several invoices of one debtor whose steps fall together become one message, spoken at the highest step."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dunning.domain.channels import ChosenChannel
from dunning.domain.decide import Decision
from dunning.domain.policy import Policy, Step, step_rank


@dataclass(frozen=True)
class Decided:
    """A case's decision, the invoice it is about, and the steps that its debtor has heard about it."""

    case_id: UUID
    invoice_id: UUID
    decision: Decision
    heard: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OneMessage:
    """One message to one debtor about one or several invoices."""

    step: Step
    channels: tuple[ChosenChannel, ...]
    invoice_ids: tuple[UUID, ...]
    case_ids: tuple[UUID, ...]


def consolidate(*, decided: Sequence[Decided], policy: Policy) -> tuple[OneMessage, ...]:
    """The messages that leave for one debtor now: one in all, or one an invoice where the régua says so.

    Only decisions to send a message count; tasks for a person are made one by one elsewhere. The step that stands
    last in the régua sets tone, template and channels, because a debtor hears one voice at a time. An invoice that
    was named under that step before, beside another one, is left out and waits: nobody hears a step twice.
    """
    sending = [
        item
        for item in decided
        if item.decision.outcome == "action"
        and item.decision.step is not None
        and item.decision.step.action == "message"
    ]
    if not sending:
        return ()
    groups = [sending] if policy.consolidate else [[item] for item in sending]
    return tuple(_one(group, policy) for group in groups)


def _one(group: Sequence[Decided], policy: Policy) -> OneMessage:
    def rank(item: Decided) -> int:
        return step_rank(policy, item.decision.step.key) if item.decision.step is not None else -1

    highest = max(group, key=lambda item: (rank(item), str(item.invoice_id)))
    assert highest.decision.step is not None  # noqa: S101 - consolidate() kept only decisions that name a step
    spoken = highest.decision.step.key
    ordered = sorted((item for item in group if spoken not in item.heard), key=lambda item: str(item.invoice_id))
    return OneMessage(
        step=highest.decision.step,
        channels=highest.decision.channels,
        invoice_ids=tuple(item.invoice_id for item in ordered),
        case_ids=tuple(item.case_id for item in ordered),
    )
