"""What can go wrong with keys and with what they sealed."""

from __future__ import annotations

from trellis.errors import InvalidSettings, TrellisError


class NoMasterKey(TrellisError):
    """Something is to be sealed or opened, and this server has no master key."""

    code = "no_master_key"

    def __init__(self, tenant: str) -> None:
        super().__init__(
            f"Nothing can be kept sealed for {tenant}: this server has no master key.",
            hint="`trellis keys new` makes one; set TRELLIS_MASTER_KEY_FILE, TRELLIS_MASTER_KEY or TRELLIS_MASTER_KEY_COMMAND.",
        )


class WrongMasterKey(InvalidSettings):
    """What is kept was sealed under a master key that this server was not given."""

    code = "wrong_master_key"


class CannotUnseal(TrellisError):
    """A sealed value was changed, moved to another place, or sealed under a key that is gone."""

    code = "cannot_unseal"


class UnknownDataKey(CannotUnseal):
    """The value names a data key that this process has not read yet, or that there never was."""

    def __init__(self, message: str, *, number: int) -> None:
        self.number = number
        super().__init__(message)
