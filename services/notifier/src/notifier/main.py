"""The wiring of notifier, on a page."""

from pathlib import Path

from chassis.edge import UploadLimit
from chassis.metrics import Metric
from chassis.service import Job, Service
from notifier import api, consumers, due_work, jobs, parts
from notifier.domain.bounces import LONGEST_MAIL_BYTES
from notifier.settings import Settings

METRICS = (
    Metric("regua_notifier_gate", "counter", "Answers of the last gate.", ("act", "reason")),
    Metric("regua_notifier_held_stale", "counter", "Times a message was held because its facts were not fresh."),
    Metric("regua_notifier_unknown", "counter", "Hand-offs whose outcome nobody knew at first.", ("channel",)),
)

service = Service(
    name="notifier",
    title="Régua Notifier",
    description="Messages: templates, channels, tracking, suppression, evidence.",
    settings=Settings,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=(parts.router, api.router, api.public),
    subscriptions=consumers.subscriptions,
    schedules=due_work.schedules,
    uploads=(UploadLimit("/v1/inbound/mail", max_body_bytes=LONGEST_MAIL_BYTES, timeout_seconds=30),),
    metrics=METRICS,
    jobs=(Job("unknown hand-offs", jobs.UNKNOWN_EVERY_SECONDS, jobs.count_unknown),),
)
