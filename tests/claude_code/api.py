"""A loopback stand-in for the network: the only thing around the real program that is not real.

`Api` is an HTTPS proxy that ends every tunnel itself, with certificates of an authority made for
the occasion, and answers as the model API and the OAuth token endpoint do. It keeps what was asked.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

import trustme

if TYPE_CHECKING:
    from typing_extensions import Self

ANSWER = "OK"
"""What the model says, whatever it is asked."""

_SECONDS_TO_TALK = 30


@dataclass(frozen=True)
class Request:
    """One request the program made, with the credentials it carried."""

    method: str
    host: str
    path: str
    bearer: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)

    @property
    def is_for_the_model(self) -> bool:
        """Whether this is what is billed."""
        return self.method == "POST" and self.path.endswith("/v1/messages")


@dataclass(frozen=True)
class TokenExchange:
    """A refresh token or identity token that was exchanged for an access token."""

    grant: Mapping[str, str] = field(repr=False)
    issued: str = field(repr=False)


class Api:
    """The stand-in, listening on a loopback port while the ``with`` block lasts."""

    def __init__(self, directory: Path) -> None:
        """Keeps the authority's certificate in `directory`."""
        self._authority = trustme.CA()
        self._certificate = directory / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self._certificate))
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._exchanges: list[TokenExchange] = []
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a program send everything here."""
        proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {
            "HTTPS_PROXY": proxy,
            "HTTP_PROXY": proxy,
            "NODE_EXTRA_CA_CERTS": str(self._certificate),
        }

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests so far, in order."""
        with self._changed:
            return tuple(self._requests)

    @property
    def exchanges(self) -> tuple[TokenExchange, ...]:
        """All tokens issued so far, in order."""
        with self._changed:
            return tuple(self._exchanges)

    def wait_for_model_request(self, seconds: float) -> bool:
        """Waits until the model was asked; whether it was, within this time."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(request.is_for_the_model for request in self._requests), seconds
            )

    def record(self, request: Request) -> None:
        """Keeps a request."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def exchange(self, grant: Mapping[str, str]) -> str:
        """Issues a new access token, never the same twice, and keeps what it was given for."""
        with self._changed:
            token = f"sk-ant-oat01-ISSUED-{len(self._exchanges) + 1}"
            self._exchanges.append(TokenExchange(grant, token))
            return token

    def tls(self, host: str) -> ssl.SSLContext:
        """The server side of TLS for `host`."""
        with self._changed:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                certificate = self._authority.issue_cert(host)
                certificate.configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
                self._contexts[host] = context
            return self._contexts[host]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: Api) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A program that is stopped in mid-sentence is no error."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS_TO_TALK

    def do_CONNECT(self) -> None:
        """Answers as the host at the other end of the tunnel."""
        self.send_response(200)
        self.end_headers()
        self.connection: socket.socket = self._api.tls(self.path.rpartition(":")[0]).wrap_socket(
            self.connection, server_side=True
        )
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False

    def do_POST(self) -> None:
        """Records the request, then answers it as the API would."""
        body, path = self._body(), urlsplit(self.path).path
        self._api.record(self._request(path))
        if path.endswith("/v1/messages"):
            question = cast("dict[str, object]", json.loads(body or b"{}"))
            self._answer(200, *_message(question))
        elif path.endswith("oauth/token"):
            self._answer(200, "application/json", self._token(body))
        else:
            self._answer(404, "application/json", _NOT_FOUND)

    def do_GET(self) -> None:
        """Records the request and knows nothing."""
        self._body()
        self._api.record(self._request(urlsplit(self.path).path))
        self._answer(404, "application/json", _NOT_FOUND)

    do_HEAD = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base
        """Says nothing: the requests are kept."""

    @property
    def _api(self) -> Api:
        return cast("_Server", self.server).api

    def _request(self, path: str) -> Request:
        authorization = self.headers.get("authorization")
        return Request(
            method=self.command,
            host=self.headers.get("host", ""),
            path=path,
            bearer=authorization and authorization.removeprefix("Bearer").strip(),
            api_key=self.headers.get("x-api-key"),
        )

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _token(self, body: bytes) -> bytes:
        text = body.decode()
        grant = cast(
            "dict[str, str]",
            json.loads(text) if text.startswith("{") else dict(parse_qsl(text)),
        )
        return json.dumps(
            {
                "token_type": "Bearer",
                "access_token": self._api.exchange(grant),
                "refresh_token": "sk-ant-ort01-ISSUED",
                "expires_in": 28800,
                "scope": "user:inference user:profile",
            }
        ).encode()

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


_NOT_FOUND = json.dumps(
    {"type": "error", "error": {"type": "not_found_error", "message": "not here"}}
).encode()


def _message(question: Mapping[str, object]) -> tuple[str, bytes]:
    """The content type and body of the model's answer, streamed if that was asked for."""
    message: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": question.get("model"),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    text = {"type": "text", "text": ANSWER}
    if not question.get("stream"):
        whole = {**message, "content": [text], "stop_reason": "end_turn"}
        return "application/json", json.dumps(whole).encode()
    delta = {"type": "text_delta", "text": ANSWER}
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {**text, "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 1},
        },
        {"type": "message_stop"},
    ]
    stream = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "text/event-stream", stream.encode()
