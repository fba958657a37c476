"""A view of one photo: zoom, pan, fit; and a calm message when there is no photo.

Scene coordinates are image pixels, (0, 0) is the centre of the top-left pixel. The view's whole
mapping is one zoom and one offset kept here in floats; the scroll bars stay hidden at zero,
because they only know whole pixels and the photo would creep under the cursor.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from labeltool.gui import theme
from labeltool.gui.canvas.overlays import Message
from labeltool.gui.canvas.photo_item import PhotoItem, photo_rect
from labeltool.gui.i18n.translate import tr

_STEP = 1.25  # one notch of the wheel
_LINES = 64  # pixels; less than a change of the window's size
_LARGEST_ZOOM = 64.0
_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_ENDLESS = QRectF(-1e6, -1e6, 2e6, 2e6)  # so large that Qt never centres the photo by itself


class PhotoView(QGraphicsView):
    """Shows one photo and keeps its place and zoom until asked to change them."""

    view_changed = Signal()
    """The zoom or the visible part of the photo has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graphics = QGraphicsScene(self)
        self._graphics.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._graphics.setSceneRect(_ENDLESS)
        self.setScene(self._graphics)
        self.setInteractive(False)  # the mouse is ours, not the items'
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._photo_item = PhotoItem()
        self._graphics.addItem(self._photo_item)
        self._message = Message(self)
        self._image: QImage | None = None
        self._zoom = 1.0
        self._offset = QPointF()
        self._fitted: QRectF | None = None
        self._fitted_margin = 0.0
        self._focus_seen = False
        self._take_theme()

    # -- photo ----------------------------------------------------------------------------------

    def set_photo(
        self, image: QImage | None, text: str = "", copies: Sequence[QImage] = ()
    ) -> None:
        """Show an upright photo, or `text` in its place when it is None; `copies` of it are halved.

        A photo of another size than the last one is fitted to the view; one of the same size
        keeps zoom and place.
        """
        last = self._image
        self._image = image
        self._photo_item.set_image(image, copies)
        self._message.setText(text or tr("No photo"))
        self._message.setVisible(image is None)
        if image is not None and (last is None or last.size() != image.size()):
            self.fit_photo()

    @property
    def photo(self) -> QImage | None:
        return self._image

    def photo_rect(self) -> QRectF:
        """The area of the photo in image pixels: -0.5 .. width - 0.5; empty without a photo."""
        return QRectF() if self._image is None else photo_rect(self._image)

    # -- mapping --------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen (logical) pixels per image pixel."""
        return self._zoom

    def image_to_viewport(self, at: QPointF) -> QPointF:
        """From image pixels to the viewport's logical pixels."""
        return at * self._zoom + self._offset

    def viewport_to_image(self, at: QPointF) -> QPointF:
        """From the viewport's logical pixels to image pixels."""
        return (at - self._offset) / self._zoom

    # -- moving the view ------------------------------------------------------------------------

    @Slot()
    def zoom_in(self) -> None:
        """One step closer to the middle of the view."""
        self.zoom_at(_STEP, self._middle())

    @Slot()
    def zoom_out(self) -> None:
        """One step back from the middle of the view."""
        self.zoom_at(1 / _STEP, self._middle())

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Multiply the zoom; the image position under `at` (viewport pixels) stays there."""
        if self._image is None:
            return
        held = self.viewport_to_image(at)
        zoom = min(max(self._zoom * factor, self._smallest_zoom()), _LARGEST_ZOOM)
        self._fitted = None
        self._set_view(zoom, at - held * zoom)

    def pan(self, by: QPointF) -> None:
        """Move the photo by so many viewport pixels; its middle never leaves it."""
        if self._image is None:
            return
        self._fitted = None
        self._set_view(self._zoom, self._offset + by)

    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose what is seen, so that nothing is fitted to the view."""
        return self._fitted is None and self._image is not None

    @Slot()
    def fit_photo(self) -> None:
        """Show the whole photo."""
        self.fit(self.photo_rect(), 0.02)

    def fit(self, rect: QRectF, margin: float) -> None:
        """Show `rect` (image pixels) with a margin on each side, a share of its longer side.

        Stays fitted while the view is resized, until it is zoomed or moved.
        """
        if self._image is None or rect.isEmpty():
            return
        self._fitted, self._fitted_margin = QRectF(rect), margin
        around = margin * max(rect.width(), rect.height())
        wide = self.viewport().width() / (rect.width() + 2 * around)
        high = self.viewport().height() / (rect.height() + 2 * around)
        zoom = min(max(min(wide, high), self._smallest_zoom()), _LARGEST_ZOOM)
        self._set_view(zoom, self._middle() - rect.center() * zoom)

    def look_at(self, at: QPointF, zoom: float) -> None:
        """Put a place (image pixels) into the middle of the view, at a zoom within the limits."""
        if self._image is not None:
            zoom = min(max(zoom, self._smallest_zoom()), _LARGEST_ZOOM)
            self._fitted = None
            self._set_view(zoom, self._middle() - at * zoom)

    def _smallest_zoom(self) -> float:
        photo = self.photo_rect()
        wide = self.viewport().width() / photo.width()
        high = self.viewport().height() / photo.height()
        return min(wide, high, 1.0) / 2

    def _middle(self) -> QPointF:
        return QRectF(self.viewport().rect()).center()

    def _set_view(self, zoom: float, offset: QPointF) -> None:
        """Every change of the view ends here; the middle of the view is kept on the photo."""
        photo = self.photo_rect()
        middle = (self._middle() - offset) / zoom
        kept = QPointF(
            min(max(middle.x(), photo.left()), photo.right()),
            min(max(middle.y(), photo.top()), photo.bottom()),
        )
        offset += (middle - kept) * zoom
        if zoom == self._zoom and offset == self._offset:
            return
        self._zoom, self._offset = zoom, offset
        self._photo_item.set_zoom(zoom)
        self._zoom_changed()
        self.setTransform(QTransform(zoom, 0.0, 0.0, zoom, offset.x(), offset.y()))
        self.view_changed.emit()

    def _zoom_changed(self) -> None:
        """For marks of a constant screen size."""

    # -- Qt -------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta().y() or event.angleDelta().x()
        self.zoom_at(_STEP ** (turned / 120), event.position())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._message.setGeometry(self.viewport().geometry())
        if self._image is None:
            return
        if not self._may_move():
            return
        if self._fitted is not None:
            self.fit(self._fitted, self._fitted_margin)
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            # a line of text that comes and goes below the photo does not move it
            down = 0.0 if abs(grown.height()) < _LINES else grown.height() / 2
            self._set_view(self._zoom, self._offset + QPointF(grown.width() / 2, down))

    def _may_move(self) -> bool:
        """Whether the photo may move by itself: not while something is held over it."""
        return True

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Nothing: the scroll bars stay at zero."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._focus_seen:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """A frame shows focus that came by keyboard; a click needs no frame around the photo."""
        self._focus_seen = event.reason() in _BY_KEYBOARD
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._focus_seen = False
        self.viewport().update()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_theme()

    def _take_theme(self) -> None:
        dark = theme.is_dark(self.palette())
        self.setBackgroundBrush(theme.canvas_colour(dark))
        self._message.repaint_for(dark)
