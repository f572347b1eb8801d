"""Lawful contact hours: by state, channel, kind of day and holiday, in the debtor's own time zone."""

from brasil.contact.limits import TenantLimits
from brasil.contact.rule import Verdict, allowed
from brasil.contact.windows import STATE_RULES, Channel, ContactRule, Week, Window, rule_for
from brasil.contact.zones import named_zone, zone_of

__all__ = [
    "STATE_RULES",
    "Channel",
    "ContactRule",
    "TenantLimits",
    "Verdict",
    "Week",
    "Window",
    "allowed",
    "named_zone",
    "rule_for",
    "zone_of",
]
