"""The desk's face on the canvas: displays it, and saves what the user does to points and box."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from labeltool.domain import (
    ABSENT,
    FINAL,
    N_,
    OCCLUDED,
    VISIBLE,
    Changes,
    DamagedError,
    Face,
    Points,
    UserError,
    Verdict,
    photo_problem,
)
from labeltool.domain.tolerance import expected_errors
from labeltool.gui.background.watch.residual_learner import ResidualLearner
from labeltool.gui.canvas import Canvas
from labeltool.gui.canvas.box_change_dialog import BoxChange, ask_box_change
from labeltool.gui.canvas.comparison import ComparisonOverlay
from labeltool.gui.canvas.display_adjustments import AdjustmentsPanel, DisplayAdjustments
from labeltool.gui.canvas.displayed_face import regions
from labeltool.gui.canvas.photo_display import PhotoDisplay
from labeltool.gui.canvas.view_options import LAYERS, TOGGLES, ViewOptions
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import landmark_names, tr
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from pipnet.calibration.residuals import MIN_FACES
from pipnet.data.images import size_change_error

ROTATION_STEP_RADIANS = math.radians(1)
"""Of the keys that rotate the selected points."""

SCALE_STEP = 1.01
"""Of the keys that scale the selected points."""

PANEL_MARGIN_PIXELS = 12

VISIBILITIES = {"visible": VISIBLE, "occluded": OCCLUDED, "absent": ABSENT}
NEXT_VISIBILITY = {VISIBLE: OCCLUDED, OCCLUDED: ABSENT, ABSENT: VISIBLE}


class FaceEditor(QWidget):
    """One face of the session's desk on the canvas, with the panels over it.

    Signals:
        message: a sentence for the message bar.
        failed: a UserError, for the message bar.
    """

    message = Signal(str)
    failed = Signal(object)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._displayed_face: int | None = None
        self._photo_to_draw_on: tuple[int, Path] | None = None  # one without a face
        self.is_paused = False  # hidden behind the gallery: nothing is decoded or drawn
        self._options = ViewOptions(settings)
        self._groups = regions(session.store.scheme)
        self._landmark_names = landmark_names(session.store.scheme.names)
        self.canvas = Canvas()
        self._drag_model = self.canvas.point_editor.drag_model
        self._drag_model.curves = session.store.scheme.curves
        self.residuals = ResidualLearner(session.store, session.tasks, self)
        self.photo_display = PhotoDisplay(session, self.canvas, self)
        self.photos = self.photo_display.cache
        session.boxes.decoded_photo = self.photo_display.image
        self._comparison = ComparisonOverlay(session.desk, self.canvas.layers)
        if self._options.framing is not None:
            self.canvas.framing.remembered = self._options.framing
        self._restores_framing = self._options.was_zoomed
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)
        self.show_all = QPushButton(tr("Show all faces"), self)
        self.import_photos = QPushButton(tr("Import photos…"), self)
        for button in self._empty_state_buttons():
            button.hide()
        self.adjustments_panel = AdjustmentsPanel(self._options.adjustments, self)
        self.canvas.keep_loupe_off(self.adjustments_panel)
        self._connect()
        self._apply_view()
        self.residuals.learn()

    def _connect(self) -> None:
        self.show_all.clicked.connect(self._show_all)
        self.adjustments_panel.changed.connect(self._set_adjustments)
        self._session.changed.connect(self.refresh)
        self._session.failed.connect(self._revert)
        self.photos.loaded.connect(self._on_photo_loaded)
        canvas, boxes = self.canvas, self.canvas.box_editor
        canvas.points_moved.connect(self._on_points_moved)
        self.residuals.learned.connect(self._drag_model.set_model)
        self._session.changed.connect(self.residuals.note_changes)
        canvas.face_clicked.connect(self._open_face)
        boxes.drawn.connect(self._on_box_drawn)
        boxes.changed.connect(self._on_box_changed)
        boxes.too_small.connect(self._on_box_too_small)
        boxes.drawing_changed.connect(self._on_drawing_changed)

    # What is displayed

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Display the desk's face."""
        if self._photo_to_draw_on is not None or self.is_paused:
            return
        face = self._session.desk.face
        counts = self._session.desk.counts
        self.show_all.setVisible(face is None and counts.faces > 0)
        self.import_photos.setVisible(
            counts.photos == 0 and not self._session.importer.is_searching and face is None
        )
        if face is None:
            self._displayed_face = None
            self._comparison.clear()
            self.photo_display.show_text(self._empty_text())
            self.canvas.set_face(None, None, (), None, None)
            return
        is_new = face.id != self._displayed_face
        if is_new and self._displayed_face is not None:
            self.canvas.framing.remember()
        self._displayed_face = face.id
        photo_before = self.photo_display.displayed
        self.photo_display.show(face.photo)
        if self.photo_display.displayed not in (None, photo_before):
            self._check_photo_size(face)
        self._show_face(face, is_new)
        if is_new:
            self._frame_face()
            self.photo_display.schedule_prefetch()

    @Slot(object)
    def _revert(self, error: UserError) -> None:
        """Display what is saved, after a write that failed."""
        if not isinstance(error, DamagedError):  # then there is nothing to read either
            self.refresh()

    def _show_face(self, face: Face, is_new: bool) -> None:
        session = self._session
        scheme, points, prediction = session.store.scheme, face.points, face.prediction
        expected = expected_errors(prediction, scheme, face.tolerance)
        if points is not None and expected is not None and len(expected.shares) != len(points):
            expected = None
        if points is None:  # nothing proposed: each landmark can be selected and placed
            points = np.full((scheme.count, 2), np.nan)
        others = [row for row in session.store.boxes.of_photo(face.photo_id) if row[0] != face.id]
        placed = session.desk.edits.placed
        self.canvas.set_face(
            points, expected, scheme.edges, face.box, self._landmark_names,
            [row[:2] for row in others], placed, face_id=face.id,
            visibility=face.visibility, groups=self._groups,
            excluded=[row[0] for row in others if row[2] is Verdict.EXCLUDED],
        )  # fmt: skip
        self.canvas.neighbours.set_mean_shape(session.desk.edits.mean_shape())
        self._drag_model.set_face(placed, None if expected is None else expected.shares)
        self._comparison.set_face(face, self._options.comparison, is_new=is_new)
        if is_new and face.missing is not None:  # to be seen among the others, and dragged
            self.canvas.selection.select_many(np.flatnonzero(face.missing).tolist())
        finding = session.checks.first
        self.canvas.layers.findings.set_landmarks(() if finding is None else finding.landmarks)

    @Slot(object)
    def compare_with_history(self, points: Points | None) -> None:
        """Draw an earlier state of the face for comparison; None: no longer."""
        self._comparison.set_history(points, self._options.comparison)

    def _empty_text(self) -> str:
        desk = self._session.desk
        counts = desk.counts
        if counts.faces:
            named = describe_filter(desk.queue.filter, self._session.facets.round_names)
            return tr("No face matches this filter:\n{filter}", filter=named)
        if self._session.importer.is_searching or counts.waiting:
            return tr("Finding faces…")
        if counts.photos:
            return tr(
                "No face was found yet.\nPhoto problems… in the Project menu shows what to do."
            )
        return tr("No photos yet.\nImport a folder, or drop one here.")

    def _frame_face(self) -> None:
        if self._options.is_on("keep_view") or self._restores_framing:
            self.canvas.framing.restore()
            self._restores_framing = self._restores_framing and self.photo_display.displayed is None
        else:
            self.canvas.framing.fit_face()

    def _check_photo_size(self, face: Face) -> None:
        """Warn about a photo that was replaced by one of another size."""
        image = self.photo_display.image(face.photo)
        if image is not None and face.photo_size not in ((0, 0), (image.width(), image.height())):
            size = image.width(), image.height()
            changed = size_change_error(face.photo, face.photo_size, size)
            self.failed.emit(
                UserError(
                    N_("{reason}."),
                    N_("Its boxes and landmarks belong to the photo before: put that back."),
                    reason=photo_problem(changed, face.photo),
                )
            )

    @Slot(object)
    def _on_photo_loaded(self, photo: Path) -> None:
        face = self._session.desk.face
        if self._photo_to_draw_on is not None:
            self._start_box_without_face()
        elif face is not None and face.photo == photo:
            is_other = self.photo_display.displayed != photo
            self.refresh()
            if is_other:
                self._frame_face()
            if not self.is_paused:
                self.photo_display.schedule_prefetch()

    def photos_moved(self) -> None:
        """Read every photo again."""
        self.photo_display.reload()

    def close_photos(self) -> None:
        """End the thread that decodes; save how faces are displayed."""
        self.photo_display.close()
        self.residuals.close()
        self._photo_to_draw_on = None
        self.canvas.framing.remember()
        self._save_options()

    # How it is displayed

    def is_on(self, what: str) -> bool:
        """Whether one of `TOGGLES` is on."""
        return self._options.is_on(what)

    def view(self, what: str) -> None:
        """Run a command about the view by its name; one of `TOGGLES` is switched."""
        if what in TOGGLES:
            self._options.toggle(what)
            self._apply_view()
            self._explain_toggle(what)
            self._save_options()
            return
        canvas = self.canvas
        {
            "fit_face": canvas.framing.fit_face, "fit_photo": canvas.fit_photo,
            "zoom_in": canvas.zoom_in, "zoom_out": canvas.zoom_out,
            "box": self._start_box, "keyboard_box": self._start_keyboard_box,
            "adjustments": self._toggle_adjustments_panel,
        }[what]()  # fmt: skip

    def _apply_view(self) -> None:
        options, layers = self._options, self.canvas.layers
        layers.set_visible(**{name: options.is_on(name) for name in LAYERS})
        layers.set_by_group(options.is_on("by_group"))
        self.canvas.set_modes(
            snap_to_click=options.is_on("snap"), move_neighbours=options.is_on("follow")
        )
        self._drag_model.is_on = options.is_on("assist")
        self.canvas.set_tone_curve(options.adjustments.tone_curve())
        face = self._session.desk.face
        if face is not None and face.id == self._displayed_face:
            self._comparison.set_face(face, options.comparison)

    def _explain_toggle(self, what: str) -> None:
        if not self._options.is_on(what):
            return
        if what == "compare_previous" and self.canvas.layers.comparison is None:
            self.message.emit(tr("No earlier proposal of this face is kept."))
        elif what == "snap":
            self.message.emit(tr("Click: the selected point, else the nearest, jumps there."))
        elif what == "assist":
            if self._drag_model.is_known:
                self.message.emit(tr("The points that you did not place follow. Alt: one alone."))
            else:
                self.message.emit(
                    tr("Points follow once %Ln face(s) are corrected.", "", MIN_FACES)
                )
        elif what == "follow":
            self.message.emit(tr("Neighbours move along. The wheel sets how many, while you drag."))

    def _save_options(self) -> None:
        self._options.save(self.canvas.framing.remembered, self.canvas.is_zoomed)

    def _toggle_adjustments_panel(self) -> None:
        panel = self.adjustments_panel
        if panel.isVisible():
            panel.hide()
            self.canvas.setFocus()
            return
        panel.show()
        panel.raise_()
        self._place_adjustments_panel()
        panel.sliders["brightness"].setFocus()

    def _place_adjustments_panel(self) -> None:
        panel = self.adjustments_panel
        panel.adjustSize()
        panel.move(self.width() - panel.width() - PANEL_MARGIN_PIXELS, PANEL_MARGIN_PIXELS)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place_adjustments_panel()
        middle = self.rect().center()
        for button in self._empty_state_buttons():
            button.adjustSize()
            button.move(middle.x() - button.width() // 2, middle.y() + 40)

    def _empty_state_buttons(self) -> tuple[QPushButton, ...]:
        """What is offered while there is no face; never both."""
        return self.show_all, self.import_photos

    @Slot()
    def _show_all(self) -> None:
        self._session.show_all()
        self.canvas.setFocus()

    @Slot(object)
    def _set_adjustments(self, adjustments: DisplayAdjustments) -> None:
        self._options.adjustments = adjustments
        self.canvas.set_tone_curve(adjustments.tone_curve())
        self._save_options()

    # Points

    def edit(self, what: str) -> None:
        """Run a command about points by its name; none during a drag."""
        canvas = self.canvas
        edits, submit = self._session.desk.edits, self._session.writes.submit_for_face
        if canvas.is_dragging:
            return
        if what in VISIBILITIES:
            self.set_visibility(VISIBILITIES[what])
            return
        commands: dict[str, Callable[[], object]] = {
            "cycle": self._cycle_visibility,
            "select_points": canvas.selection.select_all,
            "next_point": partial(canvas.show_next_point, 1),
            "previous_point": partial(canvas.show_next_point, -1),
            "swap": partial(submit, edits.swap_sides),
            "mirror": partial(submit, edits.mirror),
            "respace": partial(submit, partial(edits.respace, canvas.selection.indices)),
            "turn_left": partial(self._transform, -ROTATION_STEP_RADIANS, 1.0),
            "turn_right": partial(self._transform, ROTATION_STEP_RADIANS, 1.0),
            "grow": partial(self._transform, 0.0, SCALE_STEP),
            "shrink": partial(self._transform, 0.0, 1 / SCALE_STEP),
        }
        commands[what]()

    def _cycle_visibility(self) -> None:
        face, last = self._session.desk.face, self.canvas.selection.last
        visibility = None if face is None else face.visibility
        now = VISIBLE if visibility is None or last < 0 else int(visibility[last])
        self.set_visibility(NEXT_VISIBILITY[now])

    @Slot(int)
    def set_visibility(self, visibility: int) -> None:
        """Set the selected points to domain.VISIBLE, OCCLUDED or ABSENT."""
        selected = sorted(self.canvas.selection.indices)
        if not selected:
            self.failed.emit(UserError(N_("No point is selected."), N_("Click one, or press Tab.")))
            return
        self._session.writes.submit_for_face(
            partial(self._session.desk.edits.set_visibility, selected, visibility)
        )

    def _transform(self, angle: float, scale: float) -> None:
        if len(self.canvas.selection.indices) < 2:
            self.failed.emit(
                UserError(
                    N_("Fewer than two points are selected."), N_("Drag a frame around some.")
                )
            )
            return
        self.canvas.transform_selection(angle, scale)

    @Slot(object, object)
    def _on_points_moved(self, indices: list[int], points: Points) -> None:
        self._session.writes.submit_for_face(
            partial(
                self._session.desk.edits.move_points,
                indices,
                points,
                self.canvas.point_editor.placed,
            )
        )

    # Boxes

    def _start_box(self) -> None:
        self.canvas.box_editor.start_drawing()
        self.message.emit(tr("Draw a box around the whole face. Enter: by keyboard. Esc: leave."))

    def _start_keyboard_box(self) -> None:
        self.canvas.box_editor.start_keyboard()
        self.message.emit(
            tr("Arrows move the box, Alt and arrows resize it. Enter keeps it, Esc leaves it.")
        )

    @Slot(float, float, float, float)
    def _on_box_drawn(self, x: float, y: float, w: float, h: float) -> None:
        face = self._session.desk.face
        photo = face.photo_id if self._photo_to_draw_on is None and face is not None else None
        if self._photo_to_draw_on is not None:
            photo, self._photo_to_draw_on = self._photo_to_draw_on[0], None
        if photo is not None:
            self._session.boxes.add_face(photo, (x, y, w, h))

    @Slot(float, float, float, float)
    def _on_box_changed(self, x: float, y: float, w: float, h: float) -> None:
        session, face = self._session, self._session.desk.face
        if face is None or face.id != self._displayed_face:
            return
        answer = BoxChange.KEEP_LANDMARKS
        if face.verdict in FINAL or face.draft is not None:
            answer = ask_box_change(face, self)
        if answer is not BoxChange.CANCEL:
            repropose = answer is BoxChange.PROPOSE_NEW
            session.writes.submit_for_face(
                partial(session.desk.change_box, (x, y, w, h), repropose=repropose)
            )

    def show_photo_to_box(self, photo_id: int, photo: Path) -> None:
        """Show a photo without a face and let the person draw a box on it."""
        self._photo_to_draw_on = (photo_id, photo)
        self.photo_display.cancel_prefetch()  # it would drop this photo if it is still queued
        self.photo_display.invalidate()  # it may be on the canvas, with a face that was undone
        self._start_box_without_face()

    def _start_box_without_face(self) -> None:
        """Show the photo without a face, once it is loaded, and let the person draw."""
        if (
            self._photo_to_draw_on is None
            or self.photo_display.displayed == self._photo_to_draw_on[1]
        ):
            return
        self.canvas.set_face(None, None, (), None, None)
        self._displayed_face = None
        self.photo_display.show(self._photo_to_draw_on[1])
        if self.photo_display.displayed is not None:
            self.canvas.fit_photo()
            self._start_box()

    @Slot()
    def _on_box_too_small(self) -> None:
        self.message.emit(
            tr("The box is too small: drag from one corner of the face to the other.")
        )

    @Slot(bool)
    def _on_drawing_changed(self, on: bool) -> None:
        if not on and self._photo_to_draw_on is not None:
            # a drawn box is told after this, and Esc tells nothing
            QTimer.singleShot(0, self._stop_box_without_face)

    @Slot()
    def _stop_box_without_face(self) -> None:
        if self._photo_to_draw_on is not None:
            self._photo_to_draw_on = None
            self.refresh()

    @Slot(int)
    def _open_face(self, face: int) -> None:
        self._session.desk.open(face)
        self._session.publish(Changes())
