"""Whether a package's components hold together, as far as that can be said without a tenant."""

from __future__ import annotations

from metamodel import Component, MetadataError, build_model, read_source
from trellis.errors import InvalidMetadata
from trellis.packaging.content import PackageContent


def check_content(content: PackageContent) -> tuple[Component, ...]:
    """The components. Raises InvalidMetadata with every problem. A package that builds on others is checked against their schemas only:
    whether its references hold is known where it is installed."""
    try:
        components = read_source(content.source, content.package.name)
        if not content.package.dependencies:
            build_model(components)
    except MetadataError as error:
        raise InvalidMetadata(f"{content.package.name} does not hold together", tuple(error.problems)) from error
    return components
