"""What a training round used a face for, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeltool.domain.messages import N_, Message
from labeltool.domain.rounds import LedgerRole, LeftOut

TASKS = {
    "cls3": N_("the coarsest score map"),
    "cls2": N_("the coarser score map"),
    "std": N_("everything"),
}
"""What pseudo-labels train, by the task of their round."""

REASONS = {
    LeftOut.REJECTED: N_("rejected"),
    LeftOut.EXCLUDED: N_("excluded"),
    LeftOut.FLAGGED: N_("flagged"),
    LeftOut.AUDIT_GROUP: N_("too similar to a face to measure by"),
    LeftOut.NO_PROPOSAL: N_("without a proposal"),
    LeftOut.BAD_PHOTO: N_("the photo could not be used"),
    LeftOut.NOT_NEEDED: N_("not needed"),
}


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What the training round `number` with its `task` used a face for; `reason`: why it was left
    out, None for other roles."""

    number: int
    task: str
    role: LedgerRole
    reason: LeftOut | None

    def describe(self) -> Message:
        """'pseudo-label (everything)', 'left out: rejected'."""
        if self.role is LedgerRole.MANUAL:
            return Message(N_("trained"))
        if self.role is LedgerRole.AUDIT:
            return Message(N_("measured"))
        if self.role is LedgerRole.PSEUDO:
            task = Message(TASKS.get(self.task, self.task))
            return Message(N_("pseudo-label ({task})"), task=task)
        reason = Message("" if self.reason is None else REASONS[self.reason])
        return Message(N_("left out: {reason}"), reason=reason)


def describe_left_out(counts: Mapping[str, int]) -> Message | None:
    """How many faces a round leaves out and why, by LeftOut; None if it leaves none out."""
    parts = [
        Message(N_("{count:,} {reason}"), count=counts[reason], reason=Message(words))
        for reason, words in REASONS.items()
        if counts.get(reason)
    ]
    if not parts:
        return None
    names = {f"part{place}": part for place, part in enumerate(parts)}
    listed = Message(", ".join(f"{{{name}}}" for name in names), **names)
    return Message(N_("Left out: {faces}."), faces=listed)
