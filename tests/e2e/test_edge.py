"""A real browser at a page of another site while somebody is signed in with us; and at a page of ours that somebody got a script into."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.installation import Server

# The pages are the same on every database.
pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
ASK = """async ([address, token]) => {
    try { const answer = await fetch(address, {headers: {Authorization: `Bearer ${token}`}}); return answer.status; }
    catch (error) { return "nothing"; }
}"""
INJECT = """() => new Promise((resolve) => {
    const refused = [];
    document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
    document.body.insertAdjacentHTML("beforeend", '<img src="/x" onerror="window.injected = 1"><p style="color: red">');
    const script = document.createElement("script");
    script.textContent = "window.injected = 2";
    document.body.append(script);
    const foreign = document.createElement("script");
    foreign.src = "http://localhost:9/x.js";
    foreign.onerror = () => resolve({injected: window.injected ?? null, refused: refused.sort()});
    document.body.append(foreign);
})"""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of another site's page."""

    class Blank(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # as the library calls it
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title><body></body>")

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("localhost", 0), Blank) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://localhost:{site.server_port}"
        site.shutdown()


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """Signed in. What browsers refuse they say on the console, as they should."""
    with chromium.new_context() as context:
        context.add_cookies([{"name": "trellis_session", "value": server.session, "url": server.address}])
        yield context.new_page()


def test_another_sites_form_changes_nothing(server: Server, page: Page, elsewhere: str) -> None:
    page.goto(elsewhere)
    form = f"<form method=post action='{server.address}/logout'><button>Win</button></form>"
    page.evaluate("(form) => { document.body.innerHTML = form; }", form)
    page.click("button")
    assert "This came from another site" in page.content()
    page.goto(f"{server.address}/app")
    assert page.url == f"{server.address}/app"


def test_another_sites_script_reads_only_where_it_is_allowed(server: Server, page: Page, elsewhere: str) -> None:
    address = f"{server.address}/api/v1/records/lead"
    page.goto(elsewhere)
    assert page.evaluate(ASK, [address, server.site.token]) == "nothing"
    files = {"organization.yaml": f"name: Acme\nallowed_origins: ['{elsewhere}']\n"}
    assert server.api.post("/metadata/deploy", json={"files": files}).status_code == 200
    assert page.evaluate(ASK, [address, server.site.token]) == 200
    assert page.evaluate(ASK, [address, f"{server.site.tenant}.ended"]) == 401
    assert (
        page.evaluate(
            "(address) => fetch(address, {credentials: 'include'}).then(() => 'read', () => 'nothing')", address
        )
        == "nothing"
    )


def test_what_gets_into_a_page_does_not_run(server: Server, page: Page) -> None:
    for path in ("/login", "/app", "/app/nowhere", "/builder/rules"):
        page.goto(f"{server.address}{path}")
        found = page.evaluate(INJECT)
        assert found["injected"] is None, path
        assert {"script-src-elem", "script-src-attr", "style-src-attr"} <= set(found["refused"]), path
