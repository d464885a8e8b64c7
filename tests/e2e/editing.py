"""Typing into the editor of a formula."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def open_editor(page: Page) -> Locator:
    """The text that is edited, once the editor is there and has checked what it began with."""
    wait_until_checked(page)
    return page.locator("[data-formula] .cm-content")


def write_formula(page: Page, formula: str) -> None:
    """Puts `formula` in the place of what is there, as if it were pasted, and waits until it was checked."""
    text = open_editor(page)
    text.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(formula)
    expect(page.locator("[data-formula] textarea")).to_have_value(formula)
    wait_until_checked(page)


def wait_until_checked(page: Page) -> None:
    """Until what is shown is about the text as it stands: before, it may be about an earlier one."""
    expect(page.locator("[data-formula]")).to_have_attribute("data-state", "checked")
