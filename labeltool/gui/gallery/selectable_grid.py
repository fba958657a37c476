"""Choosing faces in a grid by mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from labeltool.gui.gallery.grid_view import Fetch, GridView
from labeltool.gui.images.thumbnails import ThumbnailLoader

_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class SelectableGrid(GridView):
    """A grid with a selection: by click, Shift, Ctrl, a drag over several, arrows.

    Signals:
        current_wanted: id of the face that the person went to.
        opened: id of the face that was double-clicked.
        selection_changed: another selection.
    """

    current_wanted = Signal(int)
    opened = Signal(int)

    def __init__(
        self, thumbs: ThumbnailLoader, fetch: Fetch, parent: QWidget | None = None
    ) -> None:
        super().__init__(thumbs, fetch, parent)
        self._pressed: QPoint | None = None  # in the grid, not on the screen
        self._collapse: int | None = None
        self._auto = QTimer(self, interval=30)
        self._auto.timeout.connect(self._scroll_on)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose a face, add to the selection, or begin to drag over several."""
        at = event.position().toPoint()
        place, keys = self.place_at(at), event.modifiers()
        if event.button() == Qt.MouseButton.RightButton and place >= 0:
            face_id = self.selection.ids[place]  # the menu that follows is about this face
            if face_id not in self.selection.chosen:
                self._changed(self.selection.only(face_id))
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed = at + QPoint(0, self.verticalScrollBar().value())
        self._collapse = None
        if place < 0:
            if not keys & (_SHIFT | _CONTROL):
                self._changed(self.selection.collapse())
            self.selection.begin_band(add=bool(keys & (_SHIFT | _CONTROL)))
            return
        self.selection.begin_band(add=bool(keys & (_SHIFT | _CONTROL)))
        face_id = self.selection.ids[place]
        if keys & _SHIFT:
            self._changed(self.selection.extend(place, add=bool(keys & _CONTROL)))
        elif keys & _CONTROL:
            self._changed(self.selection.toggle(face_id))
        elif face_id in self.selection.chosen:
            self._collapse = face_id  # on release, for a drag may begin here
            self._changed(self.selection.stand_on(face_id))
        else:
            self._changed(self.selection.only(face_id))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Select what the rubber band touches."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        end = at + QPoint(0, self.verticalScrollBar().value())
        if self._band is None:
            if (end - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._collapse = None
        self._band = QRect(self._pressed, end).normalized()
        beyond = not 0 <= at.y() < self.viewport().height()
        if beyond != self._auto.isActive():
            if beyond:
                self._auto.start()
            else:
                self._auto.stop()
        self._choose_band()

    def _choose_band(self) -> None:
        assert self._band is not None
        rect = self._band.translated(0, -self.verticalScrollBar().value())
        touched = self._within(rect)
        self._changed(self.selection.band(touched))
        self.viewport().update()

    @Slot()
    def _scroll_on(self) -> None:
        """The mouse is held beyond the edge."""
        if self._band is None or self._pressed is None:
            self._auto.stop()
            return
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        over = at.y() - self.viewport().height() if at.y() > 0 else at.y()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + over // 2)
        self._band = QRect(self._pressed, at + QPoint(0, bar.value())).normalized()
        self._choose_band()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End of a click or drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if self._collapse is not None:
            self._changed(self.selection.only(self._collapse))
        self._end_drag()

    def _end_drag(self) -> None:
        self._auto.stop()
        self._pressed = self._band = self._collapse = None
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open the face."""
        place = self.place_at(event.position().toPoint())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.selection.ids[place])

    def _changed(self, current: int | None) -> None:
        """Tell what a gesture did; `current`: the face it went to."""
        self.update_looks()
        self.selection_changed.emit()
        if current is not None:
            self.current_wanted.emit(current)

    # Keys

    def event(self, event: QEvent) -> bool:
        """Arrows and the like belong to the grid, not to the window's shortcuts."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (self._target(event) is not None or self._is_ours(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Space or (
            event.key() == Qt.Key.Key_Escape and self._band is not None
        )

    def _target(self, event: QKeyEvent) -> int | None:
        """The place a key goes to, None for other keys."""
        total = len(self.selection.ids)
        if not total or event.modifiers() & ~(
            _SHIFT | _CONTROL | Qt.KeyboardModifier.KeypadModifier
        ):
            return None
        here = self.selection.current_place
        page = self.rows * self.columns
        wanted = {
            Qt.Key.Key_Left: here - 1, Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - self.columns, Qt.Key.Key_Down: here + self.columns,
            Qt.Key.Key_PageUp: here - page, Qt.Key.Key_PageDown: here + page,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: total - 1,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if wanted is None or here < 0:
            return None if wanted is None else 0
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp):
            return wanted if wanted >= 0 else here % self.columns
        return min(max(wanted, 0), total - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Go, with Shift select on the way, with Ctrl leave the selection as it is."""
        target = self._target(event)
        current = self.selection.current
        if target is not None:
            if event.modifiers() & _SHIFT:
                self._changed(self.selection.extend(target))
            elif event.modifiers() & _CONTROL:
                self._changed(self.selection.stand_on(self.selection.ids[target]))
            else:
                self._changed(self.selection.only(self.selection.ids[target]))
            self.show_face(self.selection.ids[target])
        elif event.key() == Qt.Key.Key_Space and current is not None:
            self.selection.toggle(current)
            self._changed(None)
        elif event.key() == Qt.Key.Key_Escape and self._band is not None:
            self._changed(self.selection.band([]))
            self._end_drag()
        else:
            event.ignore()  # never to the base class: its arrows scroll
