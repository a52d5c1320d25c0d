"""GitHub Actions: which steps of a workflow run Claude Code, and with what.

Sources: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions (``env`` of a
step before its job's before the workflow's), and ``action.yml`` of anthropics/claude-code-action
and anthropics/claude-code-base-action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from billing_lens.config.declarations import (
    Declaration,
    DeclaredRun,
    Elsewhere,
    child,
    declaration_at,
    elements,
    members,
    starts_claude,
    texts_in,
    variables_in,
    yaml_root,
)
from billing_lens.config.file import ConfigFile
from billing_lens.text.yaml_document import YamlNode

EXPRESSION = re.compile(r"\$\{\{")

_ACTION = re.compile(r"anthropics/claude-code-(base-)?action(/base-action)?@", re.IGNORECASE)

INPUTS = {
    "anthropic_api_key": "ANTHROPIC_API_KEY",
    "claude_code_oauth_token": "CLAUDE_CODE_OAUTH_TOKEN",
    "anthropic_federation_rule_id": "ANTHROPIC_FEDERATION_RULE_ID",
    "anthropic_organization_id": "ANTHROPIC_ORGANIZATION_ID",
    "anthropic_service_account_id": "ANTHROPIC_SERVICE_ACCOUNT_ID",
    "use_bedrock": "CLAUDE_CODE_USE_BEDROCK",
    "use_vertex": "CLAUDE_CODE_USE_VERTEX",
    "use_foundry": "CLAUDE_CODE_USE_FOUNDRY",
}
"""The action's inputs and the variables it sets from them. It sets each of them always, so that an
input that is not given blanks what the job's ``env`` says (``env:`` of the step that runs Claude
Code, ``action.yml``)."""

_SWITCHES = ("use_bedrock", "use_vertex", "use_foundry")
_IDENTITY = "ANTHROPIC_IDENTITY_TOKEN"


def runs_of(file: ConfigFile) -> Iterator[DeclaredRun]:
    """Yield the steps of a workflow that run Claude Code, those of the action first of all."""
    root = yaml_root(file)
    of_workflow = variables_in(file, child(root, "env"), EXPRESSION)
    for job in members(child(root, "jobs")):
        of_job = {
            **variables_in(file, child(job, "container", "env"), EXPRESSION),
            **of_workflow,
            **variables_in(file, job.child("env"), EXPRESSION),
        }
        steps = [step for step in elements(job.child("steps")) if _runs_claude(step)]
        for step in steps:
            name = job.key or ""
            run = DeclaredRun(
                Elsewhere.CI,
                name if len(steps) == 1 else f"{name}/{_name_of(step)}",
                file.path,
                job.pointer,
                {**of_job, **variables_in(file, step.child("env"), EXPRESSION)},
            )
            uses = step.child("uses")
            yield _with_inputs(file, step, run) if uses and _ACTION.match(uses.text) else run


def _runs_claude(step: YamlNode) -> bool:
    if step.kind != "object":
        return False
    given = (name for name in _names(step.child("env")) if name.startswith("CLAUDE_CODE_"))
    return starts_claude(texts_in(step.child("uses"), step.child("run"))) or any(given)


def _names(section: YamlNode | None) -> Iterator[str]:
    return (member.key or "" for member in members(section))


def _name_of(step: YamlNode) -> str:
    """Return a step's id or name, or its number from 1."""
    named = step.child("id") or step.child("name")
    return named.text if named else str(int(step.pointer.rpartition("/")[2]) + 1)


def _with_inputs(file: ConfigFile, step: YamlNode, run: DeclaredRun) -> DeclaredRun:
    """Return a run with what the action makes of its inputs."""
    variables = dict(run.variables)
    given = {member.key or "": member for member in members(step.child("with"))}
    for name_of_input, variable in INPUTS.items():
        variables.pop(variable, None)
        if name_of_input in given:
            declared = declaration_at(file, variable, given[name_of_input], EXPRESSION)
            is_switch = name_of_input in _SWITCHES
            variables[variable] = _switched(declared) if is_switch else declared
    _add_identity(variables)
    settings, arguments = (
        declaration_at(file, name, given[name], EXPRESSION) if name in given else None
        for name in ("settings", "claude_args")
    )
    return replace(run, variables=variables, settings=settings, arguments=arguments)


def _switched(given: Declaration) -> Declaration:
    """Return a switch as the action sets it: only "true" (in any case) turns it on."""
    if not given.known:
        return given
    return replace(given, value="1" if given.value.lower() == "true" else "")


def _add_identity(variables: dict[str, Declaration]) -> None:
    """Add the workflow's own token, which the action fetches where federation is asked for.

    Source: base-action/src/workload-identity.ts of anthropics/claude-code-action.
    """
    rule = variables.get("ANTHROPIC_FEDERATION_RULE_ID")
    if rule and "ANTHROPIC_ORGANIZATION_ID" in variables:
        variables[_IDENTITY] = replace(rule, name=_IDENTITY, value="(fetched)", known=False)
