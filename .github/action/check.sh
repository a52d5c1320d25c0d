#!/usr/bin/env bash
# The step of the action (action.yml): installs Billing Lens beside the job and checks who pays in it.
set -euo pipefail

action=${GITHUB_ACTION_PATH:?is set by GitHub Actions}
environment=${RUNNER_TEMP:?is set by GitHub Actions}/billing-lens

python=$(command -v python3 || command -v python) \
  || { echo "::error::Billing Lens needs Python 3.10 or newer; add actions/setup-python before it."; exit 3; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
  || { echo "::error::Billing Lens needs Python 3.10 or newer; add actions/setup-python before it."; exit 3; }

if [ ! -e "$environment/ready" ]; then # a job may use the action more than once
  echo "::group::Install Billing Lens"
  "$python" -m venv "$environment"
  programs=$environment/bin
  [ -d "$programs" ] || programs=$environment/Scripts # Windows
  "$programs/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r "$action/requirements/runtime.txt"
  "$programs/python" -m pip install --quiet --disable-pip-version-check --no-deps "$action"
  echo "$programs" > "$environment/ready"
  echo "::endgroup::"
fi
programs=$(cat "$environment/ready")

options=(--ci)
[ -z "${BILLING_LENS_EXPECT:-}" ] || options+=(--expect "$BILLING_LENS_EXPECT")
[ -z "${BILLING_LENS_ORGANIZATION:-}" ] || options+=(--organization "$BILLING_LENS_ORGANIZATION")
[ -z "${BILLING_LENS_CLAUDE_VERSION:-}" ] || options+=(--claude-version "$BILLING_LENS_CLAUDE_VERSION")

status=$("$programs/billing-lens" status --json "${options[@]}")
printf '%s' "$status" | "$programs/python" -c '
import json, sys
route = json.load(sys.stdin)["route"]
for name in ("billing", "source", "label"):
    print(f"{name}={route[name]}")
' >> "${GITHUB_OUTPUT:?is set by GitHub Actions}"

fail_on=(--fail-on "${BILLING_LENS_FAIL_ON:-error}")
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  { echo '```'; "$programs/billing-lens" status "${options[@]}"; echo '```'; } >> "$GITHUB_STEP_SUMMARY"
fi
if [ -n "${BILLING_LENS_SARIF_FILE:-}" ]; then
  "$programs/billing-lens" check --format sarif "${options[@]}" "${fail_on[@]}" \
    > "$BILLING_LENS_SARIF_FILE" || [ $? = 1 ]
fi
exec "$programs/billing-lens" check --format github "${options[@]}" "${fail_on[@]}"
