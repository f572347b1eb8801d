"""The pages on which a person looks at the mails: a list and one mail, without scripts, pictures shown on request."""

from collections.abc import Sequence
from html import escape

from simulators.mail.mailbox import Mail

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.35rem .6rem;border-bottom:1px solid #ddd;text-align:left}"
    "iframe{width:100%;height:40rem;border:1px solid #ccc}pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}"
    "a{color:#0b57d0}input{padding:.3rem .5rem;width:20rem}"
)


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{content}</html>"
    )


def inbox(mails: Sequence[Mail], to: str, older: str | None) -> str:
    """The list, newest first."""
    rows = "".join(
        f"<tr><td>{mail.at:%d/%m/%Y %H:%M}</td><td>{escape(mail.to)}</td>"
        f'<td><a href="/view/{escape(mail.mail_id)}">{escape(_subject(mail))}</a></td></tr>'
        for mail in mails
    )
    search = f'<form><input name="to" placeholder="destinatário" value="{escape(to)}"> <button>Filtrar</button></form>'
    more = f'<p><a href="{escape(older)}">mais antigas</a></p>' if older else ""
    table = f"<table><tr><th>Quando (UTC)</th><th>Para</th><th>Assunto</th></tr>{rows}</table>"
    return _page("Caixa de entrada", search + (table if rows else "<p>Nenhuma mensagem.</p>") + more)


def view(mail: Mail, headers: Sequence[tuple[str, str]], text: str, html: str) -> str:
    """One mail. Its HTML is shown in a frame that may do nothing; links open in a new tab."""
    shown = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in headers)
    frame = f'<iframe sandbox="allow-popups" srcdoc="{escape(html)}"></iframe>' if html else ""
    links = f'<p><a href="/">Caixa de entrada</a> · <a href="/raw/{escape(mail.mail_id)}.eml">original</a></p>'
    return _page(_subject(mail), f"{links}<table>{shown}</table>{frame}<pre>{escape(text)}</pre>")


def _subject(mail: Mail) -> str:
    return str(mail.body["subject"]) or "(sem assunto)"
