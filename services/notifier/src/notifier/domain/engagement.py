"""Whether an open or a click was a person's: a verdict with its reason, beside the raw fact, which is always kept.

Mail systems fetch pixels and follow links by themselves: privacy proxies prefetch every image, security gateways
open every link within seconds. A rule may learn from a human's open only; the evidence keeps both.
"""

import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["human", "machine", "unsure"]

SCANNER_SECONDS = 3
"""A link followed sooner than this after delivery was followed by a scanner."""

_PREFETCHERS = (
    ("apple_privacy_proxy", re.compile(r"^Mozilla/5\.0$")),
    ("gmail_image_proxy", re.compile(r"GoogleImageProxy", re.IGNORECASE)),
    ("yahoo_image_proxy", re.compile(r"YahooMailProxy", re.IGNORECASE)),
)
_SCANNERS = (
    (
        "link_scanner",
        re.compile(r"(safelinks|barracuda|proofpoint|mimecast|symantec|trendmicro|forcepoint)", re.IGNORECASE),
    ),
    (
        "preview_bot",
        re.compile(r"(whatsapp|facebookexternalhit|telegrambot|slackbot|twitterbot|linkedinbot)", re.IGNORECASE),
    ),
    ("program", re.compile(r"^(curl|wget|python|go-http|java|okhttp|node|axios|libwww)", re.IGNORECASE)),
    ("headless_browser", re.compile(r"(headlesschrome|phantomjs|puppeteer|playwright)", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Judged:
    """A verdict and the code of what settled it."""

    verdict: Verdict
    reason: str


def judge(
    *,
    signal: Literal["pixel", "link", "read_receipt"],
    user_agent: str | None,
    seconds_after_delivery: int | None,
    method: str = "GET",
    hidden_link: bool = False,
) -> Judged:
    """Judge one signal. `hidden_link`: a link no person can see was followed, which only a machine does."""
    if signal == "read_receipt":
        return Judged("human", "read_receipt")
    if hidden_link:
        return Judged("machine", "hidden_link_followed")
    if method == "HEAD":
        return Judged("machine", "head_request")
    by_agent = _judge_agent(signal, (user_agent or "").strip())
    if by_agent is not None:
        return by_agent
    if seconds_after_delivery is not None and seconds_after_delivery < SCANNER_SECONDS:
        return Judged("machine", "within_seconds_of_delivery")
    return Judged("human", "browser")


def _judge_agent(signal: str, agent: str) -> Judged | None:
    if not agent:
        return Judged("machine" if signal == "link" else "unsure", "no_user_agent")
    for reason, pattern in _SCANNERS:
        if pattern.search(agent):
            return Judged("machine", reason)
    for reason, pattern in _PREFETCHERS:
        if pattern.search(agent):
            # Gmail's proxy fetches when the message is shown; the others fetch ahead of it.
            return Judged("unsure" if reason == "gmail_image_proxy" else "machine", reason)
    return None
