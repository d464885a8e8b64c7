"""The parts of the language that rules can be written in and this version does not run yet.

A rule that uses one checks in full and is then refused with the code not_available, when it is deployed. To switch a part on, take
its line out of NOT_AVAILABLE.
"""

from __future__ import annotations

from enum import Enum


class Feature(Enum):
    """A part of the language, as its refusal names it."""

    DELETED = 'The trigger "deleted"'
    RESTORED = 'The trigger "restored"'
    SCHEDULE = "A schedule"
    DATE_TRIGGER = "A trigger relative to a date"
    INBOUND = "An inbound event"
    CALLED = 'The trigger "called"'
    ELSE = 'An "else" of a rule'
    DELAY = '"after" some time'
    DELAYED_VALUES = "Reading a parameter or $Event after some time"
    RUNS_AS_USER = "runs as user"
    IF = 'An "if" among the actions'
    FOR_EACH = 'The action "for each"'
    ALIAS = 'Naming a created record with "as"'
    UPDATE = 'The action "update"'
    DELETE = 'The action "delete"'
    FAIL = 'The action "fail"'
    CALL = 'The action "call"'
    SEND = 'The action "send"'
    SEND_WITHOUT_GATEWAY = 'Sending by another channel than email without "via"'
    POST_WEBHOOK = 'The action "post webhook"'
    SUBMIT = 'The action "submit for approval"'
    ASSIGN_ROLE = "Assigning to a role"
    ASSIGN_TEAM = "Assigning to a team"
    ASSIGN_PREVIOUS_OWNER = "Assigning to the previous owner"
    NOTIFY_ROLE = "Notifying a role"
    NOTIFY_TEAM = "Notifying a team"
    CHANNEL_SMS = 'The channel "sms"'
    CHANNEL_CHAT = 'The channel "chat"'
    STICKY = 'The strategy "sticky"'
    HOURS = "A limit to business hours"
    LIMITS = 'A capacity or a count with another strategy than "least loaded"'
    COUNT_BY_RECORD = "A count that depends on more than fields of what is counted"
    APPROVAL = "An approval"
    TEST = "A test of rules"


NOT_AVAILABLE: frozenset[Feature] = frozenset()
EVERYTHING: frozenset[Feature] = frozenset()
