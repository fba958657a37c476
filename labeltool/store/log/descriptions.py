"""What operations are called in the log, and what is said after them."""

from __future__ import annotations

from labeltool.domain import N_, Message, Verdict, verdict_name

_DONE = {
    Verdict.ACCEPTED: (N_("Accepted."), N_("Accepted {count} faces.")),
    Verdict.CORRECTED: (N_("Corrected."), N_("Corrected {count} faces.")),
    Verdict.REJECTED: (N_("Rejected."), N_("Rejected {count} faces.")),
    Verdict.EXCLUDED: (N_("Excluded."), N_("Excluded {count} faces.")),
    Verdict.UNREVIEWED: (N_("Set back."), N_("Set back {count} faces.")),
}


def decision(verdict: Verdict, count: int) -> Message:
    """A decision on so many faces, for the log: 'accepted 3 faces'."""
    if verdict is Verdict.UNREVIEWED:
        return Message.counted(count, N_("set back"), N_("set back {count} faces"))
    if count == 1:
        return verdict_name(verdict)
    return Message(N_("{verdict} {count} faces"), verdict=verdict_name(verdict), count=count)


def decision_done(verdict: Verdict, count: int) -> Message:
    """The sentence for the person who decided: 'Accepted 3 faces.'"""
    return Message.counted(count, *_DONE[verdict])


def is_set_back(description: Message) -> bool:
    """Whether a decision was to make faces unreviewed again."""
    return description.template in (
        decision(Verdict.UNREVIEWED, count).template for count in (1, 2)
    )
