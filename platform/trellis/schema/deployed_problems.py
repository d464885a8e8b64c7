"""What this version would not accept of a tenant's deployed files: they were accepted when they were deployed, and are served."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel import Component, MetadataError, MetadataProblem, build_model, read_source
from trellis.automation.template_problems import find_template_problems
from trellis.tenancy.revisions import StoredFile
from trellis.tenancy.tenant import Tenant


async def find_deployed_problems(tenant: Tenant) -> tuple[MetadataProblem, ...]:
    """() when the same files could be deployed again. Looked for once for a revision in a process, and then remembered."""
    compiled = await tenant.refresh()
    files = await tenant.files(compiled.revision)
    return compiled.prepared(("schema", "deployed problems"), lambda: problems_of(files))


def problems_of(files: Sequence[StoredFile]) -> tuple[MetadataProblem, ...]:
    """Every problem with the files of one revision."""
    components: list[Component] = []
    problems: list[MetadataProblem] = []
    for owner in sorted({file.owner for file in files}):
        try:
            components += read_source({file.path: file.source for file in files if file.owner == owner}, owner)
        except MetadataError as error:
            problems += error.problems
    if problems:
        return tuple(problems)
    try:
        model = build_model(components)
    except MetadataError as error:
        return error.problems
    return tuple(find_template_problems(components, model))
