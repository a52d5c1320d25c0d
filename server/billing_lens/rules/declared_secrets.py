"""Secrets in workflows, compose files and the like, for the rule secret-in-project."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.place import Place
from billing_lens.config.file import ConfigFile
from billing_lens.config.github_workflow import INPUTS
from billing_lens.config.kinds import Kind
from billing_lens.config.named_texts import NamedText, named_texts
from billing_lens.config.secrets import ANTHROPIC_TOKEN, is_plausible_token
from billing_lens.rules.rule import Command
from billing_lens.text.positions import Span

CREDENTIALS = frozenset(
    {
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_FOUNDRY_API_KEY",
        "ANTHROPIC_IDENTITY_TOKEN",
        "AWS_BEARER_TOKEN_BEDROCK",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "anthropic_api_key",
        "claude_code_oauth_token",
    }
)
"""Variables and inputs of Claude Code's whose value is a secret. Another program's, a database's
password for tests say, are its own affair."""

REFERENCES = {
    Kind.GITHUB_WORKFLOW: "${{{{ secrets.{name} }}}}",
    Kind.GITLAB_CI: "${name}",
    Kind.COMPOSE: "${{{name}}}",
    Kind.DEVCONTAINER: "${{localEnv:{name}}}",
}
"""How each kind of file refers to a value that stands elsewhere."""


def secrets_in(file: ConfigFile) -> Iterator[tuple[Place, str]]:
    """Yield the place of each secret in plain text, with its variable's name where it has one.

    Anthropic's own tokens are found anywhere in the text, comments, scripts and broken text
    included; others where one of Claude Code's variables holds them.
    """
    if not file.mentions_claude:
        return
    spans: list[Span] = []
    for named in named_texts(file.structure):
        span = file.span_of(named.pointer)
        if _is_secret(named) and span is not None:
            spans.append(span)
            yield Place(file.path, named.pointer, span=span), INPUTS.get(named.name, named.name)
    text = file.structure.data.decode("utf-8", "replace")
    for match in ANTHROPIC_TOKEN.finditer(text):
        span = _bytes_of(text, match.start(), match.end())
        inside = any(it.start <= span.start and span.end <= it.end for it in spans)
        if is_plausible_token(match[0]) and not inside:
            yield Place(file.path, "", span=span), ""


def _is_secret(named: NamedText) -> bool:
    if named.name in CREDENTIALS:
        return is_plausible_token(named.text)
    return ANTHROPIC_TOKEN.fullmatch(named.text) is not None and is_plausible_token(named.text)


def _bytes_of(text: str, start: int, end: int) -> Span:
    first = len(text[:start].encode("utf-8", "surrogatepass"))
    return Span(first, first + end - start)


def reference_to(file: ConfigFile, name: str) -> str:
    """Return what to write in place of a secret, empty where the file knows no references."""
    return REFERENCES.get(file.kind, "").format(name=name or "ANTHROPIC_API_KEY")


def storing(file: ConfigFile, name: str) -> Iterator[Command]:
    """Yield the command that stores a secret where a workflow can refer to it."""
    if file.kind is Kind.GITHUB_WORKFLOW and name.isidentifier():
        reference = reference_to(file, name)
        purpose = f"Asks for the value and stores it; then write {reference} here."
        yield Command(f"gh secret set {name}", purpose)
