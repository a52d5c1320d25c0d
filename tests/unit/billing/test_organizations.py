"""Which organizations a machine knows: every place of an id, names, and your own."""

from __future__ import annotations

from pathlib import Path

from billing_lens.billing.organizations import id_places, organization_names, plan_of_organization
from billing_lens.config.known_key import Sort
from tests.machines import CONSOLE_ORGANIZATION, SUBSCRIPTION_ORGANIZATION, headline
from tests.unit.machine.snapshot import snapshot

OTHER = "55555555-5555-4555-8555-555555555555"


def test_every_place_of_an_id(tmp_path: Path) -> None:
    machine = headline().with_env(ANTHROPIC_ORGANIZATION_ID=OTHER)
    managed = "/etc/claude-code/managed-settings.json"
    ours = f'[expected]\norganization = "{OTHER}"\n'
    machine = machine.with_files(
        {
            managed: {"forceLoginOrgUUID": [OTHER, 7, ""]},
            ".config/billing-lens/config.toml": ours,
            ".claude/settings.json": {"env": {"ANTHROPIC_ORGANIZATION_ID": OTHER}},
        }
    )
    places = [(it.id, it.name, it.place.pointer) for it in id_places(snapshot(machine, tmp_path))]
    assert sorted(places, key=str) == sorted(
        [
            (SUBSCRIPTION_ORGANIZATION, "organizationUuid", "/oauthAccount/organizationUuid"),
            (CONSOLE_ORGANIZATION, "organization_id", "/organization_id"),
            (CONSOLE_ORGANIZATION, "organization_uuid", "/organization_uuid"),
            (OTHER, "forceLoginOrgUUID", "/forceLoginOrgUUID/0"),
            (OTHER, "organization", "/expected/organization"),
            (OTHER, "ANTHROPIC_ORGANIZATION_ID", "/env/ANTHROPIC_ORGANIZATION_ID"),
            (OTHER, "ANTHROPIC_ORGANIZATION_ID", None),
        ],
        key=str,
    )


def test_places_of_workspaces(tmp_path: Path) -> None:
    profile = {"workspace_id": "wrkspc_1", "organization_id": OTHER}
    machine = headline().with_files({".config/anthropic/configs/default.json": profile})
    [place] = id_places(snapshot(machine, tmp_path), Sort.WORKSPACE)
    assert (place.id, place.name) == ("wrkspc_1", "workspace_id")


def test_names_come_from_the_account_the_profiles_and_the_backups(tmp_path: Path) -> None:
    account = {"organizationUuid": OTHER, "organizationName": " Old ", "emailAddress": "a@b.c"}
    machine = headline().with_files(
        {".claude/backups/.claude.json.backup.1700000000000": {"oauthAccount": account}}
    )
    assert organization_names(snapshot(machine, tmp_path)) == {
        SUBSCRIPTION_ORGANIZATION: "Dev's Organization",
        CONSOLE_ORGANIZATION: "Acme Console",
        OTHER: "Old",
    }


def test_the_plan_is_that_of_the_login_s_own_organization(tmp_path: Path) -> None:
    machine = snapshot(headline(), tmp_path)
    assert plan_of_organization(machine, SUBSCRIPTION_ORGANIZATION) == "Max"
    assert plan_of_organization(machine, CONSOLE_ORGANIZATION) is None
