"""Which event calls which handler of payments."""

from chassis.consumer import Subscriptions

subscriptions = Subscriptions("payments")
