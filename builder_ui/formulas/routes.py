"""What editors of formulas ask, by the last part of the address; and the addresses that ask about the model in force."""

from __future__ import annotations

from builder_ui.formulas.answers import check, complete, hover, sample_records, signature
from builder_ui.formulas.asked import Answer, about_live
from builder_ui.formulas.functions import show_functions
from builder_ui.visit import Handler

ASKED: tuple[tuple[str, Answer], ...] = (
    ("check", check),
    ("complete", complete),
    ("hover", hover),
    ("signature", signature),
)
SHOWN: tuple[tuple[str, Answer], ...] = (("functions", show_functions), ("records", sample_records))

ADDRESS = "/app/{object}/formula"
PAGES: tuple[tuple[str, Handler], ...] = tuple((f"{ADDRESS}/{name}", about_live(answer)) for name, answer in SHOWN)
ACTIONS: tuple[tuple[str, Handler], ...] = tuple((f"{ADDRESS}/{name}", about_live(answer)) for name, answer in ASKED)
