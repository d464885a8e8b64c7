"""What keeps a Salesforce DX folder from being read at all; what merely can't be mapped goes into the report."""

from __future__ import annotations

from trellis.errors import TrellisError


class InvalidSfdxSource(TrellisError):
    """A folder, a file of XML or a file of records that cannot be read. Nothing was changed."""

    code = "invalid_sfdx_source"
