# The README's two commands are `make demo` and `make test`; both set up what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

.PHONY: help demo test lint vsix packages sbom version proof fixes conformance neovim pages man
.PHONY: protocol-fallback
.PHONY: screenshots requirements clean need-python need-node real-vscode real-neovim

help:  ## Show what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

demo: $(VENV)/.runtime  ## Show the headline case and its fix in a scratch home.
	@$(BIN)/billing-lens demo

test: need-python need-node $(VENV)/.dev node_modules/.ready real-vscode real-neovim lint  ## Run every test.
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev node_modules/.ready  ## Check style, types and layers.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet .github action.yml
	npm run --silent typecheck
	npm run --silent lint
	npm test --silent

vsix: $(VENV)/.dev node_modules/.ready  ## Package the VS Code extension, with the server in it.
	rm -rf $(BUNDLED)
	$(BIN)/python -m hatchling build --target wheel --directory $(BUNDLED)
	cp requirements/runtime.txt $(BUNDLED)/requirements.txt
	npm run --silent package
BUNDLED := client-vscode/bundled

packages: man  ## Build the wheel and the sdist in dist/python.
	rm -rf dist/python
	$(BIN)/hatchling build -t sdist -t wheel -d dist/python

sbom: $(VENV)/.dev node_modules/.ready  ## List what the extension and the server are made of, in dist/sbom.
	mkdir -p build dist/sbom
	npm run --silent build -- --minify --metafile=build/bundle.json
	npm exec --no -- cyclonedx-esbuild --output-reproducible -o dist/sbom/extension.cdx.json build/bundle.json
	$(BIN)/python -W ignore -m cyclonedx_py requirements requirements/runtime.txt --pyproject pyproject.toml \
	  --output-reproducible -o dist/sbom/server.cdx.json

version: need-node  ## Set the version everywhere: make version VERSION=1.2.3
	@grep -Eq '^[0-9]+\.[0-9]+\.[0-9]+$$' <<< "$(VERSION)" || { echo "make version VERSION=1.2.3" >&2; exit 2; }
	@sed -i.old -E 's/^__version__ = .*/__version__ = "$(VERSION)"/' server/billing_lens/__init__.py
	@rm server/billing_lens/__init__.py.old
	@npm version --no-git-tag-version --allow-same-version --silent $(VERSION)

proof: $(VENV)/.dev  ## Show that the real Claude Code agrees, before and after each fix.
	$(BIN)/python -m tests.claude_code.proof

fixes: $(VENV)/.dev  ## Try every fix on several versions of the real Claude Code, and record it.
	$(BIN)/python -m tests.claude_code.fixes

conformance: $(VENV)/.dev  ## Compare with the real Claude Code, the newest version included.
	$(BIN)/python -m tests.claude_code.conformance

protocol-fallback: $(VENV)/.dev  ## Try the language server with its input copied by a thread, as on Windows.
	$(BIN)/python -m pytest tests/lsp --threaded-input

neovim: $(VENV)/.dev real-neovim  ## Try the language server in a real Neovim.
	$(BIN)/python -m pytest tests/neovim

pages: $(VENV)/.dev  ## Write the parts of the rules' pages that are made from the rules.
	$(BIN)/python -m tests.rules.pages

screenshots: need-python need-node $(VENV)/.dev node_modules/.ready real-vscode  ## Take the pictures in docs/images anew.
	$(BIN)/python -m tests.vscode.screenshots

man: $(VENV)/.dev  ## Write the man page as build/man/billing-lens.1; packages built then have it.
	$(BIN)/python -m scripts.man_page build/man/billing-lens.1

requirements: $(VENV)/.dev  ## Lock the Python dependencies anew.
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements/runtime.txt
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCK) -o requirements/dev.txt
LOCK := --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

clean:  ## Remove everything that was made.
	rm -rf $(VENV) node_modules tests/vscode/node_modules build dist client-vscode/dist $(BUNDLED)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | need-python
	@echo "Setting up Python in $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/.runtime
	@echo "Setting up the tests in $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.ready: package-lock.json | need-node
	@echo "Setting up Node packages ..."
	@npm ci --loglevel=error
	@touch $@

real-vscode: need-node
	@tests/vscode/install.sh

real-neovim:
	@tests/neovim/install.sh

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null \
	  || { echo "Billing Lens needs Python 3.10 or newer: apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Billing Lens needs Python's venv: apt-get install python3-venv" >&2; exit 1; }

need-node:
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null \
	  || { echo "The editor's tests need Node.js 20 or newer: see nodejs.org" >&2; exit 1; }
	@command -v npm >/dev/null \
	  || { echo "The editor's tests need npm: it comes with Node.js, or apt-get install npm" >&2; exit 1; }
