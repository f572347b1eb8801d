"""Pix: webhooks are hints, the PSP's own word is asked for; a sweep finds what no webhook told."""

import asyncio
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from brasil.errors import BrasilError
from brasil.pix.received import ReceivedPix, Refund, parse_webhook
from chassis.db import Tx
from chassis.errors import InvalidError
from chassis.schedules import Plan, Work
from payments import config, psp
from payments.domain.incoming import Incoming, SourceKind
from payments.due_work import CONFIRM_PIX, POLL_PIX, put_off, schedules
from payments.handlers import posting, refunds, reversing
from payments.store import accounts, freshness, locks, raw_events, receipts
from payments.store.accounts import Account

SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
_log = structlog.get_logger("payments.pix")
_AT_ONCE: Final = 32
_PIECE: Final = 500
_MOST_UNKNOWN: Final = 6
_LONGEST_WINDOW: Final = timedelta(days=1)


@dataclass(frozen=True)
class Caller:
    """What a webhook's caller showed: a token, or the certificate that a proxy in front of us checked."""

    token: str | None
    certificate_sha256: str | None


async def is_known(tx: Tx, account_id: UUID, caller: Caller) -> UUID | None:
    """The tenant of the account's webhook if the caller may use it, else None (an unknown account looks the same)."""
    route = await accounts.webhook_route(tx, account_id)
    if route is None:
        return None
    expected, certificate = route["token_hash"], route["certificate_sha256"]
    by_token = expected is not None and caller.token is not None
    if by_token and hmac.compare_digest(expected, sha256((caller.token or "").encode()).digest()):
        return UUID(str(route["tenant_id"]))
    shown = caller.certificate_sha256 if config.settings().payments_trust_certificate_header else None
    if certificate is not None and shown is not None and hmac.compare_digest(certificate.encode(), _lowered(shown)):
        return UUID(str(route["tenant_id"]))
    return None


def _lowered(shown: str) -> bytes:
    return shown.lower().encode(errors="replace")


async def take_webhook(tx: Tx, account_id: UUID, *, headers: Mapping[str, str], body: bytes) -> int:
    """Keep the raw bytes and plan to ask the PSP about each Pix; returns how many there are.

    Raises `InvalidError` if the body is not what API Pix sends; the bytes are not kept then.
    """
    try:
        told = parse_webhook(body)
    except BrasilError as error:
        raise InvalidError("webhook-body", f"The body is not a Pix webhook of API Pix 2.9 ({error.code}).") from None
    # Each webhook has work of its own: one that is under way would have to be waited for.
    occurrence = (await raw_events.add(tx, account_id=account_id, headers=headers, body=body)).hex
    payload = {"account_id": str(account_id), "attempt": 0}
    await schedules.at_many(tx, [Plan(CONFIRM_PIX, one.end_to_end_id, tx.now, payload, occurrence) for one in told])
    return len(told)


async def confirm(tx: Tx, works: Sequence[Work]) -> None:
    """Ask the PSP about each announced Pix, post what is true, and ask again later about what it did not answer."""
    if await put_off(tx, works):
        return
    async with psp.connected(config.settings()) as api:
        answers = await _ask_all(api, [work.subject for work in works], seconds=locks.ask(tx))
    known = await _accounts_of(tx, works)
    told: dict[str, tuple[ReceivedPix, Account]] = {}
    later: list[Plan] = []
    for work in works:
        answer = answers.get(work.subject)
        account = known.get(str(work.payload.get("account_id")))
        if account is None:
            continue
        attempt = int(work.payload.get("attempt", 0))
        if isinstance(answer, ReceivedPix):
            if _ours(answer, account):
                told[work.subject] = (answer, account)
        elif answer is not _UNKNOWN or attempt < _MOST_UNKNOWN:
            # The PSP is away, or announced the Pix before its own query side knows it.
            pause = timedelta(seconds=min(600, 5 * 2 ** min(attempt, 8)))
            payload = {"account_id": str(account.account_id), "attempt": attempt + 1}
            later.append(Plan(CONFIRM_PIX, work.subject, tx.now + pause, payload, work.occurrence))
    await schedules.at_many(tx, later)
    await post_all(tx, list(told.values()), source_kind="pix_webhook")


_UNKNOWN: Final = object()
_AWAY: Final = object()


async def _ask_all(api: psp.Psp | None, ids: Sequence[str], *, seconds: float) -> dict[str, object]:
    """What the PSP says of each: the Pix, that it knows none, or nothing at all."""
    answers: dict[str, object] = dict.fromkeys(ids, _AWAY)
    if api is None:
        return answers
    free = asyncio.Semaphore(_AT_ONCE)

    async def ask(end_to_end_id: str) -> None:
        async with free:
            try:
                found = await api.pix(end_to_end_id)
            except psp.PspAwayError:
                return
            answers[end_to_end_id] = _UNKNOWN if found is None else found

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for end_to_end_id in answers:
                group.create_task(ask(end_to_end_id))
    except TimeoutError:
        _log.warning("the PSP is slow", asked=len(answers))
    return answers


async def _accounts_of(tx: Tx, works: Sequence[Work]) -> dict[str, Account]:
    found: dict[str, Account] = {}
    for name in sorted({str(work.payload.get("account_id")) for work in works}):
        account = await accounts.load(tx, UUID(name))
        if account is not None:
            found[name] = account
    return found


def _ours(pix: ReceivedPix, account: Account) -> bool:
    """Whether the Pix came to the account's own key; a PSP that names no key answered with our credentials."""
    if pix.key is None or account.pix_key is None or pix.key.strip().lower() == account.pix_key.strip().lower():
        return True
    _log.warning("a Pix of another key was announced", account_id=str(account.account_id))
    return False


async def post_all(tx: Tx, found: Sequence[tuple[ReceivedPix, Account]], *, source_kind: SourceKind) -> None:
    """Post confirmed Pix, then what of them has gone back. One of nothing (some PSPs test with it) is no money."""
    found = [one for one in found if one[0].amount_cents]
    linked: dict[str, UUID] = {}
    for start in range(0, len(found), _PIECE):
        piece = [incoming_of(pix, account, source_kind) for pix, account in found[start : start + _PIECE]]
        linked |= (await posting.post(tx, piece)).linked
    returned = [pix for pix, _ in found if any(refund.is_done for refund in pix.refunds)]
    ids = await receipts.known(tx, [_key(pix) for pix in returned])
    for pix in returned:
        receipt_id = ids.get(_key(pix)) or linked.get(_key(pix))
        if receipt_id is not None:
            for refund in pix.refunds:
                await _returned(tx, receipt_id, refund)


def _key(pix: ReceivedPix) -> str:
    return f"pix:{pix.end_to_end_id}"


def incoming_of(pix: ReceivedPix, account: Account, source_kind: SourceKind) -> Incoming:
    """A Pix as a receipt; its day is São Paulo's, where the arrangement keeps its clock."""
    day = pix.at.astimezone(SAO_PAULO).date()
    return Incoming(
        business_key=_key(pix),
        route="pix",
        source_kind=source_kind,
        account_id=account.account_id,
        gross_cents=pix.amount_cents,
        paid_on=day,
        paid_at=pix.at,
        credited_on=day,
        end_to_end_id=pix.end_to_end_id,
        txid=pix.txid,
        reported_interest_cents=pix.components.get("juros"),
        reported_fine_cents=pix.components.get("multa"),
        reported_discount_cents=pix.components.get("desconto"),
        reported_abatement_cents=pix.components.get("abatimento"),
    )


async def _returned(tx: Tx, receipt_id: UUID, refund: Refund) -> None:
    """One devolução that the PSP reports: ours comes to its end, any other one is news."""
    if not refund.is_done:
        return
    if await refunds.settle_reported(tx, receipt_id, refund):
        return
    at = refund.settled_at or refund.requested_at or tx.now
    await reversing.take_back(
        tx,
        receipt_id,
        reversing.Return(
            kind="med" if refund.is_forced else "refund",
            reason=refund.nature.lower() if refund.is_forced else "returned_at_the_psp",
            amount_cents=refund.amount_cents,
            reversed_on=at.astimezone(SAO_PAULO).date(),
            external_id=refund.id,
            return_end_to_end_id=refund.return_id,
        ),
    )


async def poll(tx: Tx, work: Work) -> None:
    """Sweep what the PSP received since the last sweep and a while before; plan the next sweep."""
    if await put_off(tx, [work]):
        return
    settings = config.settings()
    account = await accounts.load(tx, UUID(work.subject))
    if account is None or not account.active:
        return
    source = freshness.source("psp", work.tenant_id, account.account_id)
    last = await freshness.until(tx, source) or account.created_at
    end = min(tx.now, last + _LONGEST_WINDOW)
    start = last - timedelta(minutes=settings.payments_poll_overlap_minutes)
    found: list[ReceivedPix] | None = None
    try:
        async with asyncio.timeout(locks.ask(tx)), psp.connected(settings) as api:
            if api is not None:
                found = await api.received(start, end)
    except (psp.PspAwayError, TimeoutError):
        _log.warning("the PSP could not be swept", account_id=work.subject)
    if found is not None:
        await post_all(tx, [(pix, account) for pix in found if _ours(pix, account)], source_kind="pix_poll")
        await freshness.advance(tx, source, account_id=account.account_id, fresh_until=end)
    behind = found is not None and end < tx.now
    pause = timedelta(0) if behind else timedelta(minutes=settings.payments_poll_minutes)
    await schedules.at(tx, kind=POLL_PIX, subject=work.subject, due_at=tx.now + pause)


def shown_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """The headers that are worth keeping with a raw webhook: never a credential."""
    secret = {"authorization", "cookie", "proxy-authorization", "x-webhook-token"}
    kept = {name: str(value)[:500] for name, value in headers.items() if name.lower() not in secret}
    return json.loads(json.dumps(kept))  # type: ignore[no-any-return]
