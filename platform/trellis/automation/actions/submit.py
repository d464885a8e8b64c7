"""`submit for approval`: records that meet the approval's condition and are not being decided on."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.approvals.submit import submit_changes
from trellis.automation.compiling.approvals import approvals_of
from trellis.automation.run import Run
from trellis.automation.set_off import SettingOff
from trellis.automation.steps import SubmitStep


async def apply_submit(run: Run, setting_off: SettingOff, step: SubmitStep, indexes: Sequence[int]) -> None:
    """A record that a loop comes to several times is submitted once. One that others decide on already, or that the approval is not
    for, is passed over. Raises NoApprover."""
    approval = approvals_of(run.context.compiled)[step.approval]
    if approval.approval.is_active:
        changes = {run.changes[index].id: run.changes[index] for index in indexes}
        await submit_changes(
            run.context, setting_off, approval, list(changes.values()), passes_over=True, watch=run.watch
        )
