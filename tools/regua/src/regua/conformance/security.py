"""How to reach the Kafka that the environment names: the same `KAFKA_SECURITY_*` settings as a service's."""

from collections.abc import Mapping
from typing import Any

from regua.stack.errors import StackError


def security_from(env: Mapping[str, str]) -> Mapping[str, Any]:
    """The client arguments for TLS and SASL; empty when none is set. Raises `StackError` with the remedy."""
    if not any(name.startswith("KAFKA_SECURITY_") for name in env):
        return {}
    from chassis.runtime import kafka_security
    from chassis.settings import ServiceSettings
    from chassis.settings_source import SettingsError

    try:
        # Only the Kafka part is read; a service's other needs are given values that nothing here opens.
        settings = ServiceSettings.load(
            regua_env="development",
            regua_clock="system",
            database_url="postgresql://nobody@127.0.0.1/none",
            kafka_bootstrap=env.get("KAFKA_BOOTSTRAP", "127.0.0.1:9092"),
        )
    except SettingsError as error:
        raise StackError(str(error)) from None
    return kafka_security(settings)
