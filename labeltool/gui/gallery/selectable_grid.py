"""Selecting faces in a grid by mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from labeltool.gui.gallery.grid_view import Fetch, GridView
from labeltool.gui.images.thumbnails import ThumbnailLoader

SCROLL_INTERVAL_MS = 30
"""While the mouse is dragged outside the grid."""

_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class SelectableGrid(GridView):
    """A grid with a selection: by click, Shift, Ctrl, a drag over several, arrows.

    Signals:
        current_wanted: id of the face that becomes the current one.
        opened: id of the face that was double-clicked.
        selection_changed: another selection.
    """

    current_wanted = Signal(int)
    opened = Signal(int)

    def __init__(
        self, thumbnails: ThumbnailLoader, fetch: Fetch, parent: QWidget | None = None
    ) -> None:
        super().__init__(thumbnails, fetch, parent)
        self._pressed: QPoint | None = None  # in grid coordinates, which do not scroll
        self._select_on_release: int | None = None
        self._scroll_timer = QTimer(self, interval=SCROLL_INTERVAL_MS)
        self._scroll_timer.timeout.connect(self._scroll_during_drag)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Select a face, add to the selection, or start a rubber band."""
        at = event.position().toPoint()
        index, keys = self.index_at(at), event.modifiers()
        if event.button() == Qt.MouseButton.RightButton and index >= 0:
            face_id = self.selection.ids[index]  # the menu that follows is about this face
            if face_id not in self.selection.selected:
                self._notify(self.selection.select(face_id))
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed = at + QPoint(0, self.verticalScrollBar().value())
        self._select_on_release = None
        if index < 0:
            if not keys & (_SHIFT | _CONTROL):
                self._notify(self.selection.collapse())
            self.selection.begin_rubber_band(add=bool(keys & (_SHIFT | _CONTROL)))
            return
        self.selection.begin_rubber_band(add=bool(keys & (_SHIFT | _CONTROL)))
        face_id = self.selection.ids[index]
        if keys & _SHIFT:
            self._notify(self.selection.extend(index, add=bool(keys & _CONTROL)))
        elif keys & _CONTROL:
            self._notify(self.selection.toggle(face_id))
        elif face_id in self.selection.selected:
            self._select_on_release = face_id  # a drag may begin here
            self._notify(self.selection.move_to(face_id))
        else:
            self._notify(self.selection.select(face_id))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Select what the rubber band touches."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        end = at + QPoint(0, self.verticalScrollBar().value())
        if self._rubber_band is None:
            if (end - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._select_on_release = None
        self._rubber_band = QRect(self._pressed, end).normalized()
        is_outside = not 0 <= at.y() < self.viewport().height()
        if is_outside != self._scroll_timer.isActive():
            if is_outside:
                self._scroll_timer.start()
            else:
                self._scroll_timer.stop()
        self._select_in_band()

    def _select_in_band(self) -> None:
        assert self._rubber_band is not None
        rect = self._rubber_band.translated(0, -self.verticalScrollBar().value())
        touched = self._within(rect)
        self._notify(self.selection.set_rubber_band(touched))
        self.viewport().update()

    @Slot()
    def _scroll_during_drag(self) -> None:
        """Scroll while the mouse is dragged outside the grid."""
        if self._rubber_band is None or self._pressed is None:
            self._scroll_timer.stop()
            return
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        over = at.y() - self.viewport().height() if at.y() > 0 else at.y()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + over // 2)
        self._rubber_band = QRect(self._pressed, at + QPoint(0, bar.value())).normalized()
        self._select_in_band()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End of a click or drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if self._select_on_release is not None:
            self._notify(self.selection.select(self._select_on_release))
        self._end_drag()

    def _end_drag(self) -> None:
        self._scroll_timer.stop()
        self._pressed = self._rubber_band = self._select_on_release = None
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open the face."""
        index = self.index_at(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.selection.ids[index])

    def _notify(self, current: int | None) -> None:
        """Report the result of a gesture; `current`: the new current face, None for the same."""
        self.update_looks()
        self.selection_changed.emit()
        if current is not None:
            self.current_wanted.emit(current)

    # Keys

    def event(self, event: QEvent) -> bool:
        """Arrows and other navigation keys go to the grid before the window's shortcuts."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (self._target(event) is not None or self._is_own_key(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def _is_own_key(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Space or (
            event.key() == Qt.Key.Key_Escape and self._rubber_band is not None
        )

    def _target(self, event: QKeyEvent) -> int | None:
        """The index that a key goes to, None for other keys."""
        total = len(self.selection.ids)
        if not total or event.modifiers() & ~(
            _SHIFT | _CONTROL | Qt.KeyboardModifier.KeypadModifier
        ):
            return None
        current = self.selection.current_index
        page = self.rows * self.columns
        target = {
            Qt.Key.Key_Left: current - 1, Qt.Key.Key_Right: current + 1,
            Qt.Key.Key_Up: current - self.columns, Qt.Key.Key_Down: current + self.columns,
            Qt.Key.Key_PageUp: current - page, Qt.Key.Key_PageDown: current + page,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: total - 1,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if target is None or current < 0:
            return None if target is None else 0
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp):
            return target if target >= 0 else current % self.columns
        return min(max(target, 0), total - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move; with Shift extend the selection, with Ctrl leave it."""
        target = self._target(event)
        current = self.selection.current
        if target is not None:
            if event.modifiers() & _SHIFT:
                self._notify(self.selection.extend(target))
            elif event.modifiers() & _CONTROL:
                self._notify(self.selection.move_to(self.selection.ids[target]))
            else:
                self._notify(self.selection.select(self.selection.ids[target]))
            self.show_face(self.selection.ids[target])
        elif event.key() == Qt.Key.Key_Space and current is not None:
            self.selection.toggle(current)
            self._notify(None)
        elif event.key() == Qt.Key.Key_Escape and self._rubber_band is not None:
            self._notify(self.selection.set_rubber_band([]))
            self._end_drag()
        else:
            event.ignore()  # never to the base class: its arrows scroll
