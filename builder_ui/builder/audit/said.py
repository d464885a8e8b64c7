"""Events of the audit in words, and how they look."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from builder_ui.translation import Words

AREAS: Mapping[str, tuple[str, ...]] = {
    "sign_ins": (
        *("signed_in", "sign_in_failed", "signed_out", "session_ended", "locked_out", "unlocked"),
        *("password_set", "invitation_accepted", "second_factor_added", "second_factor_removed", "second_factor_reset"),
        *("recovery_codes_made", "passkey_added", "passkey_removed"),
    ),
    "users": ("user_created", "user_changed", "user_frozen", "user_unfrozen", "invited"),
    "rights": ("permissions_assigned", "members_changed", "record_shared", "record_unshared", "access_changed"),
    "keys": (
        *("api_key_created", "api_key_rotated", "api_key_revoked", "client_created", "client_changed"),
        *("client_deleted", "client_allowed", "client_disallowed", "token_issued", "token_reused"),
        *("provider_created", "provider_changed", "provider_deleted", "secret_set", "secret_deleted"),
    ),
    "deploys": ("deployed", "rolled_back", "package_installed", "package_uninstalled"),
    "data": (
        *("exported", "field_revealed", "person_erased", "consent_recorded", "data_key_rotated", "master_key_rotated"),
        *("audit_exported", "audit_pruned"),
    ),
}
_WARNINGS = frozenset({"sign_in_failed", "token_reused"})
# icons: login-2 users shield-check key git-compare database alert-triangle
_ICONS = {
    "sign_ins": "login-2",
    "users": "users",
    "rights": "shield-check",
    "keys": "key",
    "deploys": "git-compare",
    "data": "database",
}
_AREA_OF = {event: area for area, events in AREAS.items() for event in events}


def icon_of(event: str) -> str:
    return "alert-triangle" if event in _WARNINGS else _ICONS[_AREA_OF[event]]


def tone_of(event: str) -> str:
    return "is-warn" if event in _WARNINGS else ""


def say_area(words: Words, area: str) -> str:
    labels: Mapping[str, Callable[[], str]] = {
        "sign_ins": lambda: words.say("Signing in"),
        "users": lambda: words.say("Users"),
        "rights": lambda: words.say("Rights"),
        "keys": lambda: words.say("Keys and secrets"),
        "deploys": lambda: words.say("Deploys and packages"),
        "data": lambda: words.say("Data and audit"),
    }
    return labels[area]()


def say_event(words: Words, event: str) -> str:
    """An event that this version does not know by its name."""
    return _SAID[event](words) if event in _SAID else event


_SAID: Mapping[str, Callable[[Words], str]] = {
    "signed_in": lambda words: words.say("Signed in"),
    "sign_in_failed": lambda words: words.say("Sign-in failed"),
    "signed_out": lambda words: words.say("Signed out"),
    "session_ended": lambda words: words.say("Ended sessions"),
    "locked_out": lambda words: words.say("Failed to sign in too often, and has to wait"),
    "unlocked": lambda words: words.say("Ended the wait after failed sign-ins"),
    "password_set": lambda words: words.say("Set a password"),
    "invited": lambda words: words.say("Made a link to set a password"),
    "invitation_accepted": lambda words: words.say("Set the password by a link"),
    "second_factor_added": lambda words: words.say("Added a second factor"),
    "second_factor_removed": lambda words: words.say("Removed a second factor"),
    "second_factor_reset": lambda words: words.say("Reset a second factor"),
    "recovery_codes_made": lambda words: words.say("Made recovery codes"),
    "passkey_added": lambda words: words.say("Added a passkey"),
    "passkey_removed": lambda words: words.say("Removed a passkey"),
    "user_created": lambda words: words.say("Created a user"),
    "user_changed": lambda words: words.say("Changed a user"),
    "user_frozen": lambda words: words.say("Froze a user"),
    "user_unfrozen": lambda words: words.say("Let a user in again"),
    "permissions_assigned": lambda words: words.say("Changed a user's rights"),
    "members_changed": lambda words: words.say("Changed who belongs to a group"),
    "record_shared": lambda words: words.say("Shared a record"),
    "record_unshared": lambda words: words.say("Took back a share of a record"),
    "access_changed": lambda words: words.say("Changed what rights mean"),
    "api_key_created": lambda words: words.say("Created an API key"),
    "api_key_rotated": lambda words: words.say("Replaced an API key"),
    "api_key_revoked": lambda words: words.say("Revoked an API key"),
    "client_created": lambda words: words.say("Registered an application"),
    "client_changed": lambda words: words.say("Changed an application"),
    "client_deleted": lambda words: words.say("Deleted an application"),
    "client_allowed": lambda words: words.say("Allowed an application to act"),
    "client_disallowed": lambda words: words.say("Took back an application's leave"),
    "token_issued": lambda words: words.say("Gave an application a token"),
    "token_reused": lambda words: words.say("A used token came again"),
    "provider_created": lambda words: words.say("Added a sign-in provider"),
    "provider_changed": lambda words: words.say("Changed a sign-in provider"),
    "provider_deleted": lambda words: words.say("Removed a sign-in provider"),
    "secret_set": lambda words: words.say("Set a secret"),
    "secret_deleted": lambda words: words.say("Deleted a secret"),
    "deployed": lambda words: words.say("Deployed a revision"),
    "rolled_back": lambda words: words.say("Returned to an earlier revision"),
    "package_installed": lambda words: words.say("Installed a package"),
    "package_uninstalled": lambda words: words.say("Uninstalled a package"),
    "exported": lambda words: words.say("Exported data"),
    "field_revealed": lambda words: words.say("Looked at a protected value"),
    "person_erased": lambda words: words.say("Erased a person"),
    "consent_recorded": lambda words: words.say("Recorded a consent or its withdrawal"),
    "data_key_rotated": lambda words: words.say("Changed the data key"),
    "master_key_rotated": lambda words: words.say("Changed the master key"),
    "audit_exported": lambda words: words.say("Exported the audit"),
    "audit_pruned": lambda words: words.say("Removed old rows of the audit"),
}
