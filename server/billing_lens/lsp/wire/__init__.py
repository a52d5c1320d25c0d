"""The wire: messages, transport and dispatch where the server goes past pygls.

pygls leaves a request with wrong parameters, and any request after ``shutdown``, without an answer,
puts the messages of exceptions, which can quote a document, into answers and logs, and takes longer
over a keystroke than we do to diagnose it. All that is used of pygls, lsprotocol and attrs beyond
what they offer is used in this package, with the reason beside it; pyproject.toml bounds pygls to
the minor versions that were tried. Nothing outside imports a module of it, which import-linter
checks. What always holds:

*   **Every request is answered once.** ``ServerNotInitialized`` before ``initialize``,
    ``InvalidRequest`` after ``shutdown`` or for a second ``initialize``, ``MethodNotFound``,
    ``InvalidParams`` where the parameters do not fit, ``RequestCancelled``, ``InternalError``.
    Notifications that cannot be served are dropped. What has no usable id is told in the log.
*   **No text is given away.** An error says what went wrong in our words, the log the kind of an
    exception and the lines of code it came through (`fault`); neither quotes a message.
*   **Order.** Messages are handled one after the other, as they came; what a handler starts at once
    goes before the next message. A handler that has to wait (`Eventually`) does not hold up the
    others, whose answers may then come first. An ``exit`` waits for the answer to ``shutdown``;
    after it nothing is sent.
*   **Cancellation.** ``$/cancelRequest`` cancels a handler that waits; one that does not has
    answered by then. An answer of the client that nobody waits for any more is passed over.
*   **Encodings.** Bodies are UTF-8 JSON, with lone surrogates where JavaScript has them. Positions
    have the encoding that was agreed on with the client; here they are numbers, nothing else.
*   **Limits.** A header has at most 64 KiB, a body less than 1 GB. What is no message is passed
    over, told in the log, and not kept. Header names are read in any case, whatever else is there.
*   **Transport.** Input is waited for on the event loop where that is a pipe or socket which can be
    polled. It cannot be on Windows, in a terminal, in a file, or where input and output are one
    socket: there a thread copies it to a socket, and all else is the same. pygls's own transport
    is never used: it waits in a thread that it joins at the end, so it hangs when ``exit`` comes
    before the answer to ``shutdown``; it misses ``content-length`` and keeps an endless line.
*   **Types.** `DocumentChange` and `DiagnosticsPull` are made by msgspec, all others by lsprotocol,
    each at its first use. So this package, which arranges that, is imported before lsprotocol.
"""

from billing_lens.lsp.wire.deferred_types import load_types

load_types()  # before pygls, which all others import, does

from billing_lens.lsp.wire.messages import (  # noqa: E402
    ChangedDocument,
    ContentChange,
    DiagnosticsPull,
    DocumentChange,
    WirePosition,
    WireRange,
)
from billing_lens.lsp.wire.protocol import (  # noqa: E402
    BillingLensProtocol,
    Eventually,
    fault,
    message_converter,
)
from billing_lens.lsp.wire.transport import StandardStreamsServer  # noqa: E402

__all__ = [
    "BillingLensProtocol",
    "ChangedDocument",
    "ContentChange",
    "DiagnosticsPull",
    "DocumentChange",
    "Eventually",
    "StandardStreamsServer",
    "WirePosition",
    "WireRange",
    "fault",
    "message_converter",
]
