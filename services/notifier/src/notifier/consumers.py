"""Which event calls which handler of notifier."""

from chassis.consumer import Subscriptions

subscriptions = Subscriptions("notifier")
