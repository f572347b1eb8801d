"""The background of one process: relay, consumer, schedules and jobs, each started again after it fails.

A worker that dies is a bug or a lost part of the outside: it is logged, counted, makes the service unready, and starts
again after a growing pause. Stopping is one event for all; each finishes and commits what it has begun within the
grace time, and is cancelled after it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from chassis import idempotency, preflight, sampling
from chassis.clock import monotonic_seconds
from chassis.consumer import Consumer
from chassis.ids import jitter
from chassis.quiescence import Quiescence
from chassis.relay import Relay
from chassis.retry import RetryPolicy
from chassis.runtime import Runtime
from chassis.sampling import Sampler
from chassis.schedules import Scheduler
from chassis.settings_source import SettingsError

if TYPE_CHECKING:
    from chassis.service import Service

_log = structlog.get_logger("chassis.workers")
_LONGEST_PAUSE_SECONDS: Final = 30.0
_STALL_EVERY_SECONDS: Final = 0.5

Run = Callable[[asyncio.Event], Awaitable[None]]


@dataclass
class Worker:
    """One background task: `run` returns when its event is set; `failures` counts deaths since it last lived long."""

    name: str
    run: Run
    failures: int = 0
    alive: bool = False


class Crew:
    """All workers of one process."""

    def __init__(self, service: "Service", parts: Runtime):
        self._service = service
        self._parts = parts
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.workers: dict[str, Worker] = {}
        self.refused: SettingsError | None = None
        self.relay: Relay | None = None
        self.consumer: Consumer | None = None
        self.scheduler: Scheduler | None = None
        self.sampler: Sampler | None = None
        self._quiescence: Quiescence | None = None

    def dead(self) -> list[str]:
        """The names of workers that should run and do not."""
        return [worker.name for worker in self.workers.values() if not worker.alive]

    async def start(self) -> None:
        """Check what must be checked before anything is accepted, then start the workers."""
        try:
            await preflight.check(self._parts)
        except SettingsError as error:
            self.refused = error
            raise
        self._hire()
        for worker in self.workers.values():
            self._tasks.append(asyncio.create_task(self._supervise(worker), name=worker.name))

    async def stop(self) -> None:
        """Let every worker finish within the grace time; then cancel what is left."""
        self._stop.set()
        if self._quiescence is not None:
            await self._quiescence.close()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=self._parts.settings.http_grace_seconds * 0.5)
        for task in late:
            _log.warning("worker did not stop in time", worker=task.get_name())
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def quiescence(self) -> Mapping[str, Any]:
        """Whether this service has nothing left to do, and if not, why."""
        if self._quiescence is None:
            self._quiescence = Quiescence(
                self._parts.database,
                self._parts.kafka,
                topics=self._service.topics,
                work=self._service.schedules,
                relay=self.relay,
                consumer=self.consumer,
                scheduler=self.scheduler,
            )
        report = await self._quiescence.report()
        return {"service": self._service.name, **report.as_json()}

    def _hire(self) -> None:
        settings, database, kafka = self._parts.settings, self._parts.database, self._parts.kafka
        if settings.workers:
            self.relay = relay = Relay(
                database,
                kafka,
                chunk_rows=settings.relay_batch,
                watermark_interval_seconds=settings.watermark_interval,
                sources=self._service.sources,
            )
            self._add("relay", relay.run)
        if settings.workers and self._service.topics:
            self.consumer = consumer = self._consumer()
            self._add("consumer", consumer.run)
        if settings.workers and self._service.schedules is not None:
            self.scheduler = Scheduler(database, self._service.schedules)
            self._add("schedules", self.scheduler.run)
        self.sampler = Sampler(
            self._parts,
            relay=self.relay,
            consumer=self.consumer,
            scheduler=self.scheduler,
            work=self._service.schedules,
        )
        self._add("sampler", self._sample)
        for job in (*_own_jobs(), *self._service.jobs):
            self._add(f"job {job.name}", _repeat(job.every_seconds, job.run, self._parts))
        self._add("stall probe", self._watch_loop)

    def _consumer(self) -> Consumer:
        settings = self._parts.settings
        assert self._service.subscriptions is not None  # noqa: S101 - asked before
        return Consumer(
            self._parts.database,
            self._service.subscriptions,
            self._parts.kafka,
            batch_events=settings.consumer_batch,
            policy=RetryPolicy(give_up_after_seconds=settings.consumer_retry_seconds),
            starts_limit=settings.consumer_max_starts,
            parked_keys_limit=settings.consumer_parked_limit,
            instance_id=settings.kafka_group_instance_id,
            session_timeout_seconds=settings.kafka_session_timeout_ms / 1000,
            max_poll_interval_seconds=settings.kafka_max_poll_interval_ms / 1000,
            stall_seconds=settings.consumer_age_limit_seconds,
        )

    async def _sample(self, stop: asyncio.Event) -> None:
        sampler = self.sampler
        while sampler is not None and not stop.is_set():
            await sampler.sample()
            await _sleep(stop, sampling.EVERY_SECONDS)

    def _add(self, name: str, run: Run) -> None:
        self.workers[name] = Worker(name, run)

    async def _supervise(self, worker: Worker) -> None:
        while not self._stop.is_set():
            started = monotonic_seconds()
            worker.alive = True
            try:
                await worker.run(self._stop)
            except asyncio.CancelledError as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                # Nobody asked for it: a stray cancellation out of a library is a death like any other.
                _log.error("worker failed", worker=worker.name, exc_info=error)
            except Exception as error:  # noqa: BLE001 - whatever killed it, it is started again and seen
                _log.error("worker failed", worker=worker.name, exc_info=error)
            finally:
                worker.alive = False
            if self._stop.is_set():
                return
            self._parts.metrics.add("regua_task_restarts", worker.name)
            worker.failures = worker.failures + 1 if monotonic_seconds() - started < 60 else 1
            pause = min(_LONGEST_PAUSE_SECONDS, 0.5 * 2.0**worker.failures) * (0.5 + jitter() / 2)
            await _sleep(self._stop, pause)

    async def _watch_loop(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            before = monotonic_seconds()
            await _sleep(stop, _STALL_EVERY_SECONDS)
            late = monotonic_seconds() - before - _STALL_EVERY_SECONDS
            self._parts.metrics.observe("regua_event_loop_stall_seconds", max(0.0, late))


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def _repeat(every_seconds: float, run: Callable[[Runtime], Awaitable[Any]], parts: Runtime) -> Run:
    async def forever(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await _sleep(stop, every_seconds * (0.9 + jitter() / 5))
            if not stop.is_set():
                await run(parts)

    return forever


def _own_jobs() -> tuple[Any, ...]:
    from chassis.service import Job

    return (
        Job("key use", 60, lambda parts: parts.keys.write_last_used()),
        Job("idempotency expiry", 3_600, lambda parts: idempotency.forget_old(parts.database)),
    )
