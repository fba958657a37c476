"""What training rounds use faces for: the ledger in words, and the faces that measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeltool.domain.face import FINAL, Verdict
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


def list_left_out(counts: Mapping[str, int]) -> Message | None:
    """'3 rejected, 2 flagged': faces that a round leaves out, by LeftOut; None if it leaves none
    out."""
    parts = [
        Message(N_("{count:,} {reason}"), count=counts[reason], reason=Message(words))
        for reason, words in REASONS.items()
        if counts.get(reason)
    ]
    if not parts:
        return None
    names = {f"part{place}": part for place, part in enumerate(parts)}
    return Message(", ".join(f"{{{name}}}" for name in names), **names)


def describe_left_out(counts: Mapping[str, int]) -> Message | None:
    """How many faces a round leaves out and why, by LeftOut; None if it leaves none out."""
    listed = list_left_out(counts)
    return None if listed is None else Message(N_("Left out: {faces}."), faces=listed)


@dataclass(frozen=True, slots=True)
class LandmarkCounts:
    """How many landmarks of the manual labels that a round trains are `occluded`, which count less,
    and `absent`, which it does not train."""

    occluded: int = 0
    absent: int = 0

    def describe(self) -> Message | None:
        """What becomes of them; None if every landmark is visible."""
        occluded = Message.counted(
            self.occluded,
            N_("1 landmark is occluded and counts half."),
            N_("{count} landmarks are occluded and count half."),
        )
        absent = Message.counted(
            self.absent,
            N_("1 landmark is absent and is not trained."),
            N_("{count} landmarks are absent and are not trained."),
        )
        if not self.occluded and not self.absent:
            return None
        return Message.join(occluded if self.occluded else None, absent if self.absent else None)


PHOTO_RULE = "photo"
"""All faces of a photo are one group."""

FOLDER_RULE = "folder"
"""All photos of a folder, without the folders inside, are one group."""

NUMBER_RULE = r"^(.+?)[ ._-]*\d+\.\w+$"
"""All photos whose paths differ only in the number at the end, as those of the frames of one video
do, are one group."""

AUDIT_FACES = 20
"""How many faces to measure by are proposed."""


@dataclass(frozen=True, slots=True)
class AuditFace:
    """A face that measures networks. `trained`: a round trained on it nevertheless, so it measures
    nothing."""

    face_id: int
    photo_id: int
    verdict: Verdict
    trained: bool

    @property
    def is_usable(self) -> bool:
        """Whether it can ever measure: it is there, and no network saw its label."""
        return not self.trained and self.verdict not in (Verdict.EXCLUDED, Verdict.REMOVED)


@dataclass(frozen=True, slots=True)
class AuditSet:
    """The faces that measure networks, by id, drawn at random.

    `rule`: what a group is: PHOTO_RULE, FOLDER_RULE, or a regular expression on the photo's path;
    empty without faces. No face of a group of theirs trains a network.
    """

    rule: str = ""
    faces: tuple[AuditFace, ...] = ()

    @property
    def usable(self) -> list[int]:
        """The faces that measure now or once somebody judged them."""
        return [face.face_id for face in self.faces if face.is_usable]

    @property
    def measuring(self) -> list[int]:
        """The faces with a manual label."""
        return [face.face_id for face in self.faces if face.is_usable and face.verdict in FINAL]

    @property
    def waiting(self) -> list[int]:
        """The faces that wait for a manual label."""
        return [face.face_id for face in self.faces if face.is_usable and face.verdict not in FINAL]
