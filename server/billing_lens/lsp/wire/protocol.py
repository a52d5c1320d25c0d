"""Dispatch: pygls's protocol, made to answer whatever is sent and to give no text away."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar, cast

import msgspec
from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage

from billing_lens.lsp.wire.messages import PARAMETERS, encoded

INNERMOST_FRAMES = 6
"""How many places the log names for a fault."""

ResultT = TypeVar("ResultT")
Eventually = ResultT | Coroutine[Any, Any, ResultT]
"""What a handler returns that sometimes has to wait."""
Handler = Callable[[Any], object]

logger = logging.getLogger(__name__)


def message_converter() -> Converter:
    """Return pygls's converter, made to stop at the first thing that does not fit its type.

    Nobody reads where in a message that is, and looking for all of it takes longer.
    """
    converter = default_converter()
    converter.detailed_validation = False
    return converter


class BillingLensProtocol(LanguageServerProtocol):
    """LSP with an answer to every request."""

    _client_left = False
    _shutdown_request: str | int | None = None
    """The ``shutdown`` whose answer an ``exit`` that came right behind it waits for."""

    def __init__(self, server: Any, converter: Converter) -> None:
        super().__init__(server, converter)
        self._plain: dict[Handler, bool] = {}
        """Which handlers are neither coroutine nor generator functions."""

    @property
    def exit_code(self) -> int:
        """What the process ends with: 0 after ``shutdown``, 1 when it was not asked for."""
        # pygls keeps to itself whether ``shutdown`` came.
        return 0 if self._shutdown else 1

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return a message as its type, and any other object of its JSON as it is.

        What does not fit its type stays as it is too; `handle_message` refuses it.
        """
        if data.get("jsonrpc") != self.VERSION:
            return data
        method = data.get("method")
        if isinstance(method, str) and method in PARAMETERS:
            return _keystroke_message(data)
        try:
            # JSON-RPC lets parameters be left out where there are none.
            return super().structure_message({"params": None, **data} if "method" in data else data)
        except JsonRpcException:
            return data

    def handle_message(self, message: Any) -> None:
        """Answer a message, or refuse it.

        pygls would tell requests from notifications by checks that take longer than most handlers.
        """
        if not hasattr(message, "jsonrpc"):
            self._refuse(message)
            return
        method = getattr(message, "method", None)
        is_request = method is not None and hasattr(message, "id")
        if method is None:
            super().handle_message(message)
            return
        # The futures of requests are nowhere else: `_run` adds those that it waits for.
        if method == types.EXIT and self._shutdown_request in self._request_futures:
            end = self._request_futures[self._shutdown_request]
            end.add_done_callback(lambda _: self.handle_message(message))
            return
        if method == types.SHUTDOWN and is_request:
            self._shutdown_request = message.id
        self._client_left = self._client_left or method == types.EXIT
        refusal = self._reason_against(method)
        if refusal is not None:
            if is_request:
                self._send_response(message.id, error=refusal)
        elif plain := self._plain_handler(method):
            self._run(plain, message)
        # What pygls's own `handle_message` calls after its checks.
        elif is_request:
            copy_context().run(self._handle_request, message.id, method, message.params)
        else:
            copy_context().run(self._handle_notification, method, message.params)

    def _plain_handler(self, method: str) -> Handler | None:
        """Return the handler of a method where pygls would do no more than call it."""
        # In the order in which pygls's `_get_handler` asks, which raises and logs.
        features: Any = self.fm
        handler = features.builtin_features.get(method) or features.features.get(method)
        if handler is None:
            return None
        if handler not in self._plain:
            self._plain[handler] = not (
                inspect.isgeneratorfunction(handler) or inspect.iscoroutinefunction(handler)
            )
        return handler if self._plain[handler] else None

    def _run(self, handler: Handler, message: Any) -> None:
        """Answer with what a handler returns, at once or once it has been awaited.

        pygls makes a future for every message, which takes longer than most handlers.
        """
        try:
            result = handler(message.params)
        except Exception as error:  # noqa: BLE001 - told by pygls
            failed = Future[Any]()
            failed.set_exception(error)
            self._end_of(message)(failed)
            return
        is_request = hasattr(message, "id")
        if inspect.iscoroutine(result):
            rest: Any = asyncio.ensure_future(result)
            if is_request:
                # Where pygls looks for what ``$/cancelRequest`` cancels.
                self._request_futures[message.id] = rest
            rest.add_done_callback(self._end_of(message))
        elif is_request:
            self._send_response(message.id, result)

    def _end_of(self, message: Any) -> Callable[[Any], None]:
        """Return what pygls calls with the future of a message: it answers, and tells of faults."""
        if hasattr(message, "id"):
            return partial(self._send_handler_result, msg_id=message.id)
        return self._check_handler_result

    def _reason_against(self, method: str) -> types.ResponseError | None:
        """Return why a request cannot be served now; a notification is then dropped."""
        initialized = hasattr(self, "client_capabilities")
        code = types.ErrorCodes.InvalidRequest
        if method == types.EXIT:
            return None
        if not initialized and method != types.INITIALIZE:
            code = types.ErrorCodes.ServerNotInitialized
            return types.ResponseError(code, "The server is not initialized.")
        if initialized and method == types.INITIALIZE:
            return types.ResponseError(code, "The server is initialized already.")
        if self._shutdown:
            return types.ResponseError(code, "The server is shutting down.")
        return None

    def _refuse(self, message: object) -> None:
        """Answer what is no message of the protocol, where it can be answered."""
        fields = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
        identifier, method = fields.get("id"), fields.get("method")
        logger.warning("A message does not fit the protocol: %s.", _named(fields))
        if not isinstance(identifier, str | int):
            return
        if "method" not in fields:
            error = types.ResponseError(types.ErrorCodes.InvalidRequest, "Not a response.")
            self._handle_response(identifier, error=error)
            return
        code, why = types.ErrorCodes.MethodNotFound, "No such request."
        if isinstance(method, str) and method in cast("dict[str, object]", self.fm.features):
            code, why = types.ErrorCodes.InvalidParams, "The parameters do not fit the request."
        self._send_response(identifier, error=types.ResponseError(code, why))

    def _handle_response(
        self,
        msg_id: str | int,
        result: Any | None = None,
        error: types.ResponseError | None = None,
    ) -> None:
        """Take an answer of the client, unless we stopped waiting for it.

        pygls would raise for a future that is cancelled.
        """
        waiting = cast("dict[str | int, Future[object]]", self._request_futures).get(msg_id)
        if waiting is not None and waiting.done():
            del self._request_futures[msg_id]
        else:
            super()._handle_response(msg_id, result, error)

    def _send_response(
        self,
        msg_id: str | int,
        result: Any | None = None,
        error: types.ResponseError | None = None,
    ) -> None:
        """Answer a request. pygls puts the message and the traceback of a fault into its answer."""
        if error and error.code == types.ErrorCodes.InternalError:
            error = types.ResponseError(
                error.code, "The request failed; the server's log says where."
            )
        super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """Send a message; what is finished only after the client left is sent to nobody.

        Every message goes through here. pygls would write it by ``json`` with a call for each of
        its objects, and offer the text to the log.

        Raises:
            BrokenPipeError: the client is gone without a word.
        """
        if self._client_left or self.writer is None:
            return
        try:
            body = encoded(self._converter.unstructure(data))
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the next message may be a better one
            self._server.report_server_error(error, JsonRpcException)


def _keystroke_message(data: dict[str, Any]) -> Any:
    """Return a message with its parameters, and one that has wrong ones as it is."""
    method, version = data["method"], data["jsonrpc"]
    try:
        params = msgspec.convert(data.get("params"), PARAMETERS[method])
    except msgspec.ValidationError:
        return data
    if "id" not in data:
        return JsonRPCNotification(method, version, params)
    is_id = isinstance(data["id"], str | int)
    return JsonRPCRequestMessage(data["id"], method, version, params) if is_id else data


def fault(error: BaseException) -> str:
    """Return the kind of an exception and where it came from, without its message."""
    frames = reversed(traceback.extract_tb(error.__traceback__, limit=-INNERMOST_FRAMES))
    places = (f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames)
    return " < ".join((type(error).__name__, *places))


def _named(fields: dict[str, Any]) -> str:
    """Return which message it should be, in words that are ours or the protocol's."""
    method = fields.get("method")
    if isinstance(method, str) and method in types.METHOD_TO_TYPES:
        return method
    return "unknown method" if method is not None else "response"
