#!/usr/bin/env bash
# Installs Debian's Neovim for the tests beside this file. Does nothing when it is there.
set -euo pipefail

command -v nvim >/dev/null && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null \
  || { echo "tests/neovim/install.sh: nvim is missing; as root: apt-get install neovim" >&2; exit 1; }
echo "Installing neovim with apt-get" >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends neovim >/dev/null
