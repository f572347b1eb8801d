"""The SMTP side (RFC 5321): what is said to a sender, by the recipient's local part and the faults in force.

`naoexiste` is no mailbox (550 5.1.1), `caixacheia` a full one (452 4.2.2), `greylist` is put off once a day
(451 4.7.1), `devolve` is accepted and bounces later, `lento` is seen an hour later.
"""

from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Envelope, Session

if TYPE_CHECKING:
    from simulators.mail.simulator import MailProvider

BANNER = "mx.correio.example"


class Receiver:
    """aiosmtpd's handler: its method names are the library's."""

    def __init__(self, provider: "MailProvider"):
        self._provider = provider

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        del server, session
        if self._provider.dead(address):
            return "421 4.3.2 service not available"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        del server, session
        refusal = await self._provider.why_not(address, envelope.mail_from or "")
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        content: Any = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self._provider.accept(envelope.mail_from or "", recipient, bytes(content))
        return "250 2.0.0 OK: queued"


def server(provider: "MailProvider") -> SMTP:
    """One connection's protocol."""
    return SMTP(Receiver(provider), hostname=BANNER, ident="correio", enable_SMTPUTF8=True, data_size_limit=10_485_760)
