"""What is wrong with a package or a recipe, before anything of it was used."""

from __future__ import annotations

from trellis.errors import TrellisError


class InvalidPackage(TrellisError):
    """A folder or an archive that is not a package. Nothing was installed."""

    code = "invalid_package"


class InvalidRecipe(TrellisError):
    """A recipe of sample data that cannot be followed. No record was made."""

    code = "invalid_recipe"
