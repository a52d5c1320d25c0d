"""What Billing Lens says of the headline machine, and promises of each fix, is what happens."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from tests.claude_code.comparison import STAGES, Comparison, Scene, Stage, prove
from tests.claude_code.proof import exit_code, introduction, scene_text, stage_text, verdict_text
from tests.machines import assert_no_canary

WIDTH = 100
needs_program = [
    pytest.mark.claude_code,
    pytest.mark.skipif(sys.platform != "linux", reason="Claude Code is run on Linux only"),
]


@dataclass(frozen=True)
class Play:
    """A stage with all its scenes."""

    stage: Stage
    scenes: tuple[Scene, ...]

    @property
    def profile_pays(self) -> bool:
        """Whether the profile pays before any fix, as measured."""
        return self.stage.version == "2.1.146" or "ANTHROPIC_PROFILE" in self.stage.machine.env


@pytest.fixture(
    scope="module",
    params=[pytest.param(stage, id=stage.title, marks=needs_program) for stage in STAGES],
)
def play(request: pytest.FixtureRequest) -> Play:
    return Play(request.param, tuple(prove(request.param)))


def seen(scene: Scene, asked: str) -> str:
    return next(it.seen for it in scene.comparisons if it.asked == asked)


def test_claude_code_does_what_was_said_and_promised(play: Play) -> None:
    texts = [scene_text(scene, colour=False) for scene in play.scenes if not scene.agrees]

    assert not texts, "\n".join(texts)


def test_the_case_is_the_one_users_meet(play: Play) -> None:
    before = play.scenes[0]

    assert before.fix is None
    if play.profile_pays:
        assert seen(before, "claude -p hi") == "profile"
        assert seen(before, "claude") == "API Usage Billing"
    else:
        assert seen(before, "claude -p hi") == "claude_ai_login"
        assert seen(before, "claude") == "Claude Max"


def test_the_subscription_pays_in_the_end(play: Play) -> None:
    candidates = play.scenes[1:] if play.profile_pays else play.scenes

    subscription = [
        scene
        for scene in candidates
        if seen(scene, "claude -p hi") == seen(scene, "claude, asked hi") == "claude_ai_login"
        and seen(scene, "claude") == "Claude Max"
    ]

    assert subscription


def test_what_is_shown_is_narrow_and_free_of_tokens(play: Play) -> None:
    shown = "\n".join(
        [
            introduction(),
            stage_text(play.stage, colour=False),
            *(scene_text(scene, colour=False) for scene in play.scenes),
        ]
    )

    assert_no_canary(shown)
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_a_difference_is_told() -> None:
    agreeing = Comparison("claude -p hi", "sends the x-api-key", "api_key", "api_key")
    differing = Comparison("claude", "Opus 5.5 · API Usage Billing", "Claude Max", "API Usage")

    good, bad = Scene("Before", "Max", (agreeing,)), Scene("Before", "Max", (agreeing, differing))

    assert exit_code([good, good]) == 0
    assert exit_code([good, bad]) == 1
    assert "DIFFER" not in scene_text(good, colour=False)
    assert "DIFFER  claude " in scene_text(bad, colour=False)
    assert "said: Claude Max" in scene_text(bad, colour=False)
    assert verdict_text([good, bad], colour=False).strip() == "2 AGREE, 1 DIFFER"
