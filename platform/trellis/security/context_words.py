"""The words that nobody's password may be made of in a tenant: what the product, the tenant and the organization are called."""

from __future__ import annotations

from trellis.tenancy.tenant import Tenant

PRODUCT = "trellis"


async def context_words(tenant: Tenant) -> tuple[str, ...]:
    organization = (await tenant.compiled()).model.organization
    return (PRODUCT, tenant.name, tenant.label, organization.name or "")
