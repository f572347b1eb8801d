"""Which event calls which handler of analytics."""

from chassis.consumer import Subscriptions

subscriptions = Subscriptions("analytics")
