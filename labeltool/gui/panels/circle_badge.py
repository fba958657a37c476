"""A badge that says whether the circles around landmarks can be trusted, and what to do if not."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from labeltool.domain import N_, Changes, Progress
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from labeltool.rounds.quality.circle_check import CircleCheck, check_circles
from labeltool.store import Store

CHECK_MS = 1500
"""How long no change may follow before the circles are checked again."""


_MEANING = N_(
    "A circle shows where a landmark truly lies in 9 of 10 faces. Whether that holds is looked at "
    "on random faces that a person labelled: those to measure by."
)


def _check(store: Store, _progress: Progress) -> CircleCheck | None:
    return check_circles(store)


class CircleBadge(QWidget):
    """An icon in green, amber or red, and a sentence; hidden while there is nothing to say.

    The circles are checked in the background, a moment after changes.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_checking, self._is_open = False, True
        self.check: CircleCheck | None = None
        self.icon, self.text = QLabel(), QLabel()
        self.text.setFont(theme.tabular(theme.small(self.text.font())))
        self.text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.text, 1)
        self.setToolTip(tr(_MEANING))
        self.hide()
        self._timer = QTimer(self, singleShot=True, interval=CHECK_MS)
        self._timer.timeout.connect(self._start)
        session.settled.connect(self._on_settled)

    def stop(self) -> None:
        """Check no more, before the session is closed."""
        self._is_open = False
        self._timer.stop()

    @Slot(object)
    def _on_settled(self, changes: Changes) -> None:
        if self._is_open and (changes.any_face or changes.rounds):
            self._timer.start()

    @Slot()
    def _start(self) -> None:
        if self._is_checking:
            self._timer.start()
            return
        self._is_checking = True
        self._session.tasks.run_hidden(
            "queries", tr("Checking circles"), partial(_check, self._session.store),
            succeeded=self._show, ended=self._ended,
        )  # fmt: skip

    @Slot(object)
    def _show(self, check: object) -> None:
        assert check is None or isinstance(check, CircleCheck)
        self.check = check
        self.setVisible(check is not None)
        if check is not None:
            self.text.setText(translate(check.sentence))
            self._show_icon()

    def _show_icon(self) -> None:
        if self.check is not None:
            made = theme.trust_icon(self.check.trust)
            self.icon.setPixmap(made.pixmap(16, 16))

    @Slot()
    def _ended(self) -> None:
        self._is_checking = False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icon for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_icon()
