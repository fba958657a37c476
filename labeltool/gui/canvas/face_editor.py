"""The desk's face on the canvas: shows it, and does what the user does to its points and box."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QMessageBox, QPushButton, QVBoxLayout, QWidget

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
)
from labeltool.gui.canvas import Canvas
from labeltool.gui.canvas.display_adjustments import AdjustmentsPanel, DisplayAdjustments
from labeltool.gui.canvas.displayed_face import regions
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import tr, verdict_word
from labeltool.gui.images.photo_cache import PhotoCache
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from pipnet.data.images import size_change_reason

TURN = math.radians(1)
GROW = 1.01
SEEN = {"visible": VISIBLE, "occluded": OCCLUDED, "absent": ABSENT}
LAYERS = ("points", "edges", "boxes", "numbers")
GHOSTS = ("ghost_proposal", "ghost_before")
TOGGLES = (*LAYERS, *GHOSTS, "keep_view", "by_group", "snap", "follow")


class FaceEditor(QWidget):
    """One face of the session's desk, to look at and to mend.

    Signals:
        said: a sentence for the message line.
        failed: a UserError, for the message line.
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._shown_face: int | None = None
        self._shown_photo: Path | None = None
        self._ghosted: tuple[int, int | None, str] | None = None
        self._past = False  # the history shows an earlier state
        self._to_box: tuple[int, Path] | None = None  # a photo without a face, to draw one on
        self.resting = False  # hidden behind the gallery: nothing is decoded or drawn
        kept = settings.view
        self._on = {name for name in TOGGLES if kept.get(name, name in LAYERS[:3]) is True}
        self._on -= {"snap", "follow"}
        self._tone = DisplayAdjustments.read(kept.get("tone"))
        self._groups = regions(session.store.scheme)
        self.photos = PhotoCache(self)
        session.boxes.decoded_photo = self._decoded
        self.canvas = Canvas()
        self._returning = False  # to what was seen when the last window closed
        if (seen := _read_view(kept.get("seen"))) is not None:
            self.canvas.kept_view = seen
            self._returning = kept.get("zoomed") is True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)
        self.show_all = QPushButton(tr("Show all faces"), self)
        self.show_all.clicked.connect(self._show_all)
        self.import_photos = QPushButton(tr("Import photos…"), self)
        for button in self._ways_out():
            button.hide()
        self.adjustments_panel = AdjustmentsPanel(self._tone, self)
        self.canvas.keep_clear_of(self.adjustments_panel)
        self.adjustments_panel.changed.connect(self._set_tone)
        session.changed.connect(self.refresh)
        session.failed.connect(self._put_back)
        self.photos.loaded.connect(self._photo_loaded)
        self.canvas.points_moved.connect(self._points_moved)
        self.canvas.box_drawn.connect(self._box_drawn)
        self.canvas.box_changed.connect(self._box_changed)
        self.canvas.box_refused.connect(self._box_refused)
        self.canvas.drawing_changed.connect(self._drawing_changed)
        self.canvas.face_clicked.connect(self._face_clicked)
        # to decode the neighbours at once would slow the painting of this one
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._painted.timeout.connect(self._prefetch)
        self._apply_view()

    # What is shown

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Show the desk's face."""
        if self._to_box is not None or self.resting:
            return
        face = self._session.desk.face
        counts = self._session.desk.counts
        self.show_all.setVisible(face is None and counts.faces > 0)
        self.import_photos.setVisible(
            counts.photos == 0 and not self._session.importer.is_searching and face is None
        )
        if face is None:
            self._shown_face = self._shown_photo = self._ghosted = None
            self.canvas.set_photo(None, self._empty_text())
            self.canvas.set_face(None, None, (), None, None)
            return
        fresh = face.id != self._shown_face
        if fresh:
            self._past = False
        if fresh and self._shown_face is not None:
            self.canvas.keep_view()
        self._shown_face = face.id
        shown = self._shown_photo
        self._show_photo(face.photo)
        if self._shown_photo not in (None, shown):
            self._check_size(face)
        self._show_face(face)
        if fresh:
            self._aim()
            self._painted.start()

    @Slot(object)
    def _put_back(self, error: UserError) -> None:
        """A move that could not be kept is not shown as if it were."""
        if not isinstance(error, DamagedError):  # then there is nothing to read either
            self.refresh()

    def _show_face(self, face: Face) -> None:
        session = self._session
        scheme, points, prediction = session.store.scheme, face.points, face.prediction
        scores = None if prediction is None else prediction.scores
        if points is not None and scores is not None and len(scores) != len(points):
            scores = None
        if points is None:  # nothing proposed: each landmark can be selected and put down
            points = np.full((scheme.count, 2), np.nan)
        others = [row for row in session.store.boxes.of_photo(face.photo_id) if row[0] != face.id]
        self.canvas.set_face(
            points, scores, scheme.edges, face.box, scheme.names,
            [row[:2] for row in others], session.desk.edits.moved, face_id=face.id,
            visibility=face.visibility, groups=self._groups,
            excluded=[row[0] for row in others if row[2] is Verdict.EXCLUDED],
        )  # fmt: skip
        self.canvas.set_mean_shape(session.desk.edits.mean_shape())
        self._show_ghost(face)

    def _show_ghost(self, face: Face) -> None:
        mode = next((name for name in GHOSTS if name in self._on), "")
        prediction = None if face.prediction is None else face.prediction.id
        wanted = (face.id, prediction, mode)
        if wanted != self._ghosted and not self._past:
            if mode or (self._ghosted and self._ghosted[2]):
                self.canvas.set_ghost(self._ghost_points(face, mode))
            self._ghosted = wanted

    @Slot(object)
    def show_past(self, points: Points | None) -> None:
        """Draw an earlier state of the face in place of the ghost; None: no longer."""
        if points is not None or self._past:
            self.canvas.set_ghost(points)
            self._past, self._ghosted = points is not None, None
            if self._session.desk.face is not None:
                self._show_ghost(self._session.desk.face)

    def _ghost_points(self, face: Face, mode: str) -> Points | None:
        if mode == "ghost_before":
            return self._session.desk.edits.earlier_proposal()
        if mode == "ghost_proposal" and face.prediction is not None:
            return face.prediction.points
        return None

    def _empty_text(self) -> str:
        desk = self._session.desk
        counts = desk.counts
        if counts.faces:
            named = describe_filter(desk.queue.filter, self._session.round_names)
            return tr("No face matches this filter:\n{filter}", filter=named)
        if self._session.importer.is_searching or counts.waiting:
            return tr("Finding faces…")
        if counts.photos:
            return tr(
                "No face was found yet.\nPhoto problems… in the Project menu shows what to do."
            )
        return tr("No photos yet.\nImport a folder, or drop one here.")

    def _aim(self) -> None:
        if "keep_view" in self._on or self._returning:
            self.canvas.same_view()
            self._returning = self._returning and self._shown_photo is None
        else:
            self.canvas.fit_face()

    def _check_size(self, face: Face) -> None:
        """Say that the photo was replaced by one of another size: what is drawn on it was made for
        the photo before."""
        image = self.photos.get(face.photo)[0]
        if image is not None and face.photo_size not in ((0, 0), (image.width(), image.height())):
            reason = size_change_reason(face.photo_size, (image.width(), image.height()))
            self.failed.emit(
                UserError(
                    N_("{reason}."),
                    N_("Its boxes and landmarks belong to the photo before: put that back."),
                    reason=f"{face.photo} {reason}",
                )
            )

    def _show_photo(self, photo: Path) -> None:
        if photo == self._shown_photo:
            return
        image, problem = self.photos.get(photo)
        if image is not None:
            self._shown_photo = photo
            self.canvas.set_photo(image, copies=self.photos.copies(photo))
            return
        self._shown_photo = None
        if problem:
            moved = tr("If the photos moved: Photos moved… in the Project menu.")
            self.canvas.set_photo(None, f"{problem}\n{moved}")
        else:
            self.canvas.set_photo(None, tr("Loading…"))
            self.photos.want([], photo)

    @Slot()
    def _prefetch(self) -> None:
        if self._to_box is not None:
            return  # the photo to draw on would be dropped if its decoding has not begun
        desk = self._session.desk
        place = desk.queue.index
        shown = None if desk.face is None else desk.face.photo
        if shown is not None and self.photos.get(shown) == (None, ""):
            return  # it comes first, and how large it is says how many fit beside it
        near = [
            desk.queue.faces[i]
            for i in (place + 1, place - 1, place + 2)
            if 0 <= i < len(desk.queue.faces)
        ]
        if shown is not None and self.photos.get(shown)[1]:  # a problem: not again and again
            shown = None
        self.photos.want(self._session.store.faces.photo_files(near), shown)

    @Slot(object)
    def _photo_loaded(self, photo: Path) -> None:
        face = self._session.desk.face
        if self._to_box is not None:
            self._begin_box()
        elif face is not None and face.photo == photo:
            other = self._shown_photo != photo
            self.refresh()
            if other:
                self._aim()
            if not self.resting:
                self._painted.start()

    def _decoded(self, photo: Path) -> QImage | None:
        return self.photos.get(photo)[0]

    def decode_ahead(self) -> None:
        """Get the photo of the desk's face ready, which may be wanted next."""
        face = self._session.desk.face
        if face is not None and not self.photos.get(face.photo)[1]:
            self.photos.want([], face.photo)

    def photos_moved(self) -> None:
        """Read every photo again."""
        self.photos.forget()
        self._shown_photo = None

    def close_photos(self) -> None:
        """End the thread that decodes; remember what was seen."""
        self._painted.stop()
        self.photos.close()
        self.canvas.keep_view()
        self._remember()

    # How it is shown

    def is_on(self, what: str) -> bool:
        """Whether something that can be switched on is."""
        return what in self._on

    def view(self, what: str) -> None:
        """Do a command about the view by its name; what can be switched is switched."""
        if what in TOGGLES:
            self._on ^= {what}
            self._on -= {other for other in GHOSTS if what in GHOSTS and other != what}
            self._apply_view()
            self._tell_switched(what)
            self._remember()
            return
        {
            "fit_face": self.canvas.fit_face, "fit_photo": self.canvas.fit_photo,
            "zoom_in": self.canvas.zoom_in, "zoom_out": self.canvas.zoom_out,
            "box": self._start_box, "key_box": self._key_box, "tone": self._show_tone,
        }[what]()  # fmt: skip

    def _apply_view(self) -> None:
        self.canvas.set_layers(**{name: name in self._on for name in LAYERS})
        self.canvas.set_by_group("by_group" in self._on)
        self.canvas.set_modes(snap="snap" in self._on, follow="follow" in self._on)
        self.canvas.set_tone_curve(self._tone.table())
        face = self._session.desk.face
        if face is not None and face.id == self._shown_face:
            self._show_ghost(face)

    def _tell_switched(self, what: str) -> None:
        if what == "ghost_before" and what in self._on and self.canvas.ghost is None:
            self.said.emit(tr("No earlier proposal of this face is kept."))
        elif what == "snap" and what in self._on:
            self.said.emit(tr("Click: the selected point, else the nearest, jumps there."))
        elif what == "follow" and what in self._on:
            self.said.emit(tr("Neighbours move along. The wheel says how many, while you drag."))

    def _remember(self) -> None:
        kept = {name: name in self._on for name in TOGGLES}
        seen = self.canvas.kept_view
        self._settings.view = {
            **kept, "tone": asdict(self._tone), "seen": seen, "zoomed": self.canvas.is_zoomed,
        }  # fmt: skip

    def _show_tone(self) -> None:
        if self.adjustments_panel.isVisible():
            self.adjustments_panel.hide()
            self.canvas.setFocus()
            return
        self.adjustments_panel.show()
        self.adjustments_panel.raise_()
        self._place_tone()
        self.adjustments_panel.sliders["brightness"].setFocus()

    def _place_tone(self) -> None:
        panel = self.adjustments_panel
        panel.adjustSize()
        panel.move(self.width() - panel.width() - 12, 12)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place_tone()
        middle = self.rect().center()
        for button in self._ways_out():
            button.adjustSize()
            button.move(middle.x() - button.width() // 2, middle.y() + 40)

    def _ways_out(self) -> tuple[QPushButton, ...]:
        """What is offered where no face is shown; never both."""
        return self.show_all, self.import_photos

    @Slot()
    def _show_all(self) -> None:
        self._session.show_all()
        self.canvas.setFocus()

    @Slot(object)
    def _set_tone(self, tone: DisplayAdjustments) -> None:
        self._tone = tone
        self.canvas.set_tone_curve(tone.table())
        self._remember()

    # Points

    def edit(self, what: str) -> None:
        """Do a command about points by its name."""
        desk, canvas = self._session.desk, self.canvas
        if canvas.is_dragging:
            return
        if what in SEEN:
            self.see(SEEN[what])
        elif what == "cycle":
            chosen = sorted(canvas.selection)
            seen = None if desk.face is None else desk.face.visibility
            now = VISIBLE if seen is None or not chosen else int(seen[canvas.selected])
            self.see({VISIBLE: OCCLUDED, OCCLUDED: ABSENT, ABSENT: VISIBLE}[now])
        else:
            commands: dict[str, Callable[[], object]] = {
                "select_points": canvas.select_all,
                "next_point": partial(canvas.step, 1),
                "previous_point": partial(canvas.step, -1),
                "swap": partial(self._session.writes.submit_for_face, desk.edits.swap_sides),
                "mirror": partial(self._session.writes.submit_for_face, desk.edits.mirror),
                "turn_left": partial(self._turn, -TURN, 1.0),
                "turn_right": partial(self._turn, TURN, 1.0),
                "grow": partial(self._turn, 0.0, GROW),
                "shrink": partial(self._turn, 0.0, 1 / GROW),
            }
            commands[what]()

    @Slot(int)
    def see(self, visibility: int) -> None:
        """Say how the selected points can be seen: domain.VISIBLE, OCCLUDED or ABSENT."""
        chosen = sorted(self.canvas.selection)
        if not chosen:
            self.failed.emit(UserError(N_("No point is selected."), N_("Click one, or press Tab.")))
            return
        self._session.writes.submit_for_face(
            partial(self._session.desk.edits.set_visibility, chosen, visibility)
        )

    def _turn(self, angle: float, scale: float) -> None:
        if len(self.canvas.selection) < 2:
            self.failed.emit(
                UserError(
                    N_("Fewer than two points are selected."), N_("Drag a frame around some.")
                )
            )
            return
        self.canvas.turn_selection(angle, scale)

    @Slot(object, object)
    def _points_moved(self, indices: list[int], points: Points) -> None:
        self._session.writes.submit_for_face(
            partial(self._session.desk.edits.move_points, indices, points)
        )

    # Boxes

    def _start_box(self) -> None:
        self.canvas.draw_box()
        self.said.emit(tr("Draw a box around the whole face. Enter: by keyboard. Esc: leave."))

    def _key_box(self) -> None:
        self.canvas.key_box()
        self.said.emit(
            tr("Arrows move the box, Alt and arrows resize it. Enter keeps it, Esc leaves it.")
        )

    @Slot(float, float, float, float)
    def _box_drawn(self, x: float, y: float, w: float, h: float) -> None:
        face = self._session.desk.face
        photo = face.photo_id if self._to_box is None and face is not None else None
        if self._to_box is not None:
            photo, self._to_box = self._to_box[0], None
        if photo is not None:
            self._session.boxes.add_face(photo, (x, y, w, h))

    @Slot(float, float, float, float)
    def _box_changed(self, x: float, y: float, w: float, h: float) -> None:
        session, face = self._session, self._session.desk.face
        if face is None or face.id != self._shown_face:
            return
        answer = "keep"
        if face.verdict in FINAL or face.draft is not None:
            answer = self.ask_box(face)
        if answer != "stay":
            session.writes.submit_for_face(
                partial(session.desk.change_box, (x, y, w, h), anew=answer == "anew")
            )

    def ask_box(self, face: Face) -> str:
        """'keep', 'anew' or 'stay': what becomes of the landmarks of a face whose box changes."""
        box = QMessageBox(self)
        box.setWindowTitle(tr("Change the box"))
        what = tr("This face is {verdict}.", verdict=verdict_word(face.verdict))
        if face.draft is not None:
            what = tr("You moved points of this face.")
        question = tr("Keep its landmarks, or propose new ones for the new box?")
        box.setText(f"{what} {question}")
        box.setInformativeText(tr("Undo brings back what was."))
        keep = box.addButton(tr("Keep landmarks"), QMessageBox.ButtonRole.AcceptRole)
        anew = box.addButton(tr("Propose anew"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Leave the box"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        return "keep" if clicked is keep else "anew" if clicked is anew else "stay"

    def show_photo_to_box(self, photo_id: int, photo: Path) -> None:
        """Show a photo without a face and let the person draw a box on it."""
        self._to_box = (photo_id, photo)
        self._shown_photo = None  # it may be on the screen, with a face that was undone
        self._begin_box()

    def _begin_box(self) -> None:
        """Show the photo without a face, once it is loaded, and let the person draw."""
        if self._to_box is None or self._shown_photo == self._to_box[1]:
            return
        self.canvas.set_face(None, None, (), None, None)
        self._shown_face = None
        self._show_photo(self._to_box[1])
        if self._shown_photo is not None:
            self.canvas.fit_photo()
            self._start_box()

    @Slot()
    def _box_refused(self) -> None:
        self.said.emit(tr("The box is too small: drag from one corner of the face to the other."))

    @Slot(bool)
    def _drawing_changed(self, on: bool) -> None:
        if not on and self._to_box is not None:
            # a drawn box is told after this, and Esc tells nothing
            QTimer.singleShot(0, self._leave_box)

    @Slot()
    def _leave_box(self) -> None:
        if self._to_box is not None:
            self._to_box = None
            self.refresh()

    @Slot(int)
    def _face_clicked(self, face: int) -> None:
        self._session.desk.open(face)
        self._session.publish(Changes())


def _read_view(values: object) -> tuple[float, float, float] | None:
    """What settings remember of `Canvas.kept_view`; None if that cannot be."""
    if not isinstance(values, list) or len(values) != 3:
        return None
    if not all(isinstance(value, float) and math.isfinite(value) for value in values):
        return None
    x, y, scale = values
    return (x, y, scale) if scale > 0 else None
