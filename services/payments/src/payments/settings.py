"""Settings of payments beyond what every service has; their names begin with PAYMENTS_."""

from typing import ClassVar

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of payments."""

    service: ClassVar[str] = "payments"
