"""What the mouse is on: one typed target for a position, by fixed priorities. No painting.

Positions are image pixels; hit areas have a constant size on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.handles import Handle, SelectionFrame, box_handle_at

HIT_RADIUS_PIXELS = 14.0
"""Screen pixels around a point that hit it."""

OTHER_OUTLINE_RADIUS_PIXELS = 4.0
"""Screen pixels on both sides of another face's outline that hit it."""


@dataclass(frozen=True, slots=True)
class SelectionHandle:
    """A handle of the frame around the selected points."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class MissingPoint:
    """A spot on the photo where a press places this selected landmark, which has no position."""

    index: int


@dataclass(frozen=True, slots=True)
class Point:
    """A landmark."""

    index: int


@dataclass(frozen=True, slots=True)
class BoxHandle:
    """A handle, or the outline, of the face's box."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class OtherFace:
    """The box of another face on the photo."""

    face_id: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """The photo or what surrounds it."""


Target = SelectionHandle | MissingPoint | Point | BoxHandle | OtherFace | Nothing


@dataclass(frozen=True, slots=True)
class HitScene:
    """What can be hit. `photo`: its area, null without a photo; `missing`: the selected landmark
    that a press would place, or -1. Hidden layers cannot be hit."""

    face: DisplayedFace
    photo: QRectF
    zoom: float
    frame: SelectionFrame
    points_visible: bool = True
    boxes_visible: bool = True
    missing: int = -1

    def point_at(self, at: QPointF) -> int:
        """The nearest point within `HIT_RADIUS_PIXELS`, or -1."""
        if not self.points_visible or self.photo.isNull():
            return -1
        return self.face.nearest(at, HIT_RADIUS_PIXELS / self.zoom)

    def missing_point_at(self, at: QPointF) -> int:
        """The missing landmark that a press places here, or -1: on the photo, off other faces."""
        can_place = self.missing >= 0 and self.points_visible and self.photo.contains(at)
        return self.missing if can_place and self.other_face_at(at) is None else -1

    def box_handle_at(self, at: QPointF) -> Handle | None:
        """The handle of the face's box, if any."""
        if not self.boxes_visible or self.face.box is None or self.photo.isNull():
            return None
        return box_handle_at(self.face.box, at, self.zoom)

    def other_face_at(self, at: QPointF) -> int | None:
        """Id of the other face whose box a click means, if any."""
        if not self.boxes_visible or self.photo.isNull():
            return None
        return self.face.other_face_at(at, OTHER_OUTLINE_RADIUS_PIXELS / self.zoom)


def hit_test(scene: HitScene, at: QPointF) -> Target:
    """What a press at a position means.

    The handles of the selection frame come first, then a missing landmark to place, a point, the
    face's own box, and another face.
    """
    target: Target = Nothing()
    if (handle := scene.frame.handle_at(at)) is not None:
        target = SelectionHandle(handle)
    elif (index := scene.missing_point_at(at)) >= 0:
        target = MissingPoint(index)
    elif (index := scene.point_at(at)) >= 0:
        target = Point(index)
    elif (handle := scene.box_handle_at(at)) is not None:
        target = BoxHandle(handle)
    elif (face_id := scene.other_face_at(at)) is not None:
        target = OtherFace(face_id)
    return target


def snap_target(scene: HitScene, at: QPointF, selected: int) -> int:
    """The point that jumps to a click: `selected`, else (-1) the nearest; -1 on another face."""
    if not scene.points_visible or scene.other_face_at(at) is not None:
        return -1
    return selected if selected >= 0 else scene.face.nearest(at, np.inf)
