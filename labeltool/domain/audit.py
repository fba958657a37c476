"""The audit set: the faces that measure networks and never train one."""

from __future__ import annotations

from dataclasses import dataclass

from labeltool.domain.face import FINAL, Verdict

PHOTO_RULE = "photo"
"""All faces of a photo are one group."""

FOLDER_RULE = "folder"
"""All photos of a folder, without the folders inside, are one group."""

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
