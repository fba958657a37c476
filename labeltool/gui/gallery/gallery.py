"""Many faces at once: the desk's queue as a grid of thumbnails, for batch decisions."""

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
from labeltool.gui.gallery.grid_view import MAX_THUMBNAIL_PIXELS, MIN_THUMBNAIL_PIXELS
from labeltool.gui.gallery.selectable_grid import SelectableGrid
from labeltool.gui.i18n.error_words import round_percent_words
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import faces_words, tr
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session


class ErrorLegend(QWidget):
    """Explains the colours of points and expected errors."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.tabular(theme.small(self.font())))
        self._tolerance = 0.0
        self.setToolTip(
            tr(
                "Expected error, from none to the project's tolerance and more. Grey: unknown. "
                "White diamonds were moved by a person."
            )
        )

    def set_tolerance(self, tolerance: float) -> None:
        """Show up to which error the colours go, a share of the norm."""
        if tolerance != self._tolerance:
            self._tolerance = tolerance
            width = self.fontMetrics().horizontalAdvance
            texts = width("0") + width(round_percent_words(tolerance))
            self.setFixedSize(80 + texts + 2 * theme.SPACING, 24)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """0, the ramp, the tolerance."""
        painter = QPainter(self)
        middle, words = Qt.AlignmentFlag.AlignVCenter, round_percent_words(self._tolerance)
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignRight, words)
        left = self.fontMetrics().horizontalAdvance("0") + theme.SPACING
        bar = QRect(left, self.height() // 2 - 4, 80, 8)
        colours = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(17):
            colours.setColorAt(step / 16, theme.error_colour(step / 16))
        painter.fillRect(bar, colours)


class Gallery(QWidget):
    """The grid of the queue, the size of its thumbnails, and what is selected.

    Signals:
        opened: the user wants to see this face in its photo.
        page_wanted: accept the visible faces.
    """

    opened = Signal(int)
    page_wanted = Signal()

    def __init__(
        self,
        session: Session,
        thumbnails: ThumbnailLoader,
        side: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._scrolls_to_top = False
        self._missed_changes: Changes | None = Changes(all=True)  # since it was hidden
        self.grid = SelectableGrid(thumbnails, session.store.faces.cards)
        self.grid.setAccessibleName(tr("Faces"))
        self.grid.side = side
        self.count = QLabel()
        self.count.setFont(theme.tabular(self.count.font()))
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.accept_page = QPushButton(tr("Accept page…"))
        self.accept_page.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.legend = ErrorLegend()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(MIN_THUMBNAIL_PIXELS, MAX_THUMBNAIL_PIXELS)
        self.slider.setSingleStep(16)
        self.slider.setPageStep(32)
        self.slider.setValue(self.grid.side)
        self.slider.setFixedWidth(120)
        self.slider.setMinimumHeight(24)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setToolTip(tr("Size of the pictures (Ctrl and the mouse wheel)"))
        self.slider.setAccessibleName(tr("Size of the pictures"))
        self._build_layout()
        self.slider.valueChanged.connect(self._set_side)
        self.accept_page.clicked.connect(self.page_wanted)
        self.grid.side_changed.connect(self.slider.setValue)
        self.grid.selection_changed.connect(self._update_count)
        self.grid.current_wanted.connect(self._open_face)
        self.grid.opened.connect(self.opened)
        self.reset.clicked.connect(self._show_all)
        session.changed.connect(self.refresh)

    def _build_layout(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * theme.SPACING, theme.SPACING, 2 * theme.SPACING, theme.SPACING)
        bar.setSpacing(3 * theme.SPACING)
        bar.addWidget(self.count, 1)
        bar.addWidget(self.accept_page)
        bar.addWidget(self.legend)
        bar.addWidget(self.slider)
        self.empty = QLabel()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.reset = QPushButton(tr("Show all faces"))
        empty_page = QWidget()
        column = QVBoxLayout(empty_page)
        column.setSpacing(3 * theme.SPACING)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(empty_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._pages, 1)

    def selected(self) -> list[int]:
        """Ids of the selected faces in the order of the queue; empty if only the current one is."""
        selection = self.grid.selection
        if selection.selected <= {selection.current}:
            return []
        return selection.in_order()

    def select_all(self) -> None:
        """Select every face under the filter."""
        self.grid.selection.select_all()
        self.grid.update_looks()
        self._update_count()

    def scroll_to_next_face(self) -> None:
        """Scroll until the face that is opened next is in the first row."""
        self._scrolls_to_top = True

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Follow the desk; while hidden, only collect the changes."""
        if not self.isVisible():
            if self._missed_changes is None:
                self._missed_changes = changes
            elif changes.any_face or changes.photos:
                self._missed_changes = Changes(all=True, photos=True)
            return
        self._missed_changes = None
        desk = self._session.desk
        if changes.all:
            self.legend.set_tolerance(self._session.store.trust.tolerance())
        self.grid.set_faces(desk.queue.faces, desk.queue.index_of, animated=changes.all)
        self.grid.refresh(changes)
        self.grid.set_current(None if desk.face is None else desk.face.id, self._scrolls_to_top)
        self._scrolls_to_top = False
        self.empty.setText(self._empty_text())
        self.reset.setVisible(desk.counts.faces > 0)
        self._pages.setCurrentIndex(0 if desk.queue.faces else 1)
        self.accept_page.setEnabled(bool(desk.queue.faces))
        self._update_count()

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Follow the changes since it was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh(self._missed_changes or Changes())

    def recolour(self) -> None:
        """Follow the palette."""
        self.grid.recolour()

    @Slot()
    def _update_count(self) -> None:
        total, selected = len(self._session.desk.queue.faces), len(self.grid.selection.selected)
        words = faces_words(total)
        if selected > 1:
            words = tr("{faces} · {count:,} selected", faces=words, count=selected)
        self.count.setText(words)

    @Slot(int)
    def _open_face(self, face_id: int) -> None:
        desk = self._session.desk
        if desk.face is None or desk.face.id != face_id:
            desk.open(face_id)
            self._session.publish(Changes())

    @Slot(int)
    def _set_side(self, side: int) -> None:
        self.grid.side = side

    @Slot()
    def _show_all(self) -> None:
        self._session.show_all()

    def _empty_text(self) -> str:
        desk = self._session.desk
        counts = desk.counts
        if counts.faces:
            named = describe_filter(desk.queue.filter, self._session.facets.round_names)
            return tr("No face matches this filter:\n{filter}", filter=named)
        if self._session.importer.is_searching or counts.waiting:
            return tr("Finding faces…\nThey appear here as they are found.")
        if counts.photos:
            return tr(
                "No face was found yet.\nPhoto problems… in the Project menu shows what to do."
            )
        return tr("No photos yet.\nImport a folder, or drop one here.")
