"""The rules and restrictions of one object, those in force and those of the draft -> rows in words, with how many records each is about."""

from __future__ import annotations

from collections.abc import Sequence

from builder_ui.builder.model import State
from builder_ui.builder.sharing.model import RuleRow
from builder_ui.builder.workspace import Workspace
from builder_ui.labels import Labels
from builder_ui.principals import ShownPrincipal, shown_principal
from builder_ui.visit import Visit
from metamodel.access_definitions import Principal, RestrictionRule, Sharing, SharingRule
from metamodel.definitions import Object
from metamodel.model import Model
from rule_engine import SourceError
from trellis.formulas.words import say
from trellis.query.reach import count_reach
from trellis.query.statements import MOST_COUNTED
from trellis.security.row_filter import RowFilter
from trellis.security.sharing import key_of, left_by, opened_by

_NO_RULES = Sharing(object="", rules={}, restrictions={})
EVERY_RECORD = RowFilter(is_everyone=True)


class Overview:
    """Of one object. A rule that the draft removes is shown as it is in force."""

    def __init__(self, visit: Visit, workspace: Workspace, thing: Object) -> None:
        self._visit = visit
        self._workspace = workspace
        self._thing = thing
        self._labels = Labels(workspace.model, visit.words)
        self._now = workspace.model.sharing.get(thing.name, _NO_RULES)
        self._live = workspace.live.sharing.get(thing.name, _NO_RULES)

    async def rules(self) -> tuple[RuleRow, ...]:
        live, now = self._live.rules, self._now.rules
        found = [now.get(name) or live[name] for name in dict.fromkeys((*live, *now))]
        filters = [opened_by(self._workspace.model, one) for one in found]
        reach = await self._reach(filters)
        words = self._visit.words
        return tuple(
            self._row(
                one,
                state=_state(live.get(one.name), now.get(one.name)),
                owned_by=one.owned_by,
                people=one.share_with,
                access=words.say("may read and change") if one.access == "read_write" else words.say("may read"),
                reach=text,
            )
            for one, text in zip(found, reach, strict=True)
        )

    async def restrictions(self) -> tuple[RuleRow, ...]:
        live, now = self._live.restrictions, self._now.restrictions
        found = [now.get(name) or live[name] for name in dict.fromkeys((*live, *now))]
        reach = await self._reach([left_by(one) for one in found])
        return tuple(
            self._row(
                one,
                state=_state(live.get(one.name), now.get(one.name)),
                owned_by=(),
                people=one.applies_to,
                access="",
                reach=text,
            )
            for one, text in zip(found, reach, strict=True)
        )

    async def _reach(self, filters: Sequence[RowFilter]) -> list[str]:
        """ "31 of 412 records" for each; "" where that is not known, or not for the reader to know."""
        visit = self._visit
        if not filters or not visit.may("manage_access"):
            return ["" for _ in filters]
        every = (EVERY_RECORD, *filters)
        total, *counts = await count_reach(
            visit.tenant, visit.runtime.access, visit.actor, self._thing.name, every, now=visit.now
        )
        return [
            ""
            if found is None or total is None
            else visit.words.say("%(found)s of %(total)s records", found=self._number(found), total=self._number(total))
            for found in counts
        ]

    def _number(self, found: int) -> str:
        return self._visit.formats.number(min(found, MOST_COUNTED)) + ("+" if found > MOST_COUNTED else "")

    def _row(
        self,
        one: SharingRule | RestrictionRule,
        *,
        state: State,
        owned_by: Sequence[Principal],
        people: Sequence[Principal],
        access: str,
        reach: str,
    ) -> RuleRow:
        words, thing = self._visit.words, self._thing.name
        part = "rules" if isinstance(one, SharingRule) else "restrictions"
        href = f"/builder/objects/{thing}/sharing"
        model = self._workspace.live if state == "gone" else self._workspace.model
        package = self._workspace.model.packages.get(one.owner)
        label = self._labels.text(f"sharing.{thing}.{part}.{one.name}.label", one.label)
        is_back = state in ("gone", "new")
        return RuleRow(
            name=one.name,
            label=label,
            sentence="" if one.when is None else self._sentence(model, one.when),
            formula=one.when or "",
            owned_by=self._shown(owned_by),
            people=self._shown(people),
            access=access,
            reach=reach,
            package=package.label if package else one.owner,
            state=state,
            edit_href="" if one.owner or state == "gone" else f"{href}?{part}={one.name}",
            remove_action="" if one.owner else f"{href}/{part}/{one.name}/remove",
            remove_label=words.say("Take back: %(name)s", name=label)
            if is_back
            else words.say("Remove %(name)s", name=label),
            undo=is_back,
        )

    def _sentence(self, model: Model, when: str) -> str:
        try:
            checked = model.access_condition(self._thing.name, when)
        except SourceError:
            return ""
        text = say(model, self._thing.name, checked, Labels(model, self._visit.words))
        return text[:1].upper() + text[1:]

    def _shown(self, principals: Sequence[Principal]) -> tuple[ShownPrincipal, ...]:
        return tuple(shown_principal(self._labels, key_of(one)) for one in principals)


def _state(live: SharingRule | RestrictionRule | None, now: SharingRule | RestrictionRule | None) -> State:
    if now is None:
        return "gone"
    if live is None:
        return "new"
    return "live" if live == now else "changed"
