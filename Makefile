# make run, test, lint, fmt, bench: each sets up what it needs by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HASH := $(shell cat requirements.txt requirements-deploy.txt requirements-dev.txt | cksum | cut -d' ' -f1)
RUNTIME := $(VENV)/.runtime-$(HASH)
DEVELOPMENT := $(VENV)/.development-$(HASH)
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help run test lint audit fmt bench messages guide-pictures secrets clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: $(RUNTIME) $(TRANSLATIONS) ## everything with a demo network of partners, until Ctrl-C (PORT=8000 SANDBOX_PORT=8081 YANDEX_STANDIN=1)
	@exec $(BIN)/python -m config.run

# Compiled files are kept even where the environment says not to: every worker would rewrite all tests by itself.
test: $(DEVELOPMENT) $(TRANSLATIONS) ## the whole suite
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n auto --dist worksteal

lint: $(DEVELOPMENT) ## style, types and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports

audit: $(DEVELOPMENT) ## known vulnerabilities of the packages
	@$(BIN)/python -m config.dependency_audit

fmt: $(DEVELOPMENT) ## put the code into shape
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(DEVELOPMENT) $(TRANSLATIONS) ## how fast it is, beside other libraries
	@$(BIN)/python -m bench

messages: $(DEVELOPMENT) ## collect the texts of the pages for translation into locale/
	@$(BIN)/python -m config.translations update

guide-pictures: $(DEVELOPMENT) $(TRANSLATIONS) ## take the pictures of the partners' guide anew from the sandbox
	@GUIDE_PICTURES=partners/static/partners/guide $(BIN)/python -m pytest -q tests/browser/test_guide_pictures.py

secrets: $(RUNTIME) ## new values of the two secrets that production needs, for .env
	@$(BIN)/python -c "import secrets; print('SECRET_KEY=' + secrets.token_urlsafe(48))"
	@$(BIN)/python -c "from cryptography.fernet import Fernet; print('FIELD_ENCRYPTION_KEYS=' + Fernet.generate_key().decode())"

clean: ## remove what was built; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(TRANSLATIONS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Curator needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Choose another: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(VENV)/bin/python
	@echo "Installing what Curator needs…"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEVELOPMENT): $(RUNTIME)
	@echo "Installing what testing needs…"
	@$(PIP) -r requirements-dev.txt
	@touch $@

%.mo: %.po $(RUNTIME)
	@$(BIN)/python -m config.translations compile
