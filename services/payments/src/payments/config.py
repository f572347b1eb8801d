"""The settings of this process, where no request carries them: due work and consumers."""

import hashlib
import hmac

from chassis.runtime import pepper_of
from chassis.settings import ServiceSettings
from chassis.settings_source import revealed
from payments.settings import Settings

_held: list[Settings] = []


def settings() -> Settings:
    """The process's settings, read from the environment at the first call; raises `SettingsError`."""
    if not _held:
        _held.append(Settings.load())
    return _held[0]


def use(chosen: Settings) -> None:
    """Take these settings instead of the environment's."""
    _held[:] = [chosen]


def adopt(running: ServiceSettings) -> None:
    """Take the settings that the API runs with, unless others are in use."""
    if not _held and isinstance(running, Settings):
        use(running)


def tax_id_hash(number: str) -> str:
    """The keyed hash under which a payer's tax id is compared; the number itself is stored nowhere."""
    own = revealed(settings().payments_tax_id_key)
    key = own.encode() if own is not None else hmac.digest(pepper_of(settings()), b"payments tax ids", hashlib.sha256)
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()
