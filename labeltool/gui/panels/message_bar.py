"""Messages and the progress of background tasks at the bottom of the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from labeltool.domain import PhotosMissingError, UserError
from labeltool.gui import theme
from labeltool.gui.background.tasks import Task
from labeltool.gui.i18n.translate import of_words, tr, translate

MESSAGE_MS = 8000
"""How long a message stays; an error stays until it is closed."""

SHOW_TASK_AFTER_MS = 400
"""A task that is shorter shows no progress bar."""


class MessageBar(QFrame):
    """One message: icon, text, and Undo where it applies.

    Signals:
        undo_wanted: the Undo button was pressed.
        photos_wanted: the button was pressed that locates missing photos.
    """

    undo_wanted, photos_wanted = Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon, self.label = QLabel(), QLabel()
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.undo = QPushButton(tr("Undo"))
        self.undo.setFlat(True)
        self.undo.setFocusPolicy(
            Qt.FocusPolicy.TabFocus
        )  # a click must not take the focus from the canvas
        self.undo.clicked.connect(self._undo)
        self.find_photos = QPushButton(tr("Photos moved…"))
        self.find_photos.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.find_photos.clicked.connect(self.photos_wanted)
        self.find_photos.hide()
        self.close_button = QToolButton()
        self.close_button.setAutoRaise(True)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.setToolTip(tr("Close this message"))
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACING, theme.SPACING, theme.SPACING, theme.SPACING)
        layout.addWidget(self.icon)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.undo)
        layout.addWidget(self.find_photos)
        layout.addWidget(self.close_button)
        self._timer = QTimer(self, singleShot=True, interval=MESSAGE_MS)
        self._timer.timeout.connect(self.hide)
        self.setAutoFillBackground(True)
        self._icon_name = ""
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # showing a message must not move the photo
        self.setSizePolicy(policy)
        self.hide()

    @Slot(str, bool)
    def show_message(self, text: str, undoable: bool = False) -> None:
        """Show what happened, for a few seconds; `undoable` adds an Undo button."""
        self._show("mdi6.information-outline", text, undoable)
        self._timer.start()

    @Slot(object)
    def show_error(self, error: UserError) -> None:
        """Show what went wrong and what to do, until it is closed."""
        self._timer.stop()
        self._show("mdi6.alert-outline", translate(error), undoable=False)
        self.find_photos.setVisible(isinstance(error, PhotosMissingError))

    def _show(self, icon: str, text: str, undoable: bool) -> None:
        if icon != self._icon_name:
            self._icon_name = icon
            self._recolour()
        self.label.setText(text)
        self.undo.setVisible(undoable)
        self.find_photos.hide()
        self.show()

    def _recolour(self) -> None:
        self.icon.setPixmap(theme.icon(self._icon_name).pixmap(16, 16))
        self.close_button.setIcon(theme.icon("mdi6.close"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icons for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._icon_name:
            self._recolour()

    @Slot()
    def _undo(self) -> None:
        self.hide()
        self.undo_wanted.emit()


class ReadOnlyBar(QFrame):
    """Shown above a project that cannot be written: says what is still possible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon = QLabel()
        self.label = QLabel(
            tr(
                "Read-only: you can view and export this project, but changes are not saved. "
                "To edit it, open a copy of its folder."
            )
        )
        self.label.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACING, theme.SPACING, theme.SPACING, theme.SPACING)
        layout.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.label, 1)
        self._recolour()

    def _recolour(self) -> None:
        self.icon.setPixmap(theme.icon("mdi6.lock-outline").pixmap(16, 16))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icon for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()


class TaskProgress(QFrame):
    """A running background task: name, progress, time left, Cancel; hidden for short tasks."""

    def __init__(self, task: Task, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.task = task
        self._label, self.bar, self._time_left = QLabel(task.name), QProgressBar(), QLabel()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(True)
        self._time_left.setFont(theme.tabular(self._time_left.font()))
        self.button = QPushButton(tr("Cancel"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACING, theme.SPACING, theme.SPACING, theme.SPACING)
        layout.addWidget(self._label)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self._time_left)
        layout.addWidget(self.button)
        task.progressed.connect(self._show_progress)
        task.ended.connect(self._end)
        self._timer = QTimer(self, singleShot=True, interval=SHOW_TASK_AFTER_MS)
        self._timer.timeout.connect(self.show)
        self._timer.start()
        self.hide()

    @Slot(int, int, float)
    def _show_progress(self, done: int, total: int, left: float) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.setFormat(of_words(done, total))
        self._time_left.setText(format_time_left(left) if done else "")

    @Slot()
    def _cancel(self) -> None:
        self.button.setEnabled(False)
        self._label.setText(tr("Cancelling…"))
        self.task.cancel()

    @Slot()
    def _end(self) -> None:
        self._timer.stop()
        self.hide()
        self.deleteLater()


def format_time_left(seconds: float) -> str:
    """A remaining time in words: 'about 3 min left'."""
    if seconds < 10:
        return tr("a few seconds left")
    if seconds < 90:
        return tr("about {count} s left", count=round(seconds / 10) * 10)
    if seconds < 5400:
        return tr("about {count} min left", count=round(seconds / 60))
    return tr("about {count:.1f} h left", count=seconds / 3600)
