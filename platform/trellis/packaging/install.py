"""Installing and uninstalling a package: a deploy of everything that the package owns, with a plan like any other."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.definitions import Package
from metamodel.versions import is_in_range
from rule_engine.wording import say
from trellis.errors import NotFound
from trellis.packaging.content import PackageContent
from trellis.packaging.errors import InvalidPackage
from trellis.schema.deploy import Deployment, SourceChange, deploy, plan_deploy
from trellis.schema.plan import Plan
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant


async def plan_install(tenant: Tenant, actor: Actor, content: PackageContent) -> Plan:
    """What installing would do, or installing over another version. Raises InvalidPackage for a dependency that is not met."""
    check_dependencies(content.package, await installed(tenant))
    return await plan_deploy(tenant, actor, _change(content))


async def install(
    tenant: Tenant, actor: Actor, content: PackageContent, *, accept_destruction: bool = False
) -> Deployment:
    """Installs the package's components, all or nothing; the same package again changes nothing."""
    package = content.package
    check_dependencies(package, await installed(tenant))
    summary = say("Install %(package)s %(version)s", package=package.name, version=package.version)
    return await deploy(tenant, actor, _change(content), accept_destruction=accept_destruction, summary=summary)


async def plan_uninstall(tenant: Tenant, actor: Actor, name: str) -> Plan:
    """What uninstalling would take away. Raises NotFound, and InvalidMetadata where other components build on the package."""
    await _require(tenant, name)
    return await plan_deploy(tenant, actor, _nothing(name))


async def uninstall(tenant: Tenant, actor: Actor, name: str, *, accept_destruction: bool = False) -> Deployment:
    """Removes everything that the package owns; its tables go to the bin with their data, for 30 days."""
    await _require(tenant, name)
    summary = say("Uninstall %(package)s", package=name)
    return await deploy(tenant, actor, _nothing(name), accept_destruction=accept_destruction, summary=summary)


async def installed(tenant: Tenant) -> Mapping[str, Package]:
    """The packages that the tenant has, by name: those whose package.yaml is in its revision."""
    compiled = await tenant.compiled()
    return compiled.model.packages


def check_dependencies(package: Package, present: Mapping[str, Package]) -> None:
    """Raises InvalidPackage naming every dependency that is missing or of another version."""
    missing = []
    for dependency in package.dependencies:
        found = present.get(dependency.name)
        if found is None:
            missing.append(f"{dependency.name} {dependency.versions} is not installed")
        elif not is_in_range(found.version, dependency.versions):
            missing.append(f"{dependency.name} is {found.version}, not {dependency.versions}")
    if missing:
        raise InvalidPackage(f"{package.name} needs what is not there: {'; '.join(missing)}", hint="Install it first.")


async def _require(tenant: Tenant, name: str) -> None:
    present = await installed(tenant)
    if name not in present:
        raise NotFound(
            f"the package {name} is not installed in {tenant.name}",
            hint=f"Installed are {', '.join(sorted(present)) or 'none'}.",
        )


def _change(content: PackageContent) -> SourceChange:
    return SourceChange(files=dict(content.source), owner=content.package.name, replace=True)


def _nothing(name: str) -> SourceChange:
    return SourceChange(files={}, owner=name, replace=True)
