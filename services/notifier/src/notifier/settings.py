"""Settings of notifier beyond what every service has; their names begin with NOTIFIER_."""

from typing import ClassVar

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of notifier."""

    service: ClassVar[str] = "notifier"
