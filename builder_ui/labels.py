"""What an admin named, in the reader's language: the model's translations, and the screens' own words for what the platform keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from builder_ui.translation import Words
from metamodel import Model
from metamodel.definitions import App, Layout, ListView, Object, Purpose, Queue, RelatedList, Section
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.record_types import RecordType
from rule_engine.rules.checked import Approval, ApprovalStep


@dataclass(frozen=True, slots=True)
class Labels:
    model: Model
    words: Words

    @property
    def language(self) -> str:
        return self.words.language

    def text(self, key: str, fallback: str) -> str:
        return self.model.text(self.words.language, key, fallback)

    def object(self, thing: Object) -> str:
        if thing.is_system:
            return self.words.say("User")
        return self.text(f"objects.{thing.name}.label", thing.label)

    def plural(self, thing: Object) -> str:
        if thing.is_system:
            return self.words.say("Users")
        return self.text(f"objects.{thing.name}.plural_label", thing.plural_label)

    def plural_of(self, name: str) -> str:
        """Of an object's name, which stands for itself where there is no such object any more."""
        thing = self.model.objects.get(name)
        return self.plural(thing) if thing is not None else name

    def description(self, thing: Object) -> str:
        return self.text(f"objects.{thing.name}.description", thing.description or "")

    def field(self, thing: Object, field: Field) -> str:
        if field.is_system or thing.is_system:
            own = _system_label(self.words, field.name)
            if own:
                return own
        return self.text(f"objects.{thing.name}.fields.{field.name}.label", field.label)

    def help(self, thing: Object, field: Field) -> str:
        return self.text(f"objects.{thing.name}.fields.{field.name}.help", field.help or "")

    def value(self, thing: Object, field: PicklistField, name: str) -> str:
        return self.text(field.text_key(thing.name, name), field.label_of(name))

    def record_type(self, thing: Object, record_type: RecordType) -> str:
        return self.text(f"objects.{thing.name}.record_types.{record_type.name}.label", record_type.label)

    def record_type_description(self, thing: Object, record_type: RecordType) -> str:
        key = f"objects.{thing.name}.record_types.{record_type.name}.description"
        return self.text(key, record_type.description or "")

    def purpose(self, purpose: Purpose) -> str:
        """What people consent to."""
        return self.text(f"consents.{purpose.name}.label", purpose.label)

    def purpose_description(self, purpose: Purpose) -> str:
        return self.text(f"consents.{purpose.name}.description", purpose.description or "")

    def view(self, view: ListView) -> str:
        if view.name == "all" and not self.model.views.get((view.object, view.name)):
            return self.words.say("All")
        return self.text(f"views.{view.object}.{view.name}.label", view.label)

    def section(self, layout: Layout, section: Section) -> str:
        key = f"layouts.{layout.object}.{layout.name}.sections.{section.label}"
        own = {"Details": self.words.say("Details")}.get(section.label, section.label)
        return self.text(key, own)

    def related(self, layout: Layout, related: RelatedList) -> str:
        key = f"layouts.{layout.object}.{layout.name}.related.{related.label}"
        child = self.model.find_object(related.object)
        is_plural = child is not None and related.label == child.plural_label
        return self.text(key, self.plural(child) if child is not None and is_plural else related.label)

    def app(self, app: App) -> str:
        return self.text(f"apps.{app.name}.label", app.label)

    def approval(self, approval: Approval) -> str:
        return self.text(f"approvals.{approval.name}.label", approval.label)

    def approval_step(self, approval: Approval, step: ApprovalStep) -> str:
        return self.text(f"approvals.{approval.name}.steps.{step.name}", step.label)

    def queue(self, queue: Queue) -> str:
        return self.text(f"queues.{queue.name}.label", queue.label)


def _system_label(words: Words, name: str) -> str:
    named: dict[str, Callable[[], str]] = {
        "id": lambda: words.say("ID"),
        "record_type": lambda: words.say("Record type"),
        "owner": lambda: words.say("Owner"),
        "owner_queue": lambda: words.say("Queue"),
        "created_at": lambda: words.say("Created"),
        "created_by": lambda: words.say("Created by"),
        "updated_at": lambda: words.say("Updated"),
        "updated_by": lambda: words.say("Updated by"),
        "version": lambda: words.say("Version"),
        "name": lambda: words.say("Name"),
        "email": lambda: words.say("E-mail"),
        "username": lambda: words.say("User name"),
        "phone": lambda: words.say("Phone"),
        "chat_id": lambda: words.say("Chat ID"),
        "language": lambda: words.say("Language"),
        "time_zone": lambda: words.say("Time zone"),
        "manager": lambda: words.say("Manager"),
        "is_active": lambda: words.say("Active"),
        "is_admin": lambda: words.say("Administrator"),
    }
    return named[name]() if name in named else ""
