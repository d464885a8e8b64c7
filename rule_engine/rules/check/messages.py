"""Checks the actions that reach people and systems: notify, send and post webhook."""

from __future__ import annotations

from typing import Literal

from rule_engine.checker import CheckedFormula
from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.consent import check_consent
from rule_engine.rules.check.people import check_recipient
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.node import Message, Word
from rule_engine.types import Kind
from rule_engine.wording import say

CHANNELS = ("email", "in_app", "sms", "chat")
OUTSIDE_CHANNELS = ("email", "sms", "chat")


def check_notify(checking: Checking, action: actions.NotifyAction, owner: RuleObject) -> checked.Notify | None:
    count = len(checking.problems)
    recipients = [check_recipient(checking, recipient, owner) for recipient in action.recipients]
    channels = check_channels(checking, action.channels)
    for recipient, place in zip(recipients, action.recipients, strict=True):
        if isinstance(recipient, checked.EmailRecipient) and channels != ("email",):
            problem = say("An e-mail address can be reached via email only.")
            checking.report("wrong_channel", problem, place, say("Give it a notify of its own."))
    template, message = _check_message(checking, action.message, owner)
    recipients = [
        check_consent(checking, template, recipient, place, owner)
        for recipient, place in zip(recipients, action.recipients, strict=True)
    ]
    if len(checking.problems) > count:
        return None
    return checked.Notify(
        recipients=tuple(recipient for recipient in recipients if recipient is not None),
        channels=channels,
        template=template,
        message=message,
        line=checking.line(action),
    )


def check_send(checking: Checking, action: actions.SendAction, owner: RuleObject) -> checked.Send | None:
    count = len(checking.problems)
    channel = _outside_channel(checking, action.channel)
    recipient = check_recipient(checking, action.recipient, owner)
    gateway = action.gateway
    if gateway is None and channel is not None and channel != "email":
        _check_carried(checking, channel, action.channel)
    elif (
        gateway is not None and checking.is_known("webhook", gateway, checking.names.webhooks()) and channel == "email"
    ):
        message = say("An e-mail goes out by itself, not via a webhook.")
        checking.report("wrong_channel", message, gateway, say('Leave "via" out.'))
    template, text = _check_message(checking, action.message, owner)
    recipient = check_consent(checking, template, recipient, action.recipient, owner)
    if len(checking.problems) > count or recipient is None or channel is None:
        return None
    return checked.Send(
        channel=channel,
        recipient=recipient,
        template=template,
        message=text,
        gateway=gateway.name if gateway is not None else None,
        line=checking.line(action),
    )


def check_post(checking: Checking, action: actions.PostAction, owner: RuleObject) -> checked.PostWebhook | None:
    is_known = checking.is_known("webhook", action.webhook, checking.names.webhooks())
    values = checking.values(action.values, owner.scope)
    if not is_known:
        return None
    return checked.PostWebhook(webhook=action.webhook.name, values=values, line=checking.line(action))


def check_channels(checking: Checking, words: tuple[Word, ...]) -> tuple[checked.Channel, ...]:
    found = (_check_channel(checking, word) for word in words)
    return tuple(dict.fromkeys(channel for channel in found if channel is not None))


def _check_channel(checking: Checking, channel: Word) -> checked.Channel | None:
    match channel.name:
        case "email":
            return "email"
        case "in_app":
            return "in_app"
        case "sms":
            _check_carried(checking, "sms", channel)
            return "sms"
        case "chat":
            _check_carried(checking, "chat", channel)
            return "chat"
    checking.report_unknown("channel", channel.text, channel, CHANNELS)
    return None


def _outside_channel(checking: Checking, channel: Word) -> Literal["email", "sms", "chat"] | None:
    match channel.name:
        case "email":
            return "email"
        case "sms":
            return "sms"
        case "chat":
            return "chat"
    checking.report_unknown("channel", channel.text, channel, OUTSIDE_CHANNELS)
    return None


def _check_carried(checking: Checking, channel: str, at: Word) -> None:
    """SMS and chat messages go through a webhook: some webhook must carry them where the rule does not say which."""
    carried = checking.names.carried_channels()
    if carried is not None and channel not in carried:
        hint = say(
            'Give a webhook in webhooks.yaml the line "channel: %(channel)s", or say via which: send %(channel)s to … via NAME.',
            channel=channel,
        )
        checking.report("no_carrier", say("No webhook carries %(channel)s.", channel=channel), at, hint)


def _check_message(checking: Checking, message: Message, owner: RuleObject) -> tuple[str | None, CheckedFormula | None]:
    """The template's name, or the text formula."""
    if message.template is not None:
        checking.is_known("template", message.template, checking.names.templates())
        return message.template.name, None
    if message.text is None:
        return None, None
    return None, checking.formula(message.text, owner.scope, Kind.TEXT, use=say("A message"))
