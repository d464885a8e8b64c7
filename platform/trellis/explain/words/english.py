"""Explanations in English."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "separator": ", ",
    "and": " and ",
    "nobody": "nobody",
    "blank": "nothing",
    "unknown user": "a user who is gone",
    "unnamed": "%(object)s %(id)s",
    "named": "the %(object)s “%(name)s”",
    "several": "%(count)s records of %(object)s",
    "by": "“%(rule)s”",
    "by other": "“%(rule)s”, a rule on %(origin)s,",
    "by other last": "“%(rule)s”, a rule on %(origin)s",
    # assign
    "gave": "%(by)s gave it to %(owner)s%(how)s",
    "put": "%(by)s put it into the queue %(queue)s, where it waits",
    "put for want": "%(by)s put it into the queue %(queue)s, where it waits: nobody there could take it",
    "left": "%(by)s found nobody active to give it to; the owner stays %(owner)s",
    "how in turn": ", whose turn it was in the queue %(queue)s",
    "how least": ", who had the fewest in the queue %(queue)s",
    "how weight": ", whose turn it was by weight in the queue %(queue)s",
    "how same": " of the queue %(queue)s, where records with the same %(field)s stay together",
    "how role": ", whose turn it was among those with the role %(role)s",
    "how team": ", whose turn it was in the team %(team)s",
    "how previous": ", who owned it before",
    # set
    "set": "%(by)s set %(field)s to %(value)s",
    "set from": "%(by)s set %(field)s to %(value)s; it was %(before)s",
    "emptied": "%(by)s emptied %(field)s; it was %(before)s",
    "kept": "%(by)s set %(field)s to %(value)s, as it was",
    # the rest
    "fail": "%(by)s refused a change: %(value)s",
    "told": "%(by)s told %(people)s (%(channels)s)",
    "told nobody": "%(by)s had nobody to tell",
    "sent": "%(by)s sent a message to %(people)s (%(channels)s)",
    "withhold": "%(by)s sent no message to %(people)s, who has not consented to “%(subject)s”",
    "webhook": "%(by)s posted it to the webhook %(subject)s",
    "create": "%(by)s created %(record)s",
    "created": "it was created by %(by)s",
    "update": "%(by)s changed %(record)s",
    "delete": "%(by)s deleted %(record)s",
    "deleted": "it was deleted by %(by)s",
    "call": "%(by)s called the rule “%(subject)s”",
    "submit": "it was submitted for the approval “%(subject)s”",
    "approve": "the step “%(subject)s” was approved (%(by)s)",
    "reject": "the step “%(subject)s” was rejected (%(by)s)",
    "recall": "it was recalled from approval (%(by)s)",
    "remind": "%(people)s was reminded of the step “%(subject)s” (%(by)s)",
    "delegate": "the step “%(subject)s” was handed to %(people)s (%(by)s)",
    "skip": "the step “%(subject)s” was skipped (%(by)s)",
    "wait": "%(by)s will act at %(value)s",
    "fire": "%(by)s acted, for its time had come",
    "cancel": "%(by)s no longer waits",
    "pull": "%(owner)s took it out of the queue %(queue)s",
    "reassign": "%(by)s took it from %(before)s, who is absent, and gave it to %(owner)s",
    "reassign to queue": "%(by)s took it from %(before)s, who is absent, back into the queue %(queue)s",
    # why
    "not": "it is not so that %(condition)s",
    "rest": "no row before this one fits",
    # channels
    "email": "e-mail",
    "in_app": "notice in the app",
    "sms": "text message",
    "chat": "chat",
    # changes of tracked fields
    "changed": "%(field)s changed from %(before)s to %(after)s",
}
