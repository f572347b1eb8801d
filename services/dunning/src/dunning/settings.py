"""Settings of dunning beyond what every service has; their names begin with DUNNING_."""

from typing import ClassVar

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of dunning."""

    service: ClassVar[str] = "dunning"
