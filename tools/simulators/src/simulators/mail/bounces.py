"""Mails that the provider writes itself: delivery status notifications (RFC 3464) and replies of recipients."""

from datetime import datetime
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

HOST = "mx.correio.example"


def notification(
    original: EmailMessage, *, recipient: str, sender: str, status: str, sentence: str, name: str, at: datetime
) -> bytes:
    """A multipart/report that says that the mail to `recipient` could not be delivered, with the original's headers."""
    report = MIMEMultipart("report", report_type="delivery-status", boundary=f"=_{name}")
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"
    report["To"] = sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(at)
    report["Message-ID"] = f"<{name}@{HOST}>"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"Não foi possível entregar a mensagem a {recipient}.\n\n{sentence}\n", _charset="utf-8"))
    fields = EmailMessage()
    fields["Reporting-MTA"] = f"dns; {HOST}"
    fields["Arrival-Date"] = format_datetime(at)
    one = EmailMessage()
    one["Original-Recipient"] = f"rfc822;{recipient}"
    one["Final-Recipient"] = f"rfc822;{recipient}"
    one["Action"] = "failed" if status.startswith("5") else "delayed"
    one["Status"] = status
    one["Remote-MTA"] = f"dns; {recipient.rpartition('@')[2]}"
    one["Diagnostic-Code"] = f"smtp; 550 {status} {sentence}"
    delivery = MIMEMessage(fields, "delivery-status")
    delivery.set_payload([fields, one])
    report.attach(delivery)
    # The header block as it went over the wire: encoded words, plain ASCII.
    block = original.as_bytes().partition(b"\n\n")[0].decode("ascii", "replace").replace("\ufffd", "?")
    returned = MIMEText(f"{block}\n", "rfc822-headers", "us-ascii")
    report.attach(returned)
    return report.as_bytes()


def reply(original: EmailMessage, *, sender: str, to: str, text: str, name: str, at: datetime) -> bytes:
    """What a person answers, above the quoted mail, as mail programs write it."""
    answer = EmailMessage()
    answer["From"] = sender
    answer["To"] = to
    subject = str(original.get("Subject", "")).replace("\r", " ").replace("\n", " ")
    answer["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    answer["Date"] = format_datetime(at)
    answer["Message-ID"] = f"<{name}@{HOST}>"
    if original_id := original.get("Message-ID"):
        answer["In-Reply-To"] = str(original_id)
        answer["References"] = str(original_id)
    body = original.get_body(("plain",))
    quoted = "".join(f"> {line}\n" for line in (body.get_content() if body else "").splitlines())
    answer.set_content(f"{text}\n\nEm {at:%d/%m/%Y}, {original.get('From', '')} escreveu:\n{quoted}")
    return answer.as_bytes()
