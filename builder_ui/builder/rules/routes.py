"""The addresses of rules in the builder."""

from __future__ import annotations

from builder_ui.builder.rules.answers import check, complete, format_text
from builder_ui.builder.rules.editor import SERVICE, change_rules, rule_page
from builder_ui.builder.rules.new import create_rules, new_rules
from builder_ui.builder.rules.overview import rule_list
from builder_ui.builder.rules.simulate import simulate
from builder_ui.visit import Handler

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/builder/rules", rule_list),
    ("/builder/rules/new", new_rules),
    ("/builder/rules/{name}", rule_page),
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    (f"{SERVICE}/check", check),
    (f"{SERVICE}/complete", complete),
    (f"{SERVICE}/format", format_text),
    (f"{SERVICE}/simulate", simulate),
    ("/builder/rules/new", create_rules),
    ("/builder/rules/{name}", change_rules),
)
