"""Explanations in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "separator": "、",
    "and": "，且",
    "nobody": "无人",
    "blank": "空",
    "unknown user": "已不存在的用户",
    "unnamed": "%(object)s %(id)s",
    "named": "%(object)s“%(name)s”",
    "several": "%(count)s 条%(object)s记录",
    "by": "“%(rule)s”",
    "by other": "%(origin)s上的规则“%(rule)s”",
    "by other last": "%(origin)s上的规则“%(rule)s”",
    # assign
    "gave": "%(by)s将其分配给 %(owner)s%(how)s",
    "put": "%(by)s将其放入队列“%(queue)s”，等待领取",
    "put for want": "%(by)s将其放入队列“%(queue)s”，等待领取：队列中没有人可以接手",
    "left": "%(by)s没有找到可分配的在职人员，所有人仍为 %(owner)s",
    "how in turn": "（队列“%(queue)s”轮流分配，轮到此人）",
    "how least": "（队列“%(queue)s”中此人手上最少）",
    "how weight": "（队列“%(queue)s”按权重分配，轮到此人）",
    "how same": "（队列“%(queue)s”中%(field)s相同的记录归同一人）",
    "how role": "（在角色“%(role)s”中轮流分配，轮到此人）",
    "how team": "（在团队“%(team)s”中轮流分配，轮到此人）",
    "how previous": "（之前的所有人）",
    # set
    "set": "%(by)s将“%(field)s”设为 %(value)s",
    "set from": "%(by)s将“%(field)s”由 %(before)s 改为 %(value)s",
    "emptied": "%(by)s清空了“%(field)s”（原为 %(before)s）",
    "kept": "%(by)s将“%(field)s”设为 %(value)s（与原来相同）",
    # the rest
    "fail": "%(by)s拒绝了一次修改：%(value)s",
    "told": "%(by)s通知了 %(people)s（%(channels)s）",
    "told nobody": "%(by)s没有可通知的人",
    "sent": "%(by)s向 %(people)s 发送了消息（%(channels)s）",
    "withhold": "%(by)s未向 %(people)s 发送消息：其未同意“%(subject)s”",
    "webhook": "%(by)s将其发送到 Webhook“%(subject)s”",
    "create": "%(by)s创建了%(record)s",
    "created": "由%(by)s创建",
    "update": "%(by)s修改了%(record)s",
    "delete": "%(by)s删除了%(record)s",
    "deleted": "由%(by)s删除",
    "call": "%(by)s调用了规则“%(subject)s”",
    "submit": "已提交审批“%(subject)s”",
    "approve": "步骤“%(subject)s”已批准（%(by)s）",
    "reject": "步骤“%(subject)s”被拒绝（%(by)s）",
    "recall": "已撤回审批（%(by)s）",
    "remind": "已提醒 %(people)s 处理步骤“%(subject)s”（%(by)s）",
    "delegate": "步骤“%(subject)s”已转交给 %(people)s（%(by)s）",
    "skip": "步骤“%(subject)s”已跳过（%(by)s）",
    "wait": "%(by)s将在 %(value)s 执行",
    "fire": "%(by)s到时执行",
    "cancel": "%(by)s不再等待",
    "pull": "%(owner)s 从队列“%(queue)s”中领取",
    "reassign": "%(before)s 不在岗，%(by)s将其改派给 %(owner)s",
    "reassign to queue": "%(before)s 不在岗，%(by)s将其退回队列“%(queue)s”",
    # why
    "not": "并非%(condition)s",
    "rest": "前面各行都不符合",
    # channels
    "email": "电子邮件",
    "in_app": "应用内通知",
    "sms": "短信",
    "chat": "聊天",
    # changes of tracked fields
    "changed": "“%(field)s”由 %(before)s 改为 %(after)s",
}
