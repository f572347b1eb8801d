"""The settings of this process, where no request carries them: due work and consumers."""

import base64
import hashlib
import hmac
from uuid import UUID

from chassis.runtime import pepper_of
from chassis.settings_source import revealed
from invoicing.settings import Settings

_held: list[Settings] = []


def settings() -> Settings:
    """The process's settings, read from the environment at the first call; raises `SettingsError`."""
    if not _held:
        _held.append(Settings.load())
    return _held[0]


def use(chosen: Settings) -> None:
    """Take these settings instead of the environment's."""
    _held[:] = [chosen]


def tax_id_key() -> bytes:
    """The secret of tax-id hashes."""
    own = revealed(settings().invoicing_tax_id_key)
    if own is not None:
        return own.encode()
    return hmac.digest(pepper_of(settings()), b"invoicing tax ids", hashlib.sha256)


def link_token(link_id: UUID) -> str:
    """The token of a response link: made of its id and a secret, so that it need not be kept anywhere."""
    secret = hmac.digest(pepper_of(settings()), b"invoicing response links", hashlib.sha256)
    return base64.urlsafe_b64encode(hmac.digest(secret, link_id.bytes, hashlib.sha256)).rstrip(b"=").decode()
