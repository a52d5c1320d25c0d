"""The fields of a settings file that make Claude Code ignore it as a whole if their type is wrong.

One such value, and nothing in the file counts. Fields that are not in the table are lenient: a
wrong value there costs that field only (`theme`, `effortLevel`, `hooks` itself, `env` values, …),
and unknown fields do no harm. Managed settings are not ignored this way from 2.1.169 on: there only
the wrong field is left out.

Source: runs on files that were right but for one field. For 2.1.330, every top-level field with a
value of each JSON type as the program's own error messages judge it, 60 of them and some 180 other
values (below, out of range, unknown words) confirmed by whether the file counted. For 2.1.146, the
same 180 values, and each top-level field with one wrong value and with all values that 2.1.330
accepts. 27 values that the two judge differently were looked at in 2.1.191 (19 of them), 2.1.237,
2.1.257 and 2.1.284; other fields that only 2.1.330 checks are taken to be checked from there on,
and a version between two measured ones to behave as the older. Cases "settings type …" in
tests/conformance hold a sample of the runs. Known to be missing: the times of `quietHours`, what
the entries of MCP server lists and of marketplaces need beyond their shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from billing_lens.config.hook_settings import Version


class Field(Struct, frozen=True):
    """What a value has to be: one of the JSON `types`, and if it is a text one of `words`, if any.

    A number has to be above `above`, at most `at_most`, and whole if `whole`. An object has to have
    the `required` properties.
    """

    types: tuple[str, ...]
    words: tuple[str, ...] = ()
    above: float | None = None
    at_most: float | None = None
    whole: bool = False
    required: tuple[str, ...] = ()


class Era(Struct, frozen=True):
    """Fields by pattern, and for which versions; ``*`` in a pattern is any property or item."""

    fields: Mapping[str, Field]
    since: Version = ()
    before: Version = (9999,)


BOOLEAN = Field(("boolean",))
BOOLEAN_OR_NULL = Field(("boolean", "null"))
TEXT = Field(("string",))
NUMBER = Field(("number",))
OBJECT = Field(("object",))
LIST = Field(("array",))
COUNT = Field(("number",), above=0, whole=True)
FRACTION = Field(("number",), above=0, at_most=1)
ANYTHING_BUT_NULL = Field(("boolean", "number", "string", "array", "object"))


def _words(*words: str) -> Field:
    return Field(("string",), words)


def _fields(field: Field, names: str, below: str = "") -> dict[str, Field]:
    return {f"{below}/{name}": field for name in names.split()}


def _lists(item: Field, names: str, below: str = "") -> dict[str, Field]:
    return {**_fields(LIST, names, below), **_fields(item, f"{names} ".replace(" ", "/* "), below)}


def _needing(*required: str) -> Field:
    return Field(("object",), required=required)


_DISABLE = _words("disable")
_MODES = ("default", "acceptEdits", "bypassPermissions", "plan", "dontAsk", "auto")

_MARKETPLACE_SOURCES = (
    "github",
    "git",
    "url",
    "npm",
    "file",
    "directory",
    "settings",
    "hostPattern",
    "pathPattern",
    "skills-dir",
    "pluginDirectory",
)

_TOP: Mapping[str, Field] = {
    **_fields(
        TEXT,
        "apiKeyHelper proxyAuthHelper awsCredentialExport awsAuthRefresh gcpAuthRefresh model "
        "prUrlTemplate otelHeadersHelper outputStyle language advisorModel agent minimumVersion "
        "plansDirectory autoMemoryDirectory claudeMd pluginTrustMessage $schema",
    ),
    **_fields(
        BOOLEAN,
        "respectGitignore wslInheritsWindowsSettings includeCoAuthoredBy includeGitInstructions "
        "disableAllHooks forceRemoteSettingsRefresh spinnerTipsEnabled syntaxHighlightingDisabled "
        "terminalTitleFromRename alwaysThinkingEnabled fastMode promptSuggestionEnabled "
        "awaySummaryEnabled showClearContextOnPlanAccept prefersReducedMotion doneMeansMerged "
        "autoMemoryEnabled autoDreamEnabled showThinkingSummaries verbose autoCompactEnabled "
        "voiceEnabled",
    ),
    **_fields(
        OBJECT,
        "env permissions modelOverrides skillOverrides worktree enabledPlugins sandbox "
        "pluginConfigs remote voice autoMode",
    ),
    **_lists(
        TEXT,
        "availableModels allowedHttpHookUrls httpHookAllowedEnvVars companyAnnouncements "
        "claudeMdExcludes",
    ),
    **_fields(COUNT, "cleanupPeriodDays skillListingMaxDescChars"),
    "/skillListingBudgetFraction": FRACTION,
    "/feedbackSurveyRate": Field(("number",), at_most=1),
    "/defaultShell": _words("bash", "powershell"),
    "/autoUpdatesChannel": _words("latest", "stable", "rc"),
    "/tui": _words("default", "fullscreen"),
    "/parentSettingsBehavior": _words("first-wins", "merge"),
    "/defaultView": _words("chat", "transcript"),
    "/forceLoginOrgUUID": Field(("string", "array")),
    "/forceLoginOrgUUID/*": TEXT,
}

_BELOW: Mapping[str, Field] = {
    **_fields(LIST, "allow deny ask", "/permissions"),
    **_lists(TEXT, "additionalDirectories", "/permissions"),
    **_fields(_DISABLE, "disableBypassPermissionsMode disableAutoMode", "/permissions"),
    **_lists(TEXT, "symlinkDirectories sparsePaths", "/worktree"),
    **_fields(TEXT, "commit pr", "/attribution"),
    **_lists(TEXT, "allow soft_deny environment", "/autoMode"),
    **_fields(
        BOOLEAN,
        "enabled autoAllowBashIfSandboxed allowUnsandboxedCommands enableWeakerNestedSandbox",
        "/sandbox",
    ),
    **_fields(OBJECT, "network filesystem ripgrep ignoreViolations", "/sandbox"),
    **_lists(TEXT, "excludedCommands", "/sandbox"),
    **_lists(TEXT, "allowedDomains deniedDomains allowUnixSockets", "/sandbox/network"),
    **_fields(BOOLEAN, "allowAllUnixSockets allowLocalBinding", "/sandbox/network"),
    **_fields(NUMBER, "httpProxyPort socksProxyPort", "/sandbox/network"),
    **_lists(TEXT, "allowWrite denyWrite allowRead denyRead", "/sandbox/filesystem"),
    "/worktree/baseRef": _words("fresh", "head"),
    "/voice/enabled": BOOLEAN,
    "/voice/mode": _words("hold", "tap"),
    "/remote/defaultEnvironmentId": TEXT,
    "/modelOverrides/*": TEXT,
    "/skillOverrides/*": _words("on", "name-only", "user-invocable-only", "off"),
    "/pluginConfigs/*": OBJECT,
    "/pluginConfigs/*/mcpServers": OBJECT,
    "/extraKnownMarketplaces/*/source/source": _words(*_MARKETPLACE_SOURCES),
    "/enabledPlugins/*": Field(("boolean", "array")),
    "/enabledPlugins/*/*": TEXT,
    "/statusLine": _needing("type", "command"),
    "/statusLine/type": _words("command"),
    "/statusLine/command": TEXT,
    "/statusLine/padding": NUMBER,
    "/fileSuggestion": _needing("type", "command"),
    "/fileSuggestion/type": _words("command"),
    "/fileSuggestion/command": TEXT,
    "/spinnerVerbs": _needing("mode", "verbs"),
    "/spinnerVerbs/mode": _words("append", "replace"),
    **_lists(TEXT, "verbs", "/spinnerVerbs"),
    **_lists(_needing("marketplace", "plugin"), "allowedChannelPlugins"),
    **_fields(TEXT, "marketplace plugin", "/allowedChannelPlugins/*"),
    **_lists(_needing("id", "name", "sshHost"), "sshConfigs"),
    **_fields(TEXT, "id name sshHost sshIdentityFile startDirectory", "/sshConfigs/*"),
}

_ONCE_WITHOUT_NULL = (
    "enableAllProjectMcpServers disableAgentView disableRemoteControl disableSkillShellExecution "
    "allowManagedHooksOnly allowManagedPermissionRulesOnly allowManagedMcpServersOnly "
    "skipWebFetchPreflight fastModePerSessionOptIn channelsEnabled "
    "skipDangerousModePermissionPrompt skipAutoPermissionPrompt useAutoModeDuringPlan"
)
_MARKETPLACES = "strictKnownMarketplaces blockedMarketplaces"
_MCP_LISTS = "allowedMcpServers deniedMcpServers"

ERAS: tuple[Era, ...] = (
    Era({**_TOP, **_BELOW, **_lists(_needing("source"), _MARKETPLACES)}),
    Era(
        {
            **_lists(OBJECT, _MCP_LISTS),
            "/forceLoginMethod": _words("claudeai", "console"),
            "/$schema": _words("https://json.schemastore.org/claude-code-settings.json"),
        },
        before=(2, 1, 191),
    ),
    Era(
        {
            "/permissions/defaultMode": _words(*_MODES),
            "/extraKnownMarketplaces": OBJECT,
            "/extraKnownMarketplaces/*": _needing("source"),
            "/policyHelper": _needing("path"),
        },
        before=(2, 1, 237),
    ),
    Era({"/spinnerTipsOverride": _needing("tips")}, before=(2, 1, 257)),
    Era(
        {
            **_fields(BOOLEAN, _ONCE_WITHOUT_NULL),
            **_fields(_DISABLE, "disableAutoMode disableDeepLinkRegistration"),
            "/attribution": OBJECT,
        },
        before=(2, 1, 284),
    ),
    Era(
        {
            **_lists(TEXT, "enabledMcpjsonServers disabledMcpjsonServers"),
            "/subagentStatusLine": _needing("type", "command"),
        },
        before=(2, 1, 330),
    ),
    Era(
        {
            **_fields(OBJECT, "breakReminder quietHours"),
            **_fields(COUNT, "intervalMinutes breakThresholdMinutes", "/breakReminder"),
            **_fields(TEXT, "requiredMinimumVersion requiredMaximumVersion"),
            **_fields(BOOLEAN, "disableWorkflows"),
            **_lists(TEXT, "fallbackModel"),
            "/totalTokensReminder": _words(
                "off", "infinite", "fixed", "countdown", "padded-countdown"
            ),
        },
        since=(2, 1, 191),
    ),
    Era(
        {
            "/permissions/defaultMode": _words(*_MODES, "manual"),
            "/extraKnownMarketplaces": ANYTHING_BUT_NULL,
        },
        since=(2, 1, 237),
    ),
    Era(
        {
            **_fields(TEXT, "timeFormat timeZone"),
            **_fields(
                BOOLEAN,
                "blockReadsOutsideWorkingDirectories blockWritesOutsideWorkingDirectories",
                "/permissions",
            ),
        },
        since=(2, 1, 257),
    ),
    Era(
        {
            **_fields(BOOLEAN_OR_NULL, f"{_ONCE_WITHOUT_NULL} disableWorkflows"),
            **_fields(Field(("array", "null")), _MARKETPLACES),
            "/attribution": Field(("boolean", "object")),
            **_fields(
                Field(("string", "null"), ("disable",)),
                "disableAutoMode disableDeepLinkRegistration",
            ),
        },
        since=(2, 1, 284),
    ),
    Era(
        {
            **_fields(
                BOOLEAN,
                "disableReplyCheck workflowKeywordTriggerEnabled bashEditDiffEnabled "
                "respondToBashCommands allowAllClaudeAiMcps allowClaudeInChromeWithManagedMcp "
                "allowNestedModelAccessUnderForceLogin clawdFileProgressEnabled idleCompaction "
                "emojiCompletionEnabled totalTokensReminderAfterUserTurn axScreenReader "
                "precomputeCompactionEnabled",
            ),
            **_fields(
                BOOLEAN_OR_NULL,
                "syncClaudeAiSkills syncClaudeAiPlugins enforceAvailableModels "
                "disableClaudeAiConnectors disableBundledSkills disableDirectMcpSkills "
                "disableArtifact enableArtifact enableWorkflows disableWindowsBashCommandSplit "
                "disableCommandPluginSources disableSideloadFlags responseComparisonEnabled "
                "skipWorkflowUsageWarning",
            ),
            **_fields(OBJECT, "remoteTools"),
            **_fields(TEXT, "processWrapper attributionProject"),
            **_fields(COUNT, "totalTokensReminderBudget"),
            **_fields(NUMBER, "desktopSessionCleanupPeriodDays"),
            **_fields(Field(("string", "array")), "enabledMcpjsonServers disabledMcpjsonServers"),
            **_lists(TEXT, "pluginSuggestionMarketplaces"),
            "/enabledMcpjsonServers/*": TEXT,
            "/disabledMcpjsonServers/*": TEXT,
            "/workflowSizeGuideline": _words("unrestricted", "small", "medium", "large"),
            "/managedSourcesBehavior": _words("first-wins", "merge"),
            "/feedbackDrafts": Field(("string", "null"), ("notify", "quiet", "off")),
            "/permissions/denyInsteadOfPrompting": BOOLEAN,
            "/allowedMarketplaces": Field(("array", "null")),
            "/allowedMarketplaces/*": _needing("source"),
        },
        since=(2, 1, 330),
    ),
)


@cache
def patterns(version: Version) -> tuple[tuple[tuple[str, ...], Field], ...]:
    """Return the fields of a version by the parts of their patterns, which begin with a name."""
    table: dict[str, Field] = {}
    for era in ERAS:
        if era.since <= version < era.before:
            table.update(era.fields)
    return tuple((tuple(pattern[1:].split("/")), field) for pattern, field in table.items())
