"""Which event calls which handler of invoicing."""

from chassis.consumer import Subscriptions

subscriptions = Subscriptions("invoicing")
