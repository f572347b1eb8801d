"""Everything outside the company as processes of their own, and what each side is told of the other."""

import json
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from chassis.ids import new_secret
from regua.stack.errors import StackError
from regua.stack.ports import HOST, free_port
from regua.stack.services import Program
from regua.stack.state import write_private

BANK, PSP, MAIL, MESSAGES, DEBTORS = "bank", "psp", "mail", "messages", "debtors"
SIMULATORS = (BANK, PSP, MAIL, MESSAGES, DEBTORS)
PART_PREFIX = "outside-"
"""A simulator's name in the process table, so that it is never taken for a service."""


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Ports, secrets and addresses of the outside world, chosen before anything starts."""

    ports: Mapping[str, int]
    bank_token: str
    client_id: str
    client_secret: str
    webhook_token: str
    provider_token: str
    callback_secret: str
    inbound_token: str

    def url(self, name: str) -> str:
        """The address of a simulator or a service."""
        return f"http://{HOST}:{self.ports[name]}"


def choose(home: str, services: tuple[str, ...]) -> Outside:
    """Free ports for services and simulators, and fresh secrets for what they say to each other."""
    ports: dict[str, int] = {}
    for name in (*services, *SIMULATORS, "smtp"):
        ports[name] = free_port(f"{home} {name}", set(ports.values()))
    return Outside(
        ports=ports,
        bank_token=_secret(),
        client_id="regua",
        client_secret=_secret(),
        webhook_token=_secret(),
        provider_token=_secret(),
        callback_secret="whsec_" + b64encode(new_secret(24).encode()).decode(),
        inbound_token=_secret(),
    )


def _secret() -> str:
    """A secret that is also good as a command's argument: it does not begin with a dash."""
    return f"s{new_secret(24)}"


def write_outside(root: Path, outside: Outside) -> None:
    """Keep the choice in the home, readable by its owner only, for commands that come later."""
    write_private(root / "outside.json", json.dumps(asdict(outside), indent=2) + "\n")


def read_outside(root: Path) -> Outside:
    """The choice that was kept; raises `StackError`."""
    try:
        return Outside(**json.loads((root / "outside.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise StackError(f"no outside world was started in {root}; `regua demo` starts one") from None


def service_env(outside: Outside) -> dict[str, dict[str, str]]:
    """What each service has to know of the outside, by service."""
    messages = outside.url(MESSAGES)
    return {
        "invoicing": {
            "INVOICING_BANK_URL": outside.url(BANK),
            "INVOICING_BANK_TOKEN": outside.bank_token,
            "INVOICING_PSP_URL": outside.url(PSP),
            "INVOICING_PSP_CLIENT_ID": outside.client_id,
            "INVOICING_PSP_CLIENT_SECRET": outside.client_secret,
        },
        "payments": {
            "PAYMENTS_PSP_URL": outside.url(PSP),
            "PAYMENTS_PSP_CLIENT_ID": outside.client_id,
            "PAYMENTS_PSP_CLIENT_SECRET": outside.client_secret,
        },
        "notifier": {
            "NOTIFIER_SMTP_HOST": HOST,
            "NOTIFIER_SMTP_PORT": str(outside.ports["smtp"]),
            "NOTIFIER_SMTP_FROM": "Cobrança <cobranca@example.com>",
            "NOTIFIER_SMS_URL": messages,
            "NOTIFIER_WHATSAPP_URL": messages,
            "NOTIFIER_PROVIDER_TOKEN": outside.provider_token,
            "NOTIFIER_CALLBACK_SECRET": outside.callback_secret,
            "NOTIFIER_INBOUND_TOKEN": outside.inbound_token,
            "NOTIFIER_PUBLIC_URL": outside.url("notifier"),
        },
        "dunning": {},
        "analytics": {},
    }


def programs(outside: Outside, *, data: Path, clock: str, seed: int, portfolio: Path | None) -> list[Program]:
    """The simulators as programs of the process table; debtors only where there is a portfolio of theirs."""
    return [
        _program(outside, name, data=data, clock=clock, seed=seed, portfolio=portfolio)
        for name in names(with_debtors=portfolio is not None)
    ]


def names(*, with_debtors: bool) -> list[str]:
    """The simulators that are started."""
    return [name for name in SIMULATORS if name != DEBTORS or with_debtors]


def _program(outside: Outside, name: str, *, data: Path, clock: str, seed: int, portfolio: Path | None) -> Program:
    extra: dict[str, list[str]] = {
        BANK: ["--token", outside.bank_token],
        PSP: [
            *("--client-id", outside.client_id, "--client-secret", outside.client_secret),
            *("--webhook-header", f"authorization: Bearer {outside.webhook_token}"),
        ],
        MAIL: [
            *("--smtp-port", str(outside.ports["smtp"]), "--notifier", outside.url("notifier")),
            *("--inbound-token", outside.inbound_token),
        ],
        MESSAGES: ["--token", outside.provider_token, "--webhook-secret", outside.callback_secret],
        DEBTORS: [
            *("--psp", outside.url(PSP), "--bank", outside.url(BANK), "--mail", outside.url(MAIL)),
            *("--messages", outside.url(MESSAGES), "--portfolio", str(portfolio)),
        ],
    }
    argv = [sys.executable, "-m", "simulators", name, "--port", str(outside.ports[name]), "--data", str(data / name)]
    argv += ["--clock", clock, "--seed", str(seed), *extra[name]]
    return Program(
        name=PART_PREFIX + name,
        argv=tuple(argv),
        env={},
        port=outside.ports[name],
        health_url=f"{outside.url(name)}/healthz",
    )
