"""HTTP clients for bank and PSP, each with its address, its patience and its certificate."""

import ssl
from functools import lru_cache
from pathlib import Path

import httpx2


@lru_cache(maxsize=8)
def _tls(ca_file: Path | None, cert_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        context.load_cert_chain(cert_file, key_file)
    return context


def client(
    url: str,
    *,
    timeout_seconds: float,
    token: str | None = None,
    ca_file: Path | None = None,
    cert_file: Path | None = None,
    key_file: Path | None = None,
) -> httpx2.AsyncClient:
    """A client that follows no redirects and is closed by whoever opened it. PSPs ask for a client certificate (API
    Pix, Manual de Segurança: mTLS)."""
    return httpx2.AsyncClient(
        base_url=url,
        timeout=timeout_seconds,
        headers={"authorization": f"Bearer {token}"} if token else {},
        verify=_tls(ca_file, cert_file, key_file),
    )
