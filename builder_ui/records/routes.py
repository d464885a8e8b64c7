"""The addresses of the generated application: home, lists, forms, records."""

from __future__ import annotations

from builder_ui import home, notices, search, waiting
from builder_ui.approvals import routes as approvals
from builder_ui.forms import choosing, live, lookup
from builder_ui.forms import page as forms
from builder_ui.formulas import routes as formulas
from builder_ui.lists import filters
from builder_ui.lists import page as lists
from builder_ui.records import actions, calls, consents, history, page, sharing, submit, why
from builder_ui.visit import Handler

LIST = "/app/{object}"
RECORD = "/app/{object}/{id}"
# What has a name comes before what any object or record may be called.
PAGES: tuple[tuple[str, Handler], ...] = (
    ("/app", home.home_page),
    ("/app/search", search.search_page),
    ("/app/notifications", notices.notices_page),
    ("/app/notifications/panel", notices.notice_panel),
    ("/app/notifications/{id}", notices.open_notice),
    ("/app/queues", waiting.waiting_page),
    *approvals.PAGES,
    (LIST, lists.list_page),
    (f"{LIST}/filter", filters.add_filter),
    (f"{LIST}/filter/condition", filters.show_condition),
    (f"{LIST}/lookup/{{field}}", lookup.lookup_options),
    (f"{LIST}/live/{{name}}", live.live_module),
    (f"{LIST}/new", forms.new_form),
    *formulas.PAGES,
    (RECORD, page.record_page),
    (f"{RECORD}/edit", forms.edit_form),
    (f"{RECORD}/record_type", choosing.change_type),
    (f"{RECORD}/history", history.history_page),
    (f"{RECORD}/why/{{field}}", why.why_page),
    (f"{RECORD}/sharing", sharing.sharing_page),
    (f"{RECORD}/call", calls.call_page),
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    ("/app/notifications/read", notices.mark_all_read),
    ("/app/queues/{name}/take", waiting.take_next),
    *approvals.ACTIONS,
    (f"{LIST}/new", forms.create_record),
    *formulas.ACTIONS,
    (f"{RECORD}/edit", forms.update_record),
    (f"{RECORD}/sharing", sharing.change_sharing),
    (f"{RECORD}/consents", consents.write_consent),
    (f"{RECORD}/path", actions.set_stage),
    (f"{RECORD}/call", calls.run_call),
    (f"{RECORD}/submit", submit.submit_record),
    (f"{RECORD}/delete", actions.delete_record),
    (f"{RECORD}/reveal", actions.reveal_field),
    (f"{RECORD}/restore", actions.restore_record),
)
