"""Which event calls which handler of dunning."""

from chassis.consumer import Subscriptions

subscriptions = Subscriptions("dunning")
