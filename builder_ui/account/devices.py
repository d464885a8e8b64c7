"""What a browser called itself -> a name that its owner recognises. Nothing depends on it: anybody may send anything."""

from __future__ import annotations

from builder_ui.translation import Words

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger/", "WeChat"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
PHONES = frozenset({"iPhone", "Android"})


def device_of(agent: str | None, words: Words) -> tuple[str, str]:
    """The name, and its icon."""
    browser = _first(_BROWSERS, agent or "")
    system = _first(_SYSTEMS, agent or "")
    icon = "device-mobile" if system in PHONES else "device-desktop"
    if browser and system:
        return words.say("%(browser)s on %(system)s", browser=browser, system=system), icon
    if browser or system:
        return browser or system or "", icon
    return (agent or "").partition("/")[0][:40] or words.say("Unknown program"), icon


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for sign, name in known if sign in agent), None)
