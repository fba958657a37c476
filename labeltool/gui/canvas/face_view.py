"""A photo with one face on it: what is drawn, what is selected, where to look. No mouse, no keys.

Positions that go in and come out are image pixels, (0, 0) is the centre of the top-left pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QPointF, QRectF, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from labeltool.domain import Box, Visibility
from labeltool.gui.canvas.box_items import BoxesItem, SelectionItem
from labeltool.gui.canvas.displayed_face import Array, DisplayedFace, Groups, make_displayed_face
from labeltool.gui.canvas.face_item import FaceItem, GhostItem
from labeltool.gui.canvas.overlays import Panels
from labeltool.gui.canvas.photo_item import ToneCurve
from labeltool.gui.canvas.photo_view import PhotoView
from labeltool.review.geometry import falloff_weights, relative_distances

_FACE_MARGIN = 0.15
_RIM = 4.0  # screen pixels on both sides of another face's outline that belong to it
_REACHES = (0.08, 1.2)  # smallest and largest reach of a pull, in sizes of the face


class FaceView(PhotoView):
    """One face on its photo."""

    point_selected = Signal(int)
    """Index of the point that was selected last, or -1 when none is selected any more."""
    selection_changed = Signal()
    """Other points than before are selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face = DisplayedFace()
        self._selected = self._to_put = -1
        self._lacked = frozenset[int]()  # what was missing when the face came
        self._chosen: frozenset[int] = frozenset()
        self._points_shown = True
        self._boxes_shown = True
        self._shape: Array | None = None
        self._distances: Array | None = None
        self._reach = 0.3
        self._kept: tuple[float, float, float] | None = None
        self._boxes_item = BoxesItem()
        self._ghost_item = GhostItem()
        self._face_item = FaceItem()
        self._selection_item = SelectionItem()
        self._items = (self._boxes_item, self._ghost_item, self._face_item, self._selection_item)
        for item in self._items:
            self._graphics.addItem(item)
        self._panels = Panels(self)

    # -- what is shown --------------------------------------------------------------------------

    def set_photo(
        self, image: QImage | None, text: str = "", copies: Sequence[QImage] = ()
    ) -> None:
        """Show an upright photo, or `text` in its place when it is None.

        The face stays as it is (hidden while there is no photo), so that photo and face may come
        in either order; a drag in progress ends. A photo of another size than the last one is
        fitted to the view; one of the same size keeps zoom and place. `copies`: the photo halved
        once, twice and so on, as `halved` makes them.
        """
        super().set_photo(image, text, copies)
        self._show_layers()

    def set_face(
        self,
        points: npt.ArrayLike | None,
        scores: npt.ArrayLike | None,
        edges: Sequence[tuple[int, int]],
        box: Box | None,
        names: Sequence[str] | None,
        other_boxes: Iterable[tuple[int, Box]] = (),
        moved: Iterable[int] = (),
        *,
        face_id: int | None = None,
        visibility: Visibility | None = None,
        groups: Groups = (),
        excluded: Iterable[int] = (),
    ) -> None:
        """Show one face; zoom and place stay as they are.

        points: (N, 2) image pixels, any N; a row of NaN is a missing landmark, which a click puts
        down once it is selected. scores: (N,) 0..1, or None. edges: pairs of indices. box: x, y,
        width, height in image pixels. moved: indices of points placed by a human. visibility: (N,)
        of domain.ABSENT, OCCLUDED, VISIBLE; None for all that are placed. groups: regions with
        their indices. excluded: ids of those of the other boxes that are no faces.
        With the `face_id` (and N) of the face shown before, the selection stays and a drag in
        progress goes on; otherwise both end, and the ghost goes. Raises ValueError when lengths
        disagree.
        """
        face = make_displayed_face(
            points, scores, edges, box, names, other_boxes, moved, face_id,
            visibility, groups, excluded,
        )  # fmt: skip
        same = face.face_id == self._face.face_id and len(face) == len(self._face)
        held = self._face_item.held
        self._face_comes(face, same)
        self._face = face
        for item in (self._boxes_item, self._ghost_item, self._face_item):
            item.set_face(face)
        if not same:
            self._lacked = frozenset(range(len(face))) - set(face.placed())
            self.set_ghost(None)
            self.select(-1)
        self._mark(held=held if same else -1)
        self._show_layers()

    def _face_comes(self, face: DisplayedFace, same: bool) -> None:
        """For a drag in progress: a face is about to be shown."""

    def set_layers(
        self, points: bool = True, edges: bool = True, boxes: bool = True, numbers: bool = False
    ) -> None:
        """Which marks are drawn; what is hidden cannot be clicked."""
        self._points_shown = points
        self._boxes_shown = boxes
        self._face_item.set_layers(points, edges, numbers)
        self._boxes_item.set_layer(boxes)
        self._mark()
        self._show_layers()

    def set_by_group(self, on: bool) -> None:
        """Colour points by the region of the face instead of by confidence."""
        self._face_item.set_by_group(on)
        self._panels.legend.set_by_group(on)
        self._show_layers()

    def set_ghost(self, points: npt.ArrayLike | None) -> None:
        """Draw other landmarks of this face faintly, (N, 2) image pixels; None for none.

        They go when another face is shown.
        """
        self._ghost_item.set_points(None if points is None else np.array(points, np.float64))
        self._show_layers()

    @property
    def ghost(self) -> Array | None:
        """The landmarks drawn faintly, or None."""
        return self._ghost_item.points

    def keep_clear_of(self, panel: QWidget) -> None:
        """A panel that lies over the upper corner now and then: the loupe goes below it."""
        self._panels.beside = panel

    def set_tone_curve(self, tone: ToneCurve | None) -> None:
        """What each brightness is shown as, (256,); None shows the photo as it is."""
        self._photo_item.set_tone_curve(tone)
        self._panels.loupe.set_tone_curve(tone)

    def _show_layers(self) -> None:
        there = self.photo is not None
        for item in self._items:
            item.setVisible(there)
        self._panels.show_legend(
            self._face, there and self._points_shown, there and self.ghost is not None
        )
        if not there:
            self._panels.label.hide()
            self._panels.loupe.hide()

    # -- where to look --------------------------------------------------------------------------

    @Slot()
    def fit_face(self) -> None:
        """Show the face's box and points with a margin; the whole photo when there is no face."""
        outline = self._face.outline()
        if outline.isEmpty():
            self.fit_photo()
        else:
            self.fit(outline, _FACE_MARGIN)

    def keep_view(self) -> None:
        """Remember what part of the face is seen, for `same_view` on the next one."""
        box = self._face.box
        if self.photo is not None and box is not None and not box.isEmpty():
            size = (box.width() * box.height()) ** 0.5
            aim = (self.viewport_to_image(self._middle()) - box.center()) / size
            self._kept = aim.x(), aim.y(), self.zoom * size

    @property
    def kept_view(self) -> tuple[float, float, float] | None:
        """What `keep_view` remembered, for settings: the middle of the view from the middle of the
        box, x and y in box sizes, and the size of the box on the screen in logical pixels."""
        return self._kept

    @kept_view.setter
    def kept_view(self, kept: tuple[float, float, float]) -> None:
        self._kept = kept

    def same_view(self) -> None:
        """Show the part of this face that was seen of the last one, as large; else fit it."""
        box = self._face.box
        if self._kept is None or box is None or box.isEmpty():
            self.fit_face()
            return
        x, y, scale = self._kept
        size = (box.width() * box.height()) ** 0.5
        self.look_at(box.center() + QPointF(x, y) * size, scale / size)

    def go_to(self, index: int) -> None:
        """Select a point, and move the view if it lies outside."""
        self.select(index)
        room = QRectF(self.viewport().rect()).adjusted(40, 40, -40, -40)
        if self.is_placed(index) and self.photo is not None:
            at = QPointF(*self.point(index))
            if not room.contains(self.image_to_viewport(at)):
                self.look_at(at, self.zoom)

    # -- points ---------------------------------------------------------------------------------

    @property
    def points(self) -> Array:
        """A copy of the points as they are drawn now, (N, 2) image pixels."""
        return self._face.points.copy()

    def point(self, index: int) -> tuple[float, float]:
        """One point's position in image pixels; NaN when it is missing."""
        return self._face.position(index)

    def is_placed(self, index: int) -> bool:
        """Whether the point exists and has a position."""
        return self._face.is_placed(index)

    def point_to_viewport(self, index: int) -> QPoint:
        """Where a placed point is drawn, to the nearest viewport pixel."""
        return self.image_to_viewport(QPointF(*self.point(index))).toPoint()

    def _mark(self, hovered: int = -1, held: int = -1) -> None:
        chosen = self._chosen
        self._face_item.mark(hovered=hovered, selected=self._selected, held=held, chosen=chosen)
        several = self._points_shown and held < 0 and len(chosen) > 1
        self._selection_item.set_around(self._face.around(chosen) if several else QRectF())
        if hovered < 0:
            self._panels.label.hide()

    # -- selection ------------------------------------------------------------------------------

    @property
    def selected(self) -> int:
        """Index of the point that was selected last, or -1."""
        return self._selected

    @property
    def selection(self) -> frozenset[int]:
        """Indices of all selected points."""
        return self._chosen

    @Slot(int)
    def select(self, index: int) -> None:
        """Select one point alone, -1 for none; a missing landmark can be selected too."""
        index = index if 0 <= index < len(self._face) else -1
        self.select_points({index} if index >= 0 else (), index)
        self._to_put = -1 if self.is_placed(index) else index

    def select_points(self, indices: Iterable[int], last: int = -1) -> None:
        """Select these points; `last` of them is the one that is named and enlarged."""
        self._to_put = -1
        chosen = frozenset(indices)
        last = last if last in chosen else min(chosen, default=-1)
        if (last, chosen) == (self._selected, self._chosen):
            return
        other = last != self._selected
        self._selected, self._chosen = last, chosen
        self._panels.loupe.hide()
        self._mark()
        if other:
            self.point_selected.emit(last)
        self.selection_changed.emit()

    def select_within(self, rect: QRectF, adding: bool) -> None:
        """Select the points within a rectangle (image pixels), besides those that are already."""
        found = self._face.inside(rect)
        self.select_points({*found, *(self._chosen if adding else ())})

    @Slot()
    def select_all(self) -> None:
        """Select every placed point."""
        self.select_points(self._face.placed())

    def step(self, by: int) -> None:
        """Go to the next point (1), or the one before (-1), in the order worst first."""
        order = self._face.worst_first()
        if order:
            here = order.index(self._selected) if self._selected >= 0 else -(by < 0)
            start = here + by if self._selected >= 0 else here
            self.go_to(order[start % len(order)])

    def other_face_at(self, at: QPointF) -> int | None:
        """The other face whose box a click at this viewport position means, if any."""
        if not self._boxes_shown or self.photo is None:
            return None
        return self._face.other_face_at(self.viewport_to_image(at), _RIM / self.zoom)

    def to_put_at(self, at: QPointF) -> int:
        """The missing landmark that a press at this viewport position puts down, or -1.

        It was missing already when it was selected: one that a person just made absent stays so.
        """
        index = self._to_put
        inside = self.photo_rect().contains(self.viewport_to_image(at))
        there = index >= 0 and not self.is_placed(index) and self._points_shown
        return index if there and inside and self.other_face_at(at) is None else -1

    def select_next_missing(self) -> None:
        """Select the next landmark that had no place when the face came, and has none yet."""
        count = len(self._face)
        for index in (*range(self._selected + 1, count), *range(self._selected)):
            if not self.is_placed(index) and index in self._lacked:
                self.select(index)
                return

    # -- neighbours -----------------------------------------------------------------------------

    def set_mean_shape(self, shape: Array | None) -> None:
        """An average face, (N, 2), that says what is near what; None: each face for itself."""
        if shape is not self._shape:
            self._shape = shape
            self._distances = None if shape is None else relative_distances(shape)

    def widen_reach(self, steps: float) -> None:
        """Let `weights` reach further, or less far, by so many steps of a quarter."""
        low, high = _REACHES
        self._reach = min(max(self._reach * 1.25**steps, low), high)

    def weights(self, taken: set[int], along: bool) -> npt.NDArray[np.float64]:
        """How much each point follows when some are moved, (N,) 0..1; neighbours too if `along`."""
        weights = np.zeros(len(self._face))
        if along:
            apart = self._distances
            if apart is None or len(apart) != len(weights):
                apart = relative_distances(self._face.points)
            weights = falloff_weights(apart[sorted(taken)], self._reach).max(axis=0)
        weights[sorted(taken)] = 1.0
        weights[~np.isfinite(self._face.points).all(axis=1)] = 0.0
        return weights
