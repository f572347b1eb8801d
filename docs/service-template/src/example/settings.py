"""Settings of example beyond what every service has; their names begin with EXAMPLE_."""

from typing import ClassVar

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of example."""

    service: ClassVar[str] = "example"

    example_note_length: int = Field(200, ge=1, le=2_000, description="longest note in characters")
