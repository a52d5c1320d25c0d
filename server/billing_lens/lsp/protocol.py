"""The wire: pygls's protocol, made to answer whatever is sent and to give no text away.

pygls leaves a request with wrong parameters, and any request after ``shutdown``, without an answer,
and puts the messages of exceptions, which can quote a document, into answers and logs.
"""

from __future__ import annotations

import logging
import os
import traceback
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, cast

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, default_converter

INNERMOST_FRAMES = 6
"""How many places the log names for a fault."""

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

    @property
    def exit_code(self) -> int:
        """What the process ends with: 0 after ``shutdown``, 1 when it was not asked for."""
        return 0 if self._shutdown else 1

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return a message as its type, and any other object of its JSON as it is.

        What does not fit its type stays as it is too; `handle_message` refuses it.
        """
        if data.get("jsonrpc") != self.VERSION:
            return data
        try:
            # JSON-RPC lets parameters be left out where there are none.
            return super().structure_message({"params": None, **data} if "method" in data else data)
        except JsonRpcException:
            return data

    def handle_message(self, message: Any) -> None:
        """Answer a message, or refuse it."""
        if not hasattr(message, "jsonrpc"):
            self._refuse(message)
            return
        method = getattr(message, "method", None)
        is_request = method is not None and hasattr(message, "id")
        self._client_left = self._client_left or method == types.EXIT
        if method is None:
            super().handle_message(message)
            return
        refusal = self._reason_against(method)
        # pygls tells requests from notifications by checks that take longer than most handlers.
        if refusal is None and is_request:
            copy_context().run(self._handle_request, message.id, method, message.params)
        elif refusal is None:
            copy_context().run(self._handle_notification, method, message.params)
        elif is_request:
            self._send_response(message.id, error=refusal)

    def _reason_against(self, method: str) -> types.ResponseError | None:
        """Return why a request cannot be served now; a notification is then dropped."""
        if method == types.EXIT:
            return None
        initialized = hasattr(self, "client_capabilities")
        if not initialized and method != types.INITIALIZE:
            code = types.ErrorCodes.ServerNotInitialized
            return types.ResponseError(code, "The server is not initialized.")
        if initialized and method == types.INITIALIZE:
            code = types.ErrorCodes.InvalidRequest
            return types.ResponseError(code, "The server is initialized already.")
        if self._shutdown:
            code = types.ErrorCodes.InvalidRequest
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
        elif method in cast("dict[object, object]", self.fm.features):
            code = types.ErrorCodes.InvalidParams
            error = types.ResponseError(code, "The parameters do not fit the request.")
            self._send_response(identifier, error=error)
        else:
            error = types.ResponseError(types.ErrorCodes.MethodNotFound, "No such request.")
            self._send_response(identifier, error=error)

    def _handle_response(
        self,
        msg_id: str | int,
        result: Any | None = None,
        error: types.ResponseError | None = None,
    ) -> None:
        """Take an answer of the client, unless we stopped waiting for it."""
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
        if error and error.code == types.ErrorCodes.InternalError:
            error = types.ResponseError(
                error.code, "The request failed; the server's log says where."
            )
        super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """Send a message; what is finished only after the client left is sent to nobody."""
        if not self._client_left:
            super()._send_data(data)


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
