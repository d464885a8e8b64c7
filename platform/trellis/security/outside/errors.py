"""Why somebody could not sign in by a provider outside."""

from __future__ import annotations

from trellis.errors import NotAuthenticated


class OutsideSignInFailed(NotAuthenticated):
    """The provider refused, could not be reached, or said something that does not hold; `detail` is for the log and the administrator."""

    code = "outside_sign_in_failed"


class UnknownStranger(NotAuthenticated):
    """The provider knows who it is, and nobody here is that person."""

    code = "unknown_stranger"
