"""The hands of this process: providers, the key of links, and what was handed over but is not written down yet.

They are opened with the app and closed before its workers stop; due work finds them here, because no request carries
them. Whoever asks too early is told to come back.
"""

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, FastAPI

from chassis.clock import VirtualClock
from chassis.db import Database, Tx
from chassis.errors import TransientError
from chassis.metrics import Metrics
from chassis.ratelimit import RateLimit
from chassis.runtime import Runtime, pepper_of
from chassis.settings_source import revealed
from contracts.fields import Channel
from notifier.channels.base import Outcome, Provider
from notifier.channels.http import HttpMessages
from notifier.channels.smtp import Smtp
from notifier.domain import tokens
from notifier.domain.tokens import Kind, Token
from notifier.rendering.letters import Addresses
from notifier.settings import Settings

LINK_LIFE: Final = timedelta(days=180)
_REMEMBERED: Final = 10_000
_LAST_WAIT_SECONDS: Final = 4.0
_held: list["Parts"] = []


@dataclass
class Parts:
    """What handlers need beside the transaction."""

    database: Database
    settings: Settings
    providers: Mapping[Channel, Provider]
    token_key: bytes
    clock_moves: bool = True
    metrics: Metrics | None = None
    outcomes: "OrderedDict[UUID, Outcome]" = field(default_factory=OrderedDict)
    budget: RateLimit = field(default_factory=lambda: RateLimit(6_000))
    stopping: bool = False
    _in_flight: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """A hand-off is under way: the connections stay until it has ended."""
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    def remember(self, attempt_id: UUID, outcome: Outcome) -> None:
        """Keep what a provider answered until it is written down: a database in trouble must not make it unknown."""
        self.outcomes[attempt_id] = outcome
        while len(self.outcomes) > _REMEMBERED:
            self.outcomes.popitem(last=False)

    def soon(self, tx: Tx, seconds: float = 1.0) -> datetime:
        """A moment later; at once under a clock that does not move by itself."""
        return tx.now + timedelta(seconds=seconds) if self.clock_moves else tx.now

    def addresses(self, tenant_id: UUID, attempt_id: UUID, now: datetime) -> Addresses:
        """The links of an attempt."""
        expires_at, base = now + LINK_LIFE, self.settings.notifier_public_url.rstrip("/")

        def signed(kind: Kind, index: int = 0) -> str:
            return tokens.write(Token(tenant_id, attempt_id, kind, index), key=self.token_key, expires_at=expires_at)

        return Addresses(
            link=lambda index: f"{base}/c/{signed('link', index)}",
            pixel=f"{base}/o/{signed('pixel')}.gif",
            unsubscribe=f"{base}/u/{signed('unsubscribe')}",
        )

    def address_hash(self, address: str) -> str:
        """A keyed hash of a recipient's address, for evidence: equal addresses show, none can be guessed."""
        return hmac.digest(self.token_key, b"address " + address.strip().lower().encode(), hashlib.sha256).hex()

    def count(self, name: str, *labels: str) -> None:
        """Count one, where there are metrics."""
        if self.metrics is not None:
            self.metrics.add(name, *labels)

    async def close(self) -> None:
        """Begin nothing more, wait a while for what is under way, then let every provider's connections go."""
        self.stopping = True
        self._idle.clear()
        if self._in_flight:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WAIT_SECONDS):
                    await self._idle.wait()
        for provider in self.providers.values():
            await provider.close()


def current() -> Parts:
    """The hands of this process; raises `TransientError` before they are there."""
    if not _held:
        raise TransientError("starting", "The process is starting; try again.")
    return _held[-1]


def use(parts: Parts) -> None:
    """Take these hands from now on."""
    _held[:] = [parts]


def drop(parts: Parts) -> None:
    """These hands are no longer there."""
    if parts in _held:
        _held.remove(parts)


def token_key(settings: Settings) -> bytes:
    """The key of links and return addresses."""
    own = revealed(settings.notifier_token_key)
    return own.encode() if own is not None else hmac.digest(pepper_of(settings), b"notifier links", hashlib.sha256)


def providers_of(settings: Settings, key: bytes) -> dict[Channel, Provider]:
    """The ways out that settings name."""
    found: dict[Channel, Provider] = {}
    if settings.notifier_smtp_host:
        found["email"] = Smtp(
            host=settings.notifier_smtp_host,
            port=settings.notifier_smtp_port,
            sender=settings.notifier_smtp_from,
            bounce=lambda tenant, attempt: tokens.write_local_part(Token(tenant, attempt, "bounce"), key=key),
            reply=lambda tenant, attempt: tokens.write_local_part(Token(tenant, attempt, "reply"), key=key),
            starttls=settings.notifier_smtp_starttls,
            username=settings.notifier_smtp_user,
            password=revealed(settings.notifier_smtp_password),
            connections=settings.notifier_smtp_connections,
            timeout_seconds=settings.notifier_provider_timeout_seconds,
        )
    urls: tuple[tuple[Channel, str | None], ...] = (
        ("sms", settings.notifier_sms_url),
        ("whatsapp", settings.notifier_whatsapp_url),
    )
    for channel, url in urls:
        if url:
            found[channel] = HttpMessages(
                channel=channel,
                url=url,
                token=revealed(settings.notifier_provider_token),
                public_url=settings.notifier_public_url.rstrip("/"),
                timeout_seconds=settings.notifier_provider_timeout_seconds,
            )
    return found


def build(kit: Runtime) -> Parts:
    """The hands of a process with these parts."""
    settings = kit.settings
    if not isinstance(settings, Settings):
        raise TypeError("notifier runs with its own settings")
    key = token_key(settings)
    return Parts(
        database=kit.database,
        settings=settings,
        providers=providers_of(settings, key),
        token_key=key,
        clock_moves=not isinstance(kit.clock, VirtualClock),
        metrics=kit.metrics,
        budget=RateLimit(settings.notifier_public_per_minute),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts = build(app.state.kit)
    use(parts)
    try:
        yield
    finally:
        drop(parts)
        await parts.close()


router = APIRouter(lifespan=_lifespan)
"""No route: it opens and closes the hands together with the app."""
