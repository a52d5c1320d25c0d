"""Long work that the client shows as going on and lets the user cancel, where it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

CREATE_SECONDS = 1.0
"""How long to wait for the client's leave to report; without it the work goes on unreported."""


@asynccontextmanager
async def shown_as_progress(
    server: LanguageServer, title: str, token: types.ProgressToken | None
) -> AsyncGenerator[None]:
    """Report what is done meanwhile; when the user cancels it, the current task is cancelled.

    `token` is the client's own, where its request brought one.
    """
    if token is None:
        token = await _created(server)
    if token is None:
        yield
        return
    progress, task = server.work_done_progress, asyncio.current_task()
    progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
    cancels = cast("dict[types.ProgressToken, Future[object]]", progress.tokens)
    cancels[token].add_done_callback(lambda _: task and task.cancel())
    try:
        yield
    finally:
        del cancels[token]
        progress.end(token, types.WorkDoneProgressEnd())


async def _created(server: LanguageServer) -> types.ProgressToken | None:
    window = server.client_capabilities.window
    if not (window and window.work_done_progress):
        return None
    params = types.WorkDoneProgressCreateParams(token=str(uuid4()))
    try:
        leave = server.window_work_done_progress_create_async(params)
        await asyncio.wait_for(leave, CREATE_SECONDS)
    except (JsonRpcException, asyncio.TimeoutError):
        return None
    return params.token
