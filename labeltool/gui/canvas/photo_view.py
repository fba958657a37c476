"""A view of one photo: zoom, pan, fit; and a message when there is no photo.

Scene coordinates are image pixels, (0, 0) is the centre of the top-left pixel. The view's whole
mapping is one zoom and one offset kept here in floats; the scroll bars stay hidden at zero,
because they only know whole pixels and the photo would drift under the cursor.
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
from labeltool.gui.canvas.items.overlays import Message
from labeltool.gui.canvas.items.photo_item import PhotoItem, ToneCurve, photo_rect
from labeltool.gui.i18n.translate import tr

ZOOM_STEP = 1.25
"""Factor of one notch of the wheel."""

MAX_ZOOM = 64.0
"""Screen pixels per image pixel."""

MIN_RESIZE_PIXELS = 64
"""A smaller change of height does not move the photo: a line of text came or went below it."""

_KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_SCENE_RECT = QRectF(-1e6, -1e6, 2e6, 2e6)  # so large that Qt never centres the photo by itself


class PhotoView(QGraphicsView):
    """Shows one photo and keeps its place and zoom until asked to change them."""

    view_changed = Signal()
    """The zoom or the visible part of the photo has changed."""
    zoom_changed = Signal()
    """Before the view is painted at another zoom: marks keep their size on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        scene.setSceneRect(_SCENE_RECT)
        self.setScene(scene)
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
        scene.addItem(self._photo_item)
        self._message = Message(self)
        self._image: QImage | None = None
        self._zoom = 1.0
        self._offset = QPointF()
        self._fitted: QRectF | None = None
        self._fitted_margin = 0.0
        self._has_keyboard_focus = False
        self._apply_theme()

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

    def set_tone_curve(self, curve: ToneCurve | None) -> None:
        """What each brightness is shown as, (256,); None shows the photo as it is."""
        self._photo_item.set_tone_curve(curve)

    @property
    def tone_curve(self) -> ToneCurve | None:
        """See `set_tone_curve`."""
        return self._photo_item.tone_curve

    @property
    def painted_level(self) -> QImage:
        """The photo, or the halved copy of it, that is painted at the current zoom."""
        return self._photo_item.level(self._zoom * self.devicePixelRatioF())

    @property
    def photo(self) -> QImage | None:
        """The photo that is displayed."""
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

    def visible_centre(self) -> QPointF:
        """The centre of the view in image pixels."""
        return self.viewport_to_image(self._centre())

    # -- moving the view ------------------------------------------------------------------------

    @Slot()
    def zoom_in(self) -> None:
        """Zoom in by one step, at the centre of the view."""
        self.zoom_at(ZOOM_STEP, self._centre())

    @Slot()
    def zoom_out(self) -> None:
        """Zoom out by one step, at the centre of the view."""
        self.zoom_at(1 / ZOOM_STEP, self._centre())

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Multiply the zoom; the image position under `at` (viewport pixels) stays there."""
        if self._image is None:
            return
        anchor = self.viewport_to_image(at)
        zoom = min(max(self._zoom * factor, self._min_zoom()), MAX_ZOOM)
        self._fitted = None
        self._set_view(zoom, at - anchor * zoom)

    def pan(self, by: QPointF) -> None:
        """Move the photo by so many viewport pixels; the centre of the view stays on it."""
        if self._image is None:
            return
        self._fitted = None
        self._set_view(self._zoom, self._offset + by)

    @property
    def is_zoomed(self) -> bool:
        """Whether the user chose what is visible, so that nothing is fitted to the view."""
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
        zoom = min(max(min(wide, high), self._min_zoom()), MAX_ZOOM)
        self._set_view(zoom, self._centre() - rect.center() * zoom)

    def look_at(self, at: QPointF, zoom: float) -> None:
        """Centre the view on a position (image pixels), at a zoom within the limits."""
        if self._image is not None:
            zoom = min(max(zoom, self._min_zoom()), MAX_ZOOM)
            self._fitted = None
            self._set_view(zoom, self._centre() - at * zoom)

    def _min_zoom(self) -> float:
        photo = self.photo_rect()
        wide = self.viewport().width() / photo.width()
        high = self.viewport().height() / photo.height()
        return min(wide, high, 1.0) / 2

    def _centre(self) -> QPointF:
        return QRectF(self.viewport().rect()).center()

    def _set_view(self, zoom: float, offset: QPointF) -> None:
        """Every change of the view ends here; the centre of the view stays on the photo."""
        photo = self.photo_rect()
        centre = (self._centre() - offset) / zoom
        clamped = QPointF(
            min(max(centre.x(), photo.left()), photo.right()),
            min(max(centre.y(), photo.top()), photo.bottom()),
        )
        offset += (centre - clamped) * zoom
        if zoom == self._zoom and offset == self._offset:
            return
        self._zoom, self._offset = zoom, offset
        self._photo_item.set_zoom(zoom)
        self.zoom_changed.emit()
        self.setTransform(QTransform(zoom, 0.0, 0.0, zoom, offset.x(), offset.y()))
        self.view_changed.emit()

    # -- Qt -------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        angle = event.angleDelta().y() or event.angleDelta().x()
        self.zoom_at(ZOOM_STEP ** (angle / 120), event.position())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._message.setGeometry(self.viewport().geometry())
        if self._image is None:
            return
        if not self._can_move_on_resize():
            return
        if self._fitted is not None:
            self.fit(self._fitted, self._fitted_margin)
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            down = 0.0 if abs(grown.height()) < MIN_RESIZE_PIXELS else grown.height() / 2
            self._set_view(self._zoom, self._offset + QPointF(grown.width() / 2, down))

    def _can_move_on_resize(self) -> bool:
        """Whether the photo may move when the view is resized: not during a drag."""
        return True

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Nothing: the scroll bars stay at zero."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._has_keyboard_focus:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """A frame shows focus that came by keyboard; a click needs no frame around the photo."""
        self._has_keyboard_focus = event.reason() in _KEYBOARD_REASONS
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._has_keyboard_focus = False
        self.viewport().update()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_theme()

    def _apply_theme(self) -> None:
        dark = theme.is_dark(self.palette())
        self.setBackgroundBrush(theme.canvas_colour(dark))
        self._message.set_dark(dark)
