"""What can go wrong with a second factor."""

from __future__ import annotations

from trellis.errors import Conflict, TrellisError


class WrongCode(TrellisError):
    """Neither the code that the app shows nor a recovery code that is left."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__(
            "The code is wrong, or has been used.", hint="Wait for the next one, or use one of your recovery codes."
        )


class SignInExpired(TrellisError):
    """The password was right too long ago, or too many codes were wrong."""

    code = "sign_in_expired"

    def __init__(self) -> None:
        super().__init__("This sign-in has expired.", hint="Begin again with the password.")


class SecondFactorConflict(Conflict):
    """There is an authenticator app already, or none, or the organization demands one."""
