"""A small HTTP server in a test that keeps what is sent to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Listener:
    """`received` holds (path, headers with lower-case names, body); `answers` are the next statuses, then 200."""

    def __init__(self, url: str):
        self.url = url
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            listener.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self._answer(listener.answers.pop(0) if listener.answers else 200)

        def do_GET(self) -> None:
            listener.received.append((self.path, {}, b""))
            self._answer(200)

        def _answer(self, status: int) -> None:
            body = b'{"ok": true}'
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
