"""Settings of invoicing beyond what every service has; their names begin with INVOICING_."""

from typing import ClassVar

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of invoicing."""

    service: ClassVar[str] = "invoicing"
