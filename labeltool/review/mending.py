"""Mends what a check found on the open face. Every mend can be undone."""

from __future__ import annotations

from labeltool.checks.findings import Finding, Fix
from labeltool.domain import N_, Box, Changes, Face, UserError, WriteResult
from labeltool.review.desk import Desk
from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention


def mend(desk: Desk, finding: Finding) -> Changes | WriteResult:
    """Do what mends a finding of the open face.

    Landmarks are moved as a draft, which is seen before it is accepted; a box is changed and a
    double face excluded at once.

    Raises:
        UserError: another face is open, its points were moved since, or nothing would mend it.
    """
    face, fix = desk.face, finding.fix
    if face is None or face.id != finding.face_id or face.draft is not None:
        raise UserError(
            N_("This face has changed since it was checked."), N_("Decide on it, then look again.")
        )
    if fix is None:
        raise UserError(
            N_("Too few faces are known to say where the landmarks belong."),
            N_("Move them by hand."),
        )
    if fix is Fix.EXCLUDE:
        return desk.exclude()
    if fix is Fix.FIT_BOX:
        return desk.change_box(fitted_box(face))
    return desk.edits.mend(finding)


def fitted_box(face: Face) -> Box:
    """The box to draw around a whole face so that it expects the landmarks where they are."""
    assert face.points is not None
    x, y, width, height = tight_box(face.points)
    left, top, right, bottom = CropConvention().detected
    whole_width, whole_height = width / (right - left), height / (bottom - top)
    return (x - left * whole_width, y - top * whole_height, whole_width, whole_height)
