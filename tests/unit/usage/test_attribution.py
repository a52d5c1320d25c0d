"""Who paid, as the real program's logs tell it, and where they do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from billing_lens.usage.accounting import spent_of
from billing_lens.usage.attribution import Stretch
from billing_lens.usage.requests import Marks
from billing_lens.usage.signals import CONFOUNDERS, READINGS, SIGNALS, Confidence, Payer
from tests.unit.usage.logs import RECORDED, MadeUpLog, read

TRUTH = {
    "login": Payer.SUBSCRIPTION,
    "setup-token": Payer.SUBSCRIPTION,
    "login-gateway": Payer.SUBSCRIPTION,
    "key": Payer.API_USAGE,
    "key-1h-cache": Payer.API_USAGE,
    "auth-token": Payer.API_USAGE,
    "managed-key": Payer.API_USAGE,
    "profile": Payer.API_USAGE,
    "bedrock": Payer.CLOUD_PROVIDER,
    "vertex": Payer.CLOUD_PROVIDER,
    "gateway": Payer.GATEWAY,
    "gateway-auth-token": Payer.GATEWAY,
}
"""Who paid in each recorded log, by its name without the version."""

CONFUSED = {
    "login-5m-cache-2.1.332": ("FORCE_PROMPT_CACHING_5M", Payer.USAGE_CREDITS),
    "key-without-experimental-betas-2.1.332": (
        "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS",
        Payer.GATEWAY,
    ),
}
"""Logs that look like another payer's, and the variable that did it."""

NOT_TOLD = {"managed-key-2.1.284"}
"""That version's logs do not tell a Console login's key from usage credits."""

NAMES = sorted(path.stem for path in RECORDED.glob("*.jsonl"))


def parts_of(directory: Path, *confounders: str) -> list[Stretch]:
    return list(spent_of(read(directory), confounders=confounders).parts)


def recorded(tmp_path: Path, name: str, *confounders: str) -> Stretch:
    shutil.copy(RECORDED / f"{name}.jsonl", tmp_path)
    (part,) = parts_of(tmp_path, *confounders)
    return part


@pytest.mark.parametrize("name", [it for it in NAMES if it not in {*CONFUSED, *NOT_TOLD}])
def test_the_payer_of_a_recorded_log(tmp_path: Path, name: str) -> None:
    part = recorded(tmp_path, name)

    assert part.verdict.payer is TRUTH[name.rpartition("-")[0]]
    assert part.verdict.confidence is not Confidence.UNCLEAR
    assert part.verdict.evidence


@pytest.mark.parametrize("name", CONFUSED)
def test_a_setting_that_confuses_makes_it_a_guess(tmp_path: Path, name: str) -> None:
    setting, looks_like = CONFUSED[name]

    unaware, aware = recorded(tmp_path, name), recorded(tmp_path, name, setting)

    assert (unaware.verdict.payer, unaware.verdict.confidence) == (looks_like, Confidence.LIKELY)
    assert aware.verdict.confidence is Confidence.UNCLEAR
    assert setting in aware.verdict.evidence[-1]


@pytest.mark.parametrize("name", NOT_TOLD)
def test_what_a_log_does_not_tell_is_not_said(tmp_path: Path, name: str) -> None:
    assert recorded(tmp_path, name).verdict.payer is Payer.UNCLEAR


def test_a_key_with_a_long_cache_is_recorded_whatever_is_set(tmp_path: Path) -> None:
    part = recorded(tmp_path, "key-1h-cache-2.1.332", *CONFOUNDERS)

    assert part.verdict.confidence is Confidence.RECORDED


def test_credits_after_the_limit_split_the_session(tmp_path: Path) -> None:
    log = MadeUpLog().owner()
    log.answer("1h", oauth=True).answer("1h", oauth=True).answer("5m", oauth=True)
    log.answer("1h", oauth=True).write(tmp_path)

    parts = parts_of(tmp_path)

    assert [(it.verdict.payer, len(it.requests)) for it in parts] == [
        (Payer.SUBSCRIPTION, 2),
        (Payer.USAGE_CREDITS, 1),
        (Payer.SUBSCRIPTION, 1),
    ]


def test_a_subagent_counts_to_the_conversation_it_serves(tmp_path: Path) -> None:
    log = MadeUpLog(version="2.1.200").answer("1h").answer("5m", isSidechain=True)
    log.answer(None).answer("1h").write(tmp_path)

    (part,) = parts_of(tmp_path)

    assert part.verdict.payer is Payer.SUBSCRIPTION
    assert len(part.requests) == 4


def test_what_comes_before_the_first_mark_counts_to_it(tmp_path: Path) -> None:
    MadeUpLog(version="2.1.200").answer(None).answer("5m").write(tmp_path)

    (part,) = parts_of(tmp_path)

    assert (part.verdict.payer, len(part.requests)) == (Payer.API_USAGE, 2)


def test_a_session_without_any_mark_is_unclear(tmp_path: Path) -> None:
    MadeUpLog(version="2.1.200").answer(None).write(tmp_path)

    (part,) = parts_of(tmp_path)

    assert part.verdict.payer is Payer.UNCLEAR


@pytest.mark.parametrize(
    ("version", "payer"),
    [
        ("2.1.217", Payer.API_USAGE),
        ("2.1.218", Payer.UNCLEAR),
        ("2.1.247", Payer.UNCLEAR),
        ("2.1.248", Payer.API_USAGE),
        ("of no kind", Payer.API_USAGE),
    ],
)
def test_versions_that_asked_wrongly(tmp_path: Path, version: str, payer: Payer) -> None:
    MadeUpLog(version=version).answer("5m").write(tmp_path)

    assert [it.verdict.payer for it in parts_of(tmp_path)] == [payer]


def test_the_absence_of_a_mark_says_nothing_before_it_existed(tmp_path: Path) -> None:
    log = MadeUpLog(version="2.1.299").answer("5m", oauth=False)
    log.write(tmp_path)

    assert parts_of(tmp_path)[0].verdict.confidence is Confidence.LIKELY


def test_the_tables_name_marks_that_exist_and_no_row_is_hidden() -> None:
    names = set(Marks.__struct_fields__)
    assert set(SIGNALS) <= names
    for at, row in enumerate(READINGS):
        assert set(row.marks) <= names
        hidden = [
            it.evidence
            for it in READINGS[:at]
            if it.marks.items() <= row.marks.items() and not it.versions.text
        ]
        assert hidden == []
