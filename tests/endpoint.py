"""A server of chat completions on this machine, for tests: it answers as it is told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-secret-of-the-test"
SOON = {"retry-after-ms": "1"}


def completion(content: Any = "It is 4.", *, finish: str = "stop", tool_calls: Any = None, tokens: int = 5) -> dict:
    """A chat completion."""
    message = {"role": "assistant", "content": content, **({"tool_calls": tool_calls} if tool_calls else {})}
    return {
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 3, "completion_tokens": tokens, "total_tokens": 3 + tokens},
    }  # fmt: skip


def error(message: str, code: str | None = None, param: str | None = None) -> dict:
    """What endpoints say of a request that failed."""
    return {"error": {"message": message, "type": "some_error", "param": param, "code": code}}


class Server(ThreadingHTTPServer):
    """It answers with what `reply` makes of a request.

    That is a body (a dict, or text that is sent as it is), or a status and a body, or both and headers.
    """

    daemon_threads = True

    def __init__(self, reply: Callable[[dict], Any]):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self.asked: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = 0

    @property
    def name(self) -> str:
        """What a System calls it."""
        return f"openai:http://127.0.0.1:{self.server_port}/v1#toy"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def prompts(self) -> list[str]:
        """The last turns asked so far."""
        return [body["messages"][-1]["content"] for body in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["content-length"]))
        if not data:
            return  # who asked has gone
        body = json.loads(data)
        with self.server.lock:
            self.server.asked.append(body)
            self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            said = self.server.reply(body)
        finally:
            with self.server.lock:
                self.server.at_once -= 1
        status, said, headers = said if isinstance(said, tuple) and len(said) == 3 else (
            (*said, {}) if isinstance(said, tuple) else (200, said, {}))  # fmt: skip
        data = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        try:
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers, "content-length": len(data)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # who asked has gone

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(reply: Callable[[dict], Any]) -> Iterator[Server]:
    """A server while the block runs."""
    with Server(reply) as server:
        threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server
        finally:
            server.shutdown()
