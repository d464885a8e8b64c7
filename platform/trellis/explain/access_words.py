"""Why somebody may or may not, in sentences of English and Chinese, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from trellis.explain.access import AccessAnswer, Ground

_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "administrator": "is an administrator, who may see and do everything",
        "set": "the permission set %(label)s grants it on the object",
        "no_set": "no permission set of theirs grants %(name)s on %(label)s",
        "field_set": "the permission set %(label)s grants the field",
        "field_shown": "%(label)s is shown with every record that one may read",
        "no_field": "no permission set of theirs grants the field %(label)s",
        "reads_hidden": "%(label)s is a formula, and reads what is hidden from them",
        "modify_all": "a permission set lets them change all records of the object",
        "view_all": "a permission set lets them see all records of the object",
        "default": "all records of the object are open to everybody with the permission (%(name)s)",
        "owner": "the record is theirs",
        "role": "they are above its owner: %(path)s",
        "queue": "it waits in a queue that they sit at",
        "rule": "the sharing rule %(label)s opens it (%(name)s)",
        "share": "it is shared with %(label)s%(until)s",
        "master": "it follows its %(label)s, which they may also %(verb)s",
        "not_master": "it follows its %(label)s, which they may not %(verb)s",
        "restriction": "the restriction %(label)s takes it away (%(name)s)",
        "no_cause": "it is not theirs, and neither a role, a queue, a rule nor a share opens it to them",
        "yes": "%(user)s may %(verb)s it:",
        "no": "%(user)s may not %(verb)s it:",
        "not_there": "There is no such record: nobody may %(verb)s it.",
        "until": " until %(moment)s",
        "read": "read",
        "update": "change",
        "delete": "delete",
    }
)
_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "administrator": "是管理员，可以查看和执行一切",
        "set": "权限集“%(label)s”授予了对该对象的此项权限",
        "no_set": "其权限集均未授予对“%(label)s”的 %(name)s 权限",
        "field_set": "权限集“%(label)s”授予了该字段",
        "field_shown": "“%(label)s”随每条可读记录一同显示",
        "no_field": "其权限集均未授予字段“%(label)s”",
        "reads_hidden": "“%(label)s”是公式，读取了对其隐藏的内容",
        "modify_all": "某个权限集允许其修改该对象的全部记录",
        "view_all": "某个权限集允许其查看该对象的全部记录",
        "default": "该对象的全部记录对有权限者开放（%(name)s）",
        "owner": "该记录属于此人",
        "role": "此人位于所有者之上：%(path)s",
        "queue": "该记录在此人所属的队列中等待",
        "rule": "共享规则“%(label)s”开放了该记录（%(name)s）",
        "share": "已与%(label)s共享%(until)s",
        "master": "该记录跟随其“%(label)s”，此人对其也可%(verb)s",
        "not_master": "该记录跟随其“%(label)s”，此人对其不可%(verb)s",
        "restriction": "限制规则“%(label)s”排除了该记录（%(name)s）",
        "no_cause": "该记录不属于此人，角色、队列、规则和共享均未向其开放",
        "yes": "%(user)s 可以%(verb)s：",
        "no": "%(user)s 不可以%(verb)s：",
        "not_there": "没有这条记录，无人可%(verb)s。",
        "until": "，截至 %(moment)s",
        "read": "查看",
        "update": "修改",
        "delete": "删除",
    }
)
LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "zh-Hans": _CHINESE})


def verdict(answer: AccessAnswer, language: str) -> str:
    words = LANGUAGES[language]
    kind = "yes" if answer.allowed else "no" if answer.is_there else "not_there"
    return words[kind] % {"user": answer.user, "verb": words[answer.action]}


def sentence(ground: Ground, answer: AccessAnswer, language: str) -> str:
    words = LANGUAGES[language]
    kind = "not_master" if ground.kind == "master" and not ground.grants else ground.kind
    until = "" if ground.until is None else words["until"] % {"moment": ground.until.isoformat(timespec="minutes")}
    return words[kind] % {
        "name": ground.name,
        "label": ground.label,
        "path": " → ".join(ground.path),
        "until": until,
        "verb": words["read" if answer.action == "read" else "update"],
    }


def answer_json(answer: AccessAnswer, language: str) -> dict[str, Any]:
    return {
        "user": answer.user,
        "object": answer.object,
        "id": answer.record_id,
        "action": answer.action,
        "field": answer.field,
        "allowed": answer.allowed,
        "is_there": answer.is_there,
        "verdict": verdict(answer, language),
        "grounds": [
            {
                "kind": one.kind,
                "grants": one.grants,
                "name": one.name or None,
                "label": one.label or None,
                "path": list(one.path),
                "until": None if one.until is None else one.until.isoformat(),
                "sentence": sentence(one, answer, language),
            }
            for one in answer.grounds
        ],
    }
