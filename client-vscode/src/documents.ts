import type { DocumentSelector } from "vscode-languageclient/node";

/** Files of other languages that can set the variables which Claude Code reads. */
const THAT_SET_VARIABLES = [
  "**/.github/workflows/*.{yml,yaml}",
  "**/.gitlab-ci.yml",
  "**/{docker-compose,compose}*.{yml,yaml}",
  "**/{devcontainer,.devcontainer}.json",
  "**/.env",
  "**/.envrc",
];

/**
 * All JSON files of the disk, active_config, which is plain text, our own preferences, and what can
 * set variables. JSON is not narrowed by name or folder: CLAUDE_CONFIG_DIR and ANTHROPIC_CONFIG_DIR
 * can put Claude Code's files anywhere, and only the server knows where they are. It answers nothing
 * for the others.
 */
export const DOCUMENTS: DocumentSelector = [
  { scheme: "file", language: "json" },
  { scheme: "file", language: "jsonc" },
  // The user's own settings, which VS Code names so where it runs on this machine.
  { scheme: "vscode-userdata", pattern: "**/settings.json" },
  ...["**/active_config", "**/billing-lens/config.toml", "**/.billing-lens.toml", ...THAT_SET_VARIABLES].map(
    (pattern) => ({ scheme: "file", pattern }),
  ),
];
