"""Settings of analytics beyond what every service has; their names begin with ANALYTICS_."""

from typing import ClassVar

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of analytics."""

    service: ClassVar[str] = "analytics"
