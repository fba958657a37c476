"""Many faces at once: the desk's queue as a grid of pictures, to decide on together."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes
from labeltool.gui import theme
from labeltool.gui.gallery.grid_view import LARGEST, SMALLEST
from labeltool.gui.gallery.selectable_grid import SelectableGrid
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import faces_words, tr
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session


class Ramp(QWidget):
    """What the colours of points and scores mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.tabular(theme.small(self.font())))
        self.setFixedSize(104, 24)
        self.setToolTip(tr("Confidence, from 0 to 1. White diamonds were moved by a person."))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """0, the ramp, 1."""
        painter = QPainter(self)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignRight, "1")
        bar = QRect(12, self.height() // 2 - 4, self.width() - 24, 8)
        colours = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(17):
            colours.setColorAt(step / 16, theme.confidence_colour(step / 16))
        painter.fillRect(bar, colours)


class Gallery(QWidget):
    """The grid of the queue, the size of its pictures, and what is selected.

    Signals:
        opened: the person wants to see this face in its photo.
        page_wanted: accept the faces on the screen.
    """

    opened = Signal(int)
    page_wanted = Signal()

    def __init__(
        self, session: Session, thumbs: ThumbnailLoader, side: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._to_top = False
        self._changes: Changes | None = Changes(all=True)  # what happened while it was hidden
        self.grid = SelectableGrid(thumbs, session.store.faces.cards)
        self.grid.setAccessibleName(tr("Faces"))
        self.grid.side = side
        self.count = QLabel()
        self.count.setFont(theme.tabular(self.count.font()))
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.accept_page = QPushButton(tr("Accept page…"))
        self.accept_page.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(SMALLEST, LARGEST)
        self.slider.setSingleStep(16)
        self.slider.setPageStep(32)
        self.slider.setValue(self.grid.side)
        self.slider.setFixedWidth(120)
        self.slider.setMinimumHeight(24)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setToolTip(tr("Size of the pictures (Ctrl and the mouse wheel)"))
        self.slider.setAccessibleName(tr("Size of the pictures"))
        self._place()
        self.slider.valueChanged.connect(self._sized)
        self.accept_page.clicked.connect(self.page_wanted)
        self.grid.side_changed.connect(self.slider.setValue)
        self.grid.selection_changed.connect(self._tell)
        self.grid.current_wanted.connect(self._go)
        self.grid.opened.connect(self.opened)
        self.reset.clicked.connect(self._reset)
        session.changed.connect(self.refresh)

    def _place(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * theme.SPACING, theme.SPACING, 2 * theme.SPACING, theme.SPACING)
        bar.setSpacing(3 * theme.SPACING)
        bar.addWidget(self.count, 1)
        bar.addWidget(self.accept_page)
        bar.addWidget(Ramp())
        bar.addWidget(self.slider)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.reset = QPushButton(tr("Show all faces"))
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        column.setSpacing(3 * theme.SPACING)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._pages, 1)

    def selected(self) -> list[int]:
        """Ids of the selected faces in their order; nothing if that is only the one on the desk."""
        selection = self.grid.selection
        if selection.chosen <= {selection.current}:
            return []
        return selection.in_order()

    def select_all(self) -> None:
        """Select every face under the filter."""
        self.grid.selection.everything()
        self.grid.update_looks()
        self._tell()

    def turn_page(self) -> None:
        """The face that comes to the desk next is shown in the first row."""
        self._to_top = True

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Follow the desk; while hidden, only remember."""
        if not self.isVisible():
            if self._changes is None:
                self._changes = changes
            elif changes.any_face or changes.photos:
                self._changes = Changes(all=True, photos=True)
            return
        self._changes = None
        desk = self._session.desk
        self.grid.set_faces(desk.queue.faces, desk.queue.index_of, sliding=changes.all)
        self.grid.forget(changes)
        self.grid.set_current(None if desk.face is None else desk.face.id, self._to_top)
        self._to_top = False
        self.empty.setText(self._empty_text())
        self.reset.setVisible(desk.counts.faces > 0)
        self._pages.setCurrentIndex(0 if desk.queue.faces else 1)
        self.accept_page.setEnabled(bool(desk.queue.faces))
        self._tell()

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Catch up with what happened meanwhile."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh(self._changes or Changes())

    def recolour(self) -> None:
        """Follow the palette."""
        self.grid.recolour()

    @Slot()
    def _tell(self) -> None:
        total, chosen = len(self._session.desk.queue.faces), len(self.grid.selection.chosen)
        words = faces_words(total)
        if chosen > 1:
            words = tr("{faces} · {count:,} selected", faces=words, count=chosen)
        self.count.setText(words)

    @Slot(int)
    def _go(self, face_id: int) -> None:
        desk = self._session.desk
        if desk.face is None or desk.face.id != face_id:
            desk.open(face_id)
            self._session.publish(Changes())

    @Slot(int)
    def _sized(self, side: int) -> None:
        self.grid.side = side

    @Slot()
    def _reset(self) -> None:
        self._session.show_all()

    def _empty_text(self) -> str:
        desk = self._session.desk
        counts = desk.counts
        if counts.faces:
            named = describe_filter(desk.queue.filter, self._session.round_names)
            return tr("No face matches this filter:\n{filter}", filter=named)
        if self._session.importer.is_searching or counts.waiting:
            return tr("Finding faces…\nThey appear here as they are found.")
        if counts.photos:
            return tr(
                "No face was found yet.\nPhoto problems… in the Project menu shows what to do."
            )
        return tr("No photos yet.\nImport a folder, or drop one here.")
