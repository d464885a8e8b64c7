"""The builder's addresses."""

from __future__ import annotations

from builder_ui.builder import formulas, grant_edit, groups, plan_access
from builder_ui.builder.clients import pages as clients
from builder_ui.builder.defining import pages as defining
from builder_ui.builder.field_actions import add_field, change_field, drop_field
from builder_ui.builder.history import deploy_page, history_page, rollback_page, run_rollback
from builder_ui.builder.object_settings import create_object, new_object, save_settings, settings_form
from builder_ui.builder.objects import object_list, object_page, remove_object
from builder_ui.builder.outbox import change_message, change_outbox, message_page, outbox_page
from builder_ui.builder.plan import discard_draft, plan_page, run_deploy
from builder_ui.builder.providers import pages as providers
from builder_ui.builder.queues import change_queue, queue_list, queue_page
from builder_ui.builder.reassigning import reassigning_page, run_reassigning
from builder_ui.builder.record_types import pages as record_types
from builder_ui.builder.rules import routes as rules
from builder_ui.builder.sharing import pages as sharing
from builder_ui.builder.timers import change_timers, timers_page
from builder_ui.builder.users import pages as users
from builder_ui.confirming import sensitive
from builder_ui.visit import Handler

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/builder", object_list),
    ("/builder/plan", plan_page),
    (plan_access.ADDRESS, plan_access.access_page),
    ("/builder/history", history_page),
    ("/builder/history/{revision}", deploy_page),
    ("/builder/history/{revision}/rollback", rollback_page),
    ("/builder/queues", queue_list),
    ("/builder/queues/{name}", queue_page),
    ("/builder/queues/{name}/reassign", reassigning_page),
    *grant_edit.PAGES,
    *defining.PAGES,
    *groups.PAGES,
    ("/builder/outbox", outbox_page),
    ("/builder/outbox/{id}", message_page),
    ("/builder/timers", timers_page),
    ("/builder/objects/new", new_object),
    ("/builder/objects/{name}", object_page),
    ("/builder/objects/{name}/settings", settings_form),
    *formulas.PAGES,
    *record_types.PAGES,
    *sharing.PAGES,
    *rules.PAGES,
    *users.PAGES,
    *clients.PAGES,
    *providers.PAGES,
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    ("/builder/plan", run_deploy),
    ("/builder/draft/discard", discard_draft),
    ("/builder/history/{revision}/rollback", run_rollback),
    ("/builder/queues/{name}", change_queue),
    ("/builder/queues/{name}/reassign", run_reassigning),
    *grant_edit.ACTIONS,
    *defining.ACTIONS,
    *((path, sensitive(handler)) for path, handler in groups.ACTIONS),
    ("/builder/outbox", change_outbox),
    ("/builder/outbox/{id}", change_message),
    ("/builder/timers", change_timers),
    ("/builder/objects/new", create_object),
    ("/builder/objects/{name}/settings", save_settings),
    ("/builder/objects/{name}/remove", remove_object),
    ("/builder/objects/{name}/fields", add_field),
    ("/builder/objects/{name}/fields/{field}", change_field),
    ("/builder/objects/{name}/fields/{field}/remove", drop_field),
    *formulas.ACTIONS,
    *record_types.ACTIONS,
    *sharing.ACTIONS,
    *rules.ACTIONS,
    *users.ACTIONS,
    *clients.ACTIONS,
    *providers.ACTIONS,
)
