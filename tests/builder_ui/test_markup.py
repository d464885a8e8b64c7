"""What IMAGE and HYPERLINK give is shown as a link; no other text is taken for markup."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from builder_ui.markup import Link, link_of
from rule_engine import EvaluationContext, check_formula, compile_python
from tests.rule_engine.rules.names import small_names

CONTEXT = EvaluationContext(now=datetime(2026, 1, 2, tzinfo=UTC), time_zone=UTC, user={}, prior=None, is_new=False)


@pytest.mark.parametrize(
    ("formula", "link"),
    [
        ('IMAGE("https://a.example/x.jpg?a=1&b=2", "Front")', Link("https://a.example/x.jpg?a=1&b=2", "Front")),
        ('IMAGE("https://a.example/x.jpg", "A \\"b\\" <c>")', Link("https://a.example/x.jpg", 'A "b" <c>')),
        ('IMAGE("https://a.example/x.jpg", "Front", 150, 150)', Link("https://a.example/x.jpg", "Front")),
        ('HYPERLINK("https://a.example/", "Go & see")', Link("https://a.example/", "Go & see")),
        ('HYPERLINK("/app/lead", "Leads", "_self")', Link("/app/lead", "Leads")),
    ],
)
def test_what_the_functions_give_is_a_link(formula: str, link: Link) -> None:
    scope = small_names().object_scope("lead")
    assert scope is not None
    assert link_of(compile_python(check_formula(formula, scope))({}, CONTEXT)) == link


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "<b>bold</b>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="JaVaScRiPt&#58;alert(1)">x</a>',
        '<a href="//evil.example">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<a href="https://a.example"><script>x</script></a>',
        '<img src="https://a.example/x.jpg" alt="a"><script>x</script>',
        'before <a href="https://a.example">x</a>',
        '<a href="http://[::1">x</a>',
    ],
)
def test_no_other_text_is(text: str) -> None:
    assert link_of(text) is None
