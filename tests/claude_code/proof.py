"""Shows in a terminal that the real Claude Code does what Billing Lens says and promises.

    python -m tests.claude_code.proof

Nothing but the network is made up around the program: it runs on machines built for the occasion,
and a stand-in on the loopback interface answers it. The exit code is 1 if anything differs.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence

from tests.claude_code.comparison import STAGES, Comparison, Scene, Stage, prove
from tests.claude_code.program import ProgramUnavailableError

WIDTH = 100
_INTRODUCTION = """\
A developer with a Max plan once ran Anthropic's ant CLI for a Console organization. Who pays for
Claude Code now, and after each fix that Billing Lens offers? Each line is one run on a copy of
that machine, in the words of the program; AGREE means: it did what Billing Lens had said."""

_GREEN, _RED, _BOLD = "32", "31", "1"


def introduction() -> str:
    """What is about to be shown."""
    return _INTRODUCTION


def stage_text(stage: Stage, colour: bool) -> str:
    """The heading of a stage."""
    return "\n" + _paint(f"━━ {stage.title} ".ljust(WIDTH, "━"), _BOLD, colour)


def scene_text(scene: Scene, colour: bool) -> str:
    """What Billing Lens said and one line for each run, in the program's own words."""
    return "\n".join(_scene_lines(scene, colour))


def verdict_text(scenes: Sequence[Scene], colour: bool) -> str:
    """How often the program did what was said."""
    comparisons = [comparison for scene in scenes for comparison in scene.comparisons]
    differing = sum(not comparison.agrees for comparison in comparisons)
    text = f"{len(comparisons) - differing} AGREE, {differing} DIFFER"
    return "\n" + _paint(text, _RED if differing else _GREEN, colour)


def _scene_lines(scene: Scene, colour: bool) -> Iterator[str]:
    title = f"After the fix: {scene.title}" if scene.fix else scene.title
    yield ""
    for line in textwrap.wrap(title, WIDTH - 2, subsequent_indent="  "):
        yield "  " + _paint(line, _BOLD, colour)
    if scene.fix:
        yield f"  billing-lens fix --fix {scene.fix.id} --yes"
    verb = "promised" if scene.fix else "says"
    yield f"    Billing Lens {verb}: {scene.label}"
    for comparison in scene.comparisons:
        yield from _comparison_lines(comparison, colour)


def _comparison_lines(comparison: Comparison, colour: bool) -> Iterator[str]:
    verdict = (
        _paint("AGREE ", _GREEN, colour) if comparison.agrees else _paint("DIFFER", _RED, colour)
    )
    start = f"{comparison.asked:<19}  "
    words = textwrap.shorten(comparison.words, WIDTH - len(start) - 12, placeholder="…")
    yield f"    {verdict}  {start}{words}"
    if not comparison.agrees:
        yield f"            said: {comparison.said}"
        yield f"            seen: {comparison.seen}"


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def main() -> int:
    """Prints every scene as soon as it was seen; 1 if anything differs, 2 without the program."""
    colour = sys.stdout.isatty()
    print(introduction())
    scenes: list[Scene] = []
    try:
        for stage in STAGES:
            print(stage_text(stage, colour), flush=True)
            for scene in prove(stage):
                scenes.append(scene)
                print(scene_text(scene, colour), flush=True)
    except ProgramUnavailableError as reason:
        print(f"The real program cannot be had: {reason}", file=sys.stderr)
        return 2
    print(verdict_text(scenes, colour))
    return exit_code(scenes)


def exit_code(scenes: Sequence[Scene]) -> int:
    """0 if the program did all that was said, else 1."""
    return 0 if all(scene.agrees for scene in scenes) else 1


if __name__ == "__main__":
    sys.exit(main())
