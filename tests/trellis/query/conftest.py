"""The same tenants as for records."""

from tests.trellis.records.conftest import crm, module_crm

__all__ = ["crm", "module_crm"]
