"""Applies events to the service's own database: each exactly once in effect, per key in order."""

from chassis.consumer.loop import Consumer, ConsumerStatus
from chassis.consumer.subscriptions import Subscriptions

__all__ = ["Consumer", "ConsumerStatus", "Subscriptions"]
