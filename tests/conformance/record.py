"""Records what the real Claude Code does on made-up machines, as cases of ``measured.jsonl``.

    python -m tests.conformance.record MACHINES.json [--into CASES.jsonl] [--jobs N]

MACHINES.json is a list of ``{"name", "version", "files", "env", "cwd", "args", "ask", "keys"}``;
``ask`` lists what to look at, ``headless``, ``status`` (both by default) or ``interactive``; the
status is asked in any case when no model request is seen. ``keys`` are typed first interactively,
to answer dialogs. A case of the same name and version is
replaced; the file stays sorted by name. The lines of ``measured.jsonl`` are such machines too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from tests.claude_code.observe import (
    Observation,
    observe_interactive,
    observe_status,
    observe_wire,
)
from tests.claude_code.sources import Billed, UnknownSourceError, claimed_sources, source_of
from tests.machines import MadeUpMachine

MEASURED = Path(__file__).with_name("measured.jsonl")
FIRST_PARTY = "firstParty"

_PROFILE = re.compile(
    r"^Profile: credentials-file · (?P<type>\w+) · profile (?P<name>.+?)(?: · |$)", re.MULTILINE
)

Case = dict[str, object]


@dataclass(frozen=True)
class Request:
    """A machine and what to look at on it. `keys` answer dialogs of an interactive run."""

    name: str
    version: str
    machine: MadeUpMachine
    ask: tuple[str, ...] = ("headless", "status")
    keys: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Request:
        """Return one entry of MACHINES.json, or one line of the recorded cases, as a request."""
        return cls(
            name=cast("str", value["name"]),
            version=cast("str", value["version"]),
            machine=MadeUpMachine.from_case(value),
            ask=tuple(cast("list[str]", value.get("ask", _asked_before(value)))),
            keys=tuple(cast("list[str]", value.get("keys", []))),
        )


@dataclass(frozen=True)
class Looks:
    """What was seen; a look that was not asked for, or that nothing can come of, is None."""

    status: Observation | None = None
    headless: Observation | None = None
    interactive: Observation | None = None

    @property
    def traffic(self) -> Observation | None:
        """The look that shows what is billed."""
        return self.interactive or self.headless


@dataclass(frozen=True)
class Verdict:
    """The source in charge and on what evidence: ``headless``, ``interactive`` or ``status``."""

    source: str
    basis: str
    works: bool = True
    details: Mapping[str, str] = field(default_factory=dict[str, str])

    def as_json(self) -> Mapping[str, object]:
        """Return the ``expect`` of a case."""
        failing = {} if self.works else {"works": False}
        return {"source": self.source, **failing, **self.details, "basis": self.basis}


def record(request: Request) -> Case:
    """Run the program on the machine and return the case.

    Raises:
        UnknownSourceError: what was seen does not say which source was in charge.
    """
    looks = _look(request)
    machine = request.machine
    case: Case = {
        "version": request.version,
        "name": request.name,
        "files": machine.files,
        "env": machine.env,
        "cwd": f"~/{machine.cwd}",
        "args": list(machine.args),
    }
    case = {"id": _id_of(case), **case, "expect": _verdict(request, looks).as_json()}
    if request.keys:
        case["keys"] = list(request.keys)
    if looks.headless:
        case["headless"] = _headless(machine, looks.headless)
    if looks.status:
        case["status"] = _status(looks.status)
    if looks.interactive:
        case["interactive"] = _interactive(looks.interactive)
    return case


def _look(request: Request) -> Looks:
    """Look as asked; a cloud provider is not tried, its requests go to hosts that are not there."""
    machine, version = request.machine, request.version
    status = observe_status(machine, version) if "status" in request.ask else None
    if status and status.status.get("apiProvider", FIRST_PARTY) != FIRST_PARTY:
        return Looks(status)
    if "interactive" in request.ask:
        looks = Looks(status, interactive=observe_interactive(machine, version, request.keys))
    else:
        looks = Looks(status, observe_wire(machine, version) if "headless" in request.ask else None)
    if looks.traffic and not looks.traffic.model_requests and status is None:
        return replace(looks, status=observe_status(machine, version))
    return looks


def _verdict(request: Request, looks: Looks) -> Verdict:
    traffic, status = looks.traffic, looks.status
    if traffic is None:
        claimed = claimed_sources(status) if status else ()
        if not claimed:
            raise UnknownSourceError("the status names no source")
        return Verdict(claimed[0], "status", details=_details(claimed[0], status))
    billed = source_of(request.machine, traffic, status)
    if looks.interactive and billed.basis == "status" and billed.source != "none":
        raise UnknownSourceError("nothing was asked: a dialog took the question")
    basis = "interactive" if looks.interactive else _basis(billed)
    works = bool(looks.interactive) or _works(traffic)
    return Verdict(billed.source, basis, works, _details(billed.source, status))


def _basis(billed: Billed) -> str:
    return "headless" if billed.basis == "wire" else "status"


def _works(traffic: Observation) -> bool:
    """Whether a model request was sent that carried more than an empty credential."""
    return any(request.bearer or request.api_key for request in traffic.model_requests)


def _details(source: str, status: Observation | None) -> Mapping[str, str]:
    if status is None:
        return {}
    if source == "cloud_provider":
        return {"provider": str(status.status.get("apiProvider"))}
    profile = _PROFILE.search(status.text)
    if source == "profile" and profile:
        return {"profile": profile["name"], "profile_type": profile["type"]}
    plan = status.status.get("subscriptionType")
    return {"plan": plan} if source == "claude_ai_login" and isinstance(plan, str) else {}


def _headless(machine: MadeUpMachine, seen: Observation) -> Mapping[str, object]:
    billed = source_of(machine, seen) if _is_plain(machine, seen) else None
    return {
        "exit": "timeout" if seen.exit_code is None else seen.exit_code,
        "source": billed.source if billed else None,
        **({"also_sent": billed.also_sent} if billed and billed.also_sent else {}),
        "stdout": seen.stdout,
        "stderr": seen.stderr,
    }


def _is_plain(machine: MadeUpMachine, seen: Observation) -> bool:
    """Whether the request alone says whose token it carried."""
    try:
        return bool(seen.model_requests) and bool(source_of(machine, seen))
    except UnknownSourceError:
        return False


def _status(seen: Observation) -> Mapping[str, object]:
    claimed = claimed_sources(seen)
    return {
        "exit": "timeout" if seen.exit_code is None else seen.exit_code,
        "source": claimed[0] if len(claimed) == 1 else "?",
        "json": seen.status,
        "text": seen.text,
    }


def _interactive(seen: Observation) -> Mapping[str, object]:
    return {"banner": seen.banner, "screen": list(seen.screen)[-12:]}


def _asked_before(case: Mapping[str, object]) -> list[str]:
    looks = [look for look in ("interactive", "headless", "status") if look in case]
    return looks or ["headless", "status"]


def _id_of(case: Case) -> str:
    return hashlib.sha256(json.dumps(case, sort_keys=True).encode()).hexdigest()[:10]


def _key(case: Mapping[str, object]) -> tuple[str, str]:
    return cast("str", case["name"]), cast("str", case["version"])


def write_cases(path: Path, new: Iterable[Case]) -> None:
    """Add the cases to the file or replace those of the same name and version, sorted by name."""
    old: list[Case] = []
    if path.exists():
        old = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    merged = {_key(case): case for case in (*old, *new)}
    lines = [json.dumps(merged[key], ensure_ascii=False) for key in sorted(merged)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _record_or_say_why(request: Request) -> Case | None:
    try:
        case = record(request)
    except UnknownSourceError as error:
        print(f"{request.version} {request.name}: not recorded, {error}", file=sys.stderr)
        return None
    print(f"{request.version} {request.name}: {case['expect']}", file=sys.stderr, flush=True)
    return case


def main(arguments: Sequence[str] | None = None) -> int:
    """Record the machines of a file; 1 when one of them could not be recorded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machines", type=Path)
    parser.add_argument("--into", type=Path, default=MEASURED)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    text = given.machines.read_text(encoding="utf-8")
    values = (
        json.loads(text)
        if text.lstrip().startswith("[")
        else [json.loads(line) for line in text.splitlines()]
    )
    requests = [Request.from_json(value) for value in values]
    with ThreadPoolExecutor(given.jobs) as pool:
        recorded = list(pool.map(_record_or_say_why, requests))
    write_cases(given.into, (case for case in recorded if case))
    return 0 if all(recorded) else 1


if __name__ == "__main__":
    sys.exit(main())
