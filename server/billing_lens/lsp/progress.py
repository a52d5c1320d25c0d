"""Long work that the client shows as going on and lets the user cancel, where it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from billing_lens.lsp.wire import StandardStreamsServer

CREATE_SECONDS = 1.0
"""How long to wait for the client's leave to report; without it the work goes on unreported."""


@asynccontextmanager
async def shown_as_progress(
    server: StandardStreamsServer, title: str, token: types.ProgressToken | None
) -> AsyncGenerator[None]:
    """Report what is done meanwhile; when the user cancels it, the current task is cancelled.

    `token` is the client's own, where its request brought one.
    """
    if token is None:
        token = await _created(server)
    if token is None:
        yield
        return
    task = asyncio.current_task()
    server.begin_progress(token, title, cancel=lambda: task and task.cancel())
    try:
        yield
    finally:
        server.end_progress(token)


async def _created(server: StandardStreamsServer) -> types.ProgressToken | None:
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
