"""The services' REST as a caller sees it: one connection pool per service, keys for every write, pages to the end."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from chassis.ids import Ids

_TIMEOUT_SECONDS = 60.0


class RefusedError(Exception):
    """A service answered with a problem; `status` and `problem` say which."""

    def __init__(self, method: str, path: str, status: int, problem: Any):
        self.status = status
        self.problem = problem
        kind = problem.get("type", "") if isinstance(problem, dict) else ""
        detail = problem.get("detail", "") if isinstance(problem, dict) else ""
        faults = problem.get("errors") or problem.get("faults") or "" if isinstance(problem, dict) else ""
        super().__init__(f"{method} {path} was answered {status} {kind} {detail} {faults}".rstrip())


class Api:
    """One service's REST under one API key."""

    def __init__(self, base_url: str, key: str, ids: Ids):
        self.base_url = base_url
        self._ids = ids
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections up."""
        await self._client.aclose()

    async def raw(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """One request as it is; writes carry a fresh `Idempotency-Key` unless `headers` has one."""
        sent = dict(headers or {})
        if method in {"POST", "PUT", "PATCH", "DELETE"}:
            sent.setdefault("idempotency-key", str(self._ids.new_id()))
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return await self._client.request(method, path, json=json, content=content, params=given, headers=sent)

    async def ask(self, method: str, path: str, **arguments: Any) -> Any:
        """One request that has to succeed; returns its JSON (or None). Raises `RefusedError`."""
        answer = await self.raw(method, path, **arguments)
        if answer.status_code >= 400:
            raise RefusedError(method, path, answer.status_code, _json(answer))
        return _json(answer)

    async def get(self, path: str, **params: Any) -> Any:
        """GET with query parameters; None leaves one out."""
        return await self.ask("GET", path, params=params)

    async def post(self, path: str, json: Any = None, **arguments: Any) -> Any:
        """POST a JSON body."""
        return await self.ask("POST", path, json=json, **arguments)

    async def put(self, path: str, json: Any = None, **arguments: Any) -> Any:
        """PUT a JSON body."""
        return await self.ask("PUT", path, json=json, **arguments)

    async def every(self, path: str, **params: Any) -> AsyncIterator[Any]:
        """Each item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = await self.get(path, limit=200, cursor=cursor, **params)
            for item in page["items"]:
                yield item
            cursor = page.get("next")
            if not cursor:
                return

    async def all(self, path: str, **params: Any) -> list[Any]:
        """A whole list."""
        return [item async for item in self.every(path, **params)]


def _json(answer: httpx2.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return answer.text
