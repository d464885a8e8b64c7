"""The addresses of approvals."""

from __future__ import annotations

from builder_ui.approvals import actions, page
from builder_ui.visit import Handler

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/app/approvals", page.approvals_page),
    ("/app/approvals/{id}", page.request_page),
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    ("/app/approvals/{id}/approve", actions.approve),
    ("/app/approvals/{id}/reject", actions.reject),
    ("/app/approvals/{id}/delegate", actions.delegate),
    ("/app/approvals/{id}/recall", actions.recall),
)
