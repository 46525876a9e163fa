#!/bin/sh
# Write requirements.lock, requirements-dev.lock and requirements-node.lock from pyproject.toml and hatch_build.py.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check 'pip-tools==7.6.2'
compile() {
    "$tools/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@"
}
compile --upgrade --extra embedded --all-build-deps --output-file requirements.lock pyproject.toml
compile --upgrade --extra dev --all-build-deps --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
sed -n 's/^NODE_WHEEL = "\(.*\)"$/\1/p' hatch_build.py > "$tools/node.in"
compile --no-annotate --output-file requirements-node.lock "$tools/node.in"
