"""A person at a browser without JavaScript: follows links, sends forms with what they hold, keeps cookies."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.trellis.api.sites import PASSWORD, Site

Value = str | Sequence[str]


@dataclass(slots=True)
class Form:
    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms with the values that a browser would send, and the text of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.icons: set[str] = set()
        self._select: str | None = None
        self._select_values: list[tuple[str, bool]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "use":
            self.icons.add(given["href"].rpartition("#")[2])
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        if not self.forms:
            return
        values = self.forms[-1].values
        if tag == "input" and given.get("name"):
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                values.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select, self._select_values = given.get("name"), []
        elif tag == "option" and self._select:
            self._select_values.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area = given.get("name")
            values.append((self._area or "", ""))

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._area is not None:
            values = self.forms[-1].values
            values[-1] = (self._area, values[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            chosen = [value for value, is_on in self._select_values if is_on] or [v for v, _ in self._select_values[:1]]
            self.forms[-1].values.extend((self._select, value) for value in chosen)
            self._select = None
        if tag == "textarea" and self._area is not None:
            values = self.forms[-1].values
            values[-1] = (self._area, values[-1][1].removeprefix("\n"))
            self._area = None


class Page:
    """An answer, read. `text` has its white space folded."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.path = answer.url.raw_path.decode()
        self.source = answer.text
        reader = _Reader()
        reader.feed(answer.text)
        self.forms = reader.forms
        self.icons = reader.icons
        self.text = " ".join(" ".join(reader.text).split())

    def form(self, action: str) -> Form:
        """The first form whose action begins so."""
        return next(form for form in self.forms if form.action.startswith(action))

    def links(self, pattern: str) -> list[str]:
        return [html.unescape(found) for found in re.findall(rf'href="({pattern})"', self.source)]


class Browser:
    origin = "http://test"

    def __init__(self, site: Site, *, language: str = "en") -> None:
        self.site = site
        self.language = language
        self.cookies = httpx.Cookies({"trellis_language": language, "trellis_theme": "light"})

    def get(self, path: str, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Page:
        return Page(self.site.run(self._send("GET", path, None, follow, headers)))

    def post(
        self, path: str, data: Mapping[str, Value], *, follow: bool = True, headers: Mapping[str, str] | None = None
    ) -> Page:
        return Page(self.site.run(self._send("POST", path, data, follow, headers)))

    def send(self, form: Form, changes: Mapping[str, Value] | None = None, *, follow: bool = True) -> Page:
        """Sends a form as it stands, with some fields filled in anew."""
        data: dict[str, Any] = {}
        for name, value in form.values:
            data.setdefault(name, []).append(value)
        data |= {name: list(value) if not isinstance(value, str) else value for name, value in (changes or {}).items()}
        if form.method == "get":
            query = str(httpx.QueryParams({name: value for name, value in data.items() if value != []}))
            return self.get(f"{form.action}?{query}", follow=follow)
        return self.post(form.action, data, follow=follow)

    def sign_in(self, username: str = "admin", password: str = PASSWORD, *, language: str | None = None) -> Page:
        """`language`: as chosen on the sign-in page, the browser's own when not given, "" for none."""
        chosen = self.language if language is None else language
        given = {"tenant": self.site.tenant.name, "username": username, "password": password, "language": chosen}
        return self.post("/login", given)

    async def _send(
        self, method: str, path: str, data: Mapping[str, Value] | None, follow: bool, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.site.app, raise_app_exceptions=False, client=("10.1.2.3", 4444))
        async with httpx.AsyncClient(
            transport=transport, base_url=self.origin, cookies=self.cookies, follow_redirects=follow
        ) as client:
            answer = await client.request(method, path, data=data, headers=headers)
            self.cookies = client.cookies
            return answer
