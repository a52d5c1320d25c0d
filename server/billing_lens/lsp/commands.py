"""What ``workspace/executeCommand`` runs: editors call these for their own commands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from billing_lens.lsp.asking_claude import ask_claude
from billing_lens.lsp.code_actions import best_safe_fix
from billing_lens.lsp.folders import asked_folder
from billing_lens.lsp.language_server import BillingLensServer
from billing_lens.lsp.workspace_edits import EditWriter
from billing_lens.output.json import Document
from billing_lens.review import OfferedFix
from billing_lens.wishes.severity import Severity

ANNOUNCED_SECONDS = 1.0
"""How long a client may take to announce what it applied: VS Code answers first."""
PROGRESS_SECONDS = 1.0
"""How long the client may take to create a progress token; without one none is reported."""

Command = Callable[[BillingLensServer, types.ExecuteCommandParams], Awaitable[object]]


async def fix_all(server: BillingLensServer, params: types.ExecuteCommandParams) -> Document:
    """Have the client apply the best safe fix there is, one that the user confirms if it can ask.

    Returns ``applied``, the ``title`` of the fix (null when there is none), and how many errors and
    warnings are ``remaining``. One fix alone: after it the route is another, and the rest may be
    moot.
    """
    del params
    server.look_if_changed()
    best = next(_best_fixes(server), None)
    before = _statuses(server)
    applied = best is not None and await _apply(server, *best)
    await _look_until_changed(server, before, ANNOUNCED_SECONDS if applied else 0)
    return {
        "applied": applied,
        "title": best[0].title if best else None,
        "remaining": _count_serious(server),
    }


async def verify(server: BillingLensServer, params: types.ExecuteCommandParams) -> Document:
    """Ask the real Claude Code who pays; it may rewrite its state file when it is asked.

    Returns ``agreement`` (``agrees``, ``misreports``, ``differs`` or ``no answer``) and ``text``,
    which says it in words. `folder` or `textDocument` in the argument choose the machine as in
    ``billingLens/status``.

    Raises:
        JsonRpcInvalidParams: the argument does not say ``"confirmed": true``.
    """
    argument = _argument(params)
    if argument.get("confirmed") is not True:
        raise JsonRpcInvalidParams(
            "This runs Claude Code, which may rewrite its state file: ask the user first, "
            'then pass {"confirmed": true}.'
        )
    server.look_if_changed()
    machine = server.review_in(asked_folder(server.folders, argument)).machine
    async with _shown_as_progress(server, "Asking Claude Code who pays", params.work_done_token):
        verification = await ask_claude(machine)
    return {"agreement": verification.word, "text": verification.text}


async def report(server: BillingLensServer, params: types.ExecuteCommandParams) -> str:
    """Return the report of a machine as Markdown, for an issue; see `output.report`.

    `folder` or `textDocument` in the argument choose the machine, and ``error`` is the text of a
    failure to sort.
    """
    from billing_lens.output.report import circumstances_of, report_of  # noqa: PLC0415 rarely asked
    from billing_lens.output.report_markdown import report_markdown  # noqa: PLC0415

    argument = _argument(params)
    server.look_if_changed()
    seen = server.review_in(asked_folder(server.folders, argument))
    error = argument.get("error")
    around = circumstances_of(seen.machine, error if isinstance(error, str) else None)
    return report_markdown(report_of(seen, around))


COMMANDS: Mapping[str, Command] = {
    "billingLens.server.fixAll": fix_all,
    "billingLens.server.verify": verify,
    "billingLens.server.report": report,
}


def _best_fixes(server: BillingLensServer) -> Iterator[tuple[OfferedFix, types.WorkspaceEdit]]:
    """Yield the best safe fix of each folder that has one, with its edit."""
    for folder in server.folders:
        seen = server.review_in(folder)
        writer = EditWriter(seen.machine, server.documents, server.client_capabilities)
        offer = best_safe_fix(iter(seen.findings), writer)
        edit = writer.write_to_confirm(offer.fix, offer.title) if offer else None
        if offer and edit:
            yield offer, edit


def _statuses(server: BillingLensServer) -> list[Document | None]:
    return [folder.status for folder in server.folders]


async def _apply(server: BillingLensServer, offer: OfferedFix, edit: types.WorkspaceEdit) -> bool:
    if not get_capability(server.client_capabilities, "workspace.apply_edit"):
        return False
    try:
        params = types.ApplyWorkspaceEditParams(edit, offer.title)
        result = await server.workspace_apply_edit_async(params)
    except JsonRpcException:
        return False
    return result.applied


async def _look_until_changed(
    server: BillingLensServer, before: list[Document | None], seconds: float
) -> None:
    """Look until the status changes, at least once; the client may take `seconds` to announce."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        await server.pause()
        server.look_if_changed()
        if _statuses(server) != before or loop.time() >= end:
            return
        await asyncio.sleep(0.02)


def _count_serious(server: BillingLensServer) -> int:
    """Return how many errors and warnings there are; what folders share counts once."""
    findings = [it.finding for folder in server.folders for it in server.review_in(folder).findings]
    serious = (it for it in findings if it.severity in (Severity.ERROR, Severity.WARNING))
    return len({(finding.rule, finding.place) for finding in serious})


def _argument(params: types.ExecuteCommandParams) -> Mapping[str, object]:
    first = params.arguments[0] if params.arguments else None
    return cast("Mapping[str, object]", first) if isinstance(first, dict) else {}


@asynccontextmanager
async def _shown_as_progress(
    server: BillingLensServer, title: str, token: types.ProgressToken | None
) -> AsyncGenerator[None]:
    """Have the client show progress meanwhile; if the user cancels it, the task is cancelled.

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


async def _created(server: BillingLensServer) -> types.ProgressToken | None:
    if not get_capability(server.client_capabilities, "window.work_done_progress"):
        return None
    params = types.WorkDoneProgressCreateParams(token=str(uuid4()))
    try:
        creating = server.window_work_done_progress_create_async(params)
        await asyncio.wait_for(creating, PROGRESS_SECONDS)
    except (JsonRpcException, asyncio.TimeoutError):
        return None
    return params.token
