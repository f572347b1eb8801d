"""The page on which a person looks at SMS and WhatsApp messages."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "article{border:1px solid #ddd;border-radius:10px;padding:.7rem 1rem;margin:.8rem 0}"
    "article.whatsapp{background:#f0f9f2}header,footer{color:#666;font-size:.85em}"
    "p{white-space:pre-wrap;margin:.3rem 0;overflow-wrap:anywhere}"
    "blockquote{margin:.4rem 0 .4rem 2rem;color:#0b57d0}input{padding:.3rem .5rem;width:16rem}"
)
_NAMES = {"sms": "SMS", "whatsapp": "WhatsApp"}


def telephones(messages: Sequence[tuple[Mapping[str, Any], Sequence[str]]], to: str, older: str | None) -> str:
    """The messages, newest first, each with what was answered."""
    shown = "".join(_message(message, replies) for message, replies in messages) or "<p>Nenhuma mensagem.</p>"
    search = f'<form><input name="to" placeholder="telefone" value="{escape(to)}"> <button>Filtrar</button></form>'
    more = f'<p><a href="{escape(older)}">mais antigas</a></p>' if older else ""
    return (
        '<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>SMS e WhatsApp</title>'
        f"<style>{_STYLE}</style><h1>SMS e WhatsApp</h1>{search}{shown}{more}</html>"
    )


def _message(message: Mapping[str, Any], replies: Sequence[str]) -> str:
    channel, answered = str(message["channel"]), "".join(f"<blockquote>{escape(text)}</blockquote>" for text in replies)
    at, text = str(message["at"])[:16].replace("T", " "), escape(str(message["text"]))
    return (
        f'<article class="{escape(channel)}"><header>{_NAMES[channel]} · {escape(str(message["to"]))} · '
        f"{at} UTC</header><p>{text}</p>{answered}"
        f"<footer>{escape(str(message['status']))}</footer></article>"
    )
