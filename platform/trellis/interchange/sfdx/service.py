"""The import of a Salesforce source into a tenant: convert, deploy, load. The only module here that touches the tenant."""

from __future__ import annotations

from dataclasses import dataclass

from metamodel import Component
from rule_engine.wording import say
from trellis.interchange.sfdx.convert import Conversion, convert
from trellis.interchange.sfdx.load import Loaded, Writer, load_trees
from trellis.interchange.sfdx.source import SfdxSource
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.tenancy.revisions import read_components
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`revision`: the tenant's revision after the deploy."""

    conversion: Conversion
    revision: int
    loaded: Loaded


async def convert_for(tenant: Tenant, source: SfdxSource) -> Conversion:
    """What the source would become in this tenant; objects that it has already are extended."""
    compiled = await tenant.compiled()
    return convert(source, compiled.model, await _deployed(tenant))


async def import_into(
    tenant: Tenant, writer: Writer, actor: Actor, source: SfdxSource, *, with_records: bool = True
) -> Imported:
    """Deploys all or nothing, then creates the records. Importing the same metadata again changes nothing; records are created anew."""
    conversion = await convert_for(tenant, source)
    change = SourceChange(files=dict(conversion.files))
    deployment = await deploy(tenant, actor, change, summary=say("Import a Salesforce source"))
    loaded = await load_trees(writer, actor, conversion.trees, conversion.catalog) if with_records else Loaded()
    return Imported(conversion=conversion, revision=deployment.revision, loaded=loaded)


async def _deployed(tenant: Tenant) -> list[Component]:
    compiled = await tenant.compiled()
    return list(read_components(await tenant.files(compiled.revision)))
