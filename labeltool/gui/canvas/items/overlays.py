"""Small panels over the photo that do not move with it: loupe, legend, point label, message.

They ignore the mouse; the canvas places them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QWidget

from labeltool.domain import OCCLUDED
from labeltool.domain.tolerance import ExpectedErrors
from labeltool.gui import theme
from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.items.face_item import COMPARISON_COLOUR
from labeltool.gui.canvas.items.marks import cross, diamond, ticks
from labeltool.gui.canvas.items.photo_item import ToneCurve, draw_photo, photo_rect
from labeltool.gui.i18n.error_words import point_error_words, round_percent_words
from labeltool.gui.i18n.translate import region_name, sentence, tr

_BACKGROUND = QColor(24, 24, 24, 205)
_FOREGROUND = QColor(240, 240, 240)


class Overlay(QWidget):
    """A panel over the photo that ignores the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()


class Loupe(Overlay):
    """A square of the photo around one point, enlarged, with a cross hair on the exact spot."""

    SIZE = 177  # odd, so that the cross hair falls on whole pixels

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.resize(self.SIZE, self.SIZE)
        self._image = QImage()
        self._at = QPointF()
        self._scale = 1.0
        self._tone_curve: ToneCurve | None = None

    def set_tone_curve(self, curve: ToneCurve | None) -> None:
        """What each brightness is shown as."""
        self._tone_curve = curve
        self.update()

    def look_at(self, image: QImage, at: QPointF, zoom: float) -> None:
        """Show the photo around `at` (image pixels), clearly larger than the canvas's zoom."""
        self._image, self._at = image, at
        # Three times the canvas, but less on tiny faces: six giant pixels show nothing.
        self._scale = max(min(3.0 * zoom, 8.0), 1.6 * zoom, 2.0)
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        frame = QRectF(self.rect())
        painter.fillRect(frame, theme.canvas_colour(theme.is_dark(self.palette())))
        painter.save()
        painter.translate(frame.center())
        painter.scale(self._scale, self._scale)
        painter.translate(-self._at)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale < 20)
        reach = self.SIZE / 2 / self._scale
        seen = QRectF(self._at.x() - reach, self._at.y() - reach, 2 * reach, 2 * reach)
        draw_photo(painter, self._image, photo_rect(self._image), seen, self._tone_curve)
        painter.restore()
        self._paint_cross(painter, frame)

    def _paint_cross(self, painter: QPainter, frame: QRectF) -> None:
        middle = frame.center()
        gap = 9.0
        arms = [
            (QPointF(frame.left(), middle.y()), QPointF(middle.x() - gap, middle.y())),
            (QPointF(middle.x() + gap, middle.y()), QPointF(frame.right(), middle.y())),
            (QPointF(middle.x(), frame.top()), QPointF(middle.x(), middle.y() - gap)),
            (QPointF(middle.x(), middle.y() + gap), QPointF(middle.x(), frame.bottom())),
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 220), 1.0)):
            painter.setPen(QPen(colour, width))
            for start, end in arms:
                painter.drawLine(start, end)
        for colour, size in ((QColor(0, 0, 0, 160), 2.5), (QColor(255, 255, 255), 1.5)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(middle, size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, inset in ((QColor(20, 20, 20), 0.5), (QColor(255, 255, 255), 1.5)):
            painter.setPen(QPen(colour, 1))
            painter.drawRect(frame.adjusted(inset, inset, -inset, -inset))


class Legend(Overlay):
    """What the points' colours and shapes mean: the ramp of expected errors or the regions, and
    such marks as the face has."""

    _BAR = QSize(132, 8)
    _MAX_GROUPS = 14  # schemes have some five regions

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFont(theme.tabular(theme.small(self.font())))
        self._by_group = False
        self._groups: list[str] = []
        self._expected: ExpectedErrors | None = None
        self._marks: list[str] = []

    def set_by_group(self, on: bool) -> None:
        """Explain the colours of regions instead of the ramp; see `explain`."""
        self._by_group = on

    def explain(self, face: DisplayedFace, has_comparison: bool) -> None:
        """Explain what a face has; hidden when there is nothing to explain."""
        self._groups = (
            [name for name, _ in face.groups][: self._MAX_GROUPS] if self._by_group else []
        )
        self._expected = None if self._by_group else face.expected
        self._marks = [
            mark
            for mark, is_present in (
                ("by hand", bool(face.moved) and len(face) > 0),
                ("occluded", bool((face.visibility == OCCLUDED).any())),
                ("comparison", has_comparison),
            )
            if is_present
        ]
        rows = len(self._groups) + len(self._marks)
        line, gap, pad = self.fontMetrics().height(), theme.spacing(), theme.spacing(2)
        height = rows * line + max(rows - 1, 0) * gap
        if self._expected is not None:
            height += 2 * line + self._BAR.height() + gap + (gap if rows else 0)
        self.resize(self._BAR.width() + 2 * pad, height + 2 * pad)
        self.setVisible(self._expected is not None or rows > 0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BACKGROUND)
        painter.drawRoundedRect(self.rect(), 4, 4)
        pad, line, gap = theme.spacing(2), self.fontMetrics().height(), theme.spacing()
        row = QRect(pad, pad, self._BAR.width(), line)
        if self._expected is not None:
            row = self._paint_ramp(painter, row, self._expected.tolerance)
        for place, name in enumerate(self._groups):
            self._paint_disc(painter, row, theme.group_colour(place))
            self._paint_text(painter, row, sentence(region_name(name)))
            row.translate(0, line + gap)
        for mark in self._marks:
            self._paint_mark(painter, row, mark)
            row.translate(0, line + gap)

    def _paint_ramp(self, painter: QPainter, row: QRect, tolerance: float) -> QRect:
        painter.setPen(_FOREGROUND)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, tr("Expected error"))
        bar = QRectF(row.left(), row.bottom() + 1 + theme.spacing() / 2, row.width(), 8)
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(17):
            ramp.setColorAt(step / 16, theme.error_colour(step / 16))
        painter.fillRect(bar, ramp)
        row.moveTop(int(bar.bottom() + theme.spacing() / 2))
        for align, text in (
            (Qt.AlignmentFlag.AlignLeft, "0"),
            (Qt.AlignmentFlag.AlignHCenter, round_percent_words(tolerance / 2)),
            (Qt.AlignmentFlag.AlignRight, round_percent_words(tolerance)),
        ):
            painter.drawText(row, align, text)
        return row.translated(0, row.height() + theme.spacing())

    def _paint_disc(self, painter: QPainter, row: QRect, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(self._middle(row), 4.0, 4.0)

    def _paint_mark(self, painter: QPainter, row: QRect, mark: str) -> None:
        middle = self._middle(row)
        if mark == "by hand":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_FOREGROUND)
            painter.drawPolygon(diamond(middle, 5.0))
            text = tr("Moved by hand")
        elif mark == "occluded":
            painter.setPen(QPen(_FOREGROUND, 1.8))
            painter.drawLines(cross(middle, 3.5))
            text = tr("Occluded")
        else:
            painter.setPen(QPen(COMPARISON_COLOUR, 1.4))
            painter.drawLines(ticks(middle, 0.0, 4.0))
            text = tr("Other proposal")
        self._paint_text(painter, row, text)

    def _middle(self, row: QRect) -> QPointF:
        return QPointF(row.left() + 5, row.center().y() + 1)

    def _paint_text(self, painter: QPainter, row: QRect, text: str) -> None:
        painter.setPen(_FOREGROUND)
        painter.drawText(row.adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, text)


class PointLabel(QLabel):
    """A short text over the photo, like a tooltip without its delay."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.tabular(theme.small(self.font())))
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.setForegroundRole(QPalette.ColorRole.ToolTipText)
        self.setMargin(theme.spacing())
        self.hide()

    def show_text(self, text: str, at: QPointF, within: QRect) -> None:
        """Show the text beside `at` (the parent's pixels), wholly inside `within`."""
        self.setText(text)
        self.adjustSize()
        gap = theme.spacing(3)
        x, y = int(at.x()) + gap, int(at.y()) + gap
        if x + self.width() > within.right():
            x = int(at.x()) - gap - self.width()
        if y + self.height() > within.bottom():
            y = int(at.y()) - gap - self.height()
        self.move(max(within.left(), x), max(within.top(), y))
        self.show()


class Message(QLabel):
    """The text in place of a photo: nothing here yet, still loading, could not be read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(theme.spacing(6))

    def set_dark(self, dark: bool) -> None:
        """Use the text colour that is legible on the canvas's grey."""
        colours = QPalette(self.palette())
        colours.setColor(QPalette.ColorRole.WindowText, theme.canvas_text_colour(dark))
        self.setPalette(colours)


class Panels(QObject):
    """Loupe, legend, modes and point label of one canvas, in its corners and inside its edges."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.legend = Legend(canvas)
        self.loupe = Loupe(canvas)
        self.covering_panel: QWidget | None = None  # over a corner of the canvas now and then
        self.label = PointLabel(canvas)
        self.modes = PointLabel(canvas)

    def show_modes(self, names: Sequence[str]) -> None:
        """Name the modes that are on, which change what a click or a drag does."""
        self.modes.setText("  ·  ".join(names))
        self.modes.adjustSize()
        self.modes.setVisible(bool(names))
        self.place()

    def show_legend(self, face: DisplayedFace, points_visible: bool, has_comparison: bool) -> None:
        """Explain what is visible."""
        self.legend.explain(face if points_visible else DisplayedFace(), has_comparison)
        self.place()

    def place(self) -> None:
        """To be called when the canvas has another size."""
        edge = theme.spacing(3)
        bottom = self._canvas.height() - edge
        self.legend.move(edge, bottom - self.legend.height())
        modes = self.modes
        modes.move(self._canvas.width() - modes.width() - edge, bottom - modes.height())

    def show_loupe(self, image: QImage, at: QPointF, viewport_at: QPointF, zoom: float) -> None:
        """Enlarge `at` (image pixels), in the upper corner farther from `viewport_at`."""
        edge = theme.spacing(3)
        right = self._canvas.width() - self.loupe.width() - edge
        self.loupe.move(right if viewport_at.x() < self._canvas.width() / 2 else edge, edge)
        panel = self.covering_panel
        covered = panel.geometry() if panel is not None and panel.isVisible() else QRect()
        if covered.intersects(self.loupe.geometry()):
            self.loupe.move(self.loupe.x(), covered.bottom() + edge)
        self.loupe.look_at(image, at, zoom)

    def describe_point(self, face: DisplayedFace, index: int, at: QPointF) -> None:
        """Number (from 1, as people count), name, region, and expected error or 'moved by hand'."""
        name, group = face.name(index), face.group_name(index)
        text = f"{index + 1}" if name.isdecimal() else f"{index + 1}  {name}".rstrip()
        if group:
            text += f"  {region_name(group)}"
        if index in face.moved:
            text += "\n" + tr("Moved by hand")
        elif face.expected is not None:
            text += "\n" + point_error_words(face.expected, index)
        if face.visibility[index] == OCCLUDED:
            text += "\n" + tr("Occluded")
        self.label.show_text(text, at, self._canvas.rect())
