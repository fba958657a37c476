"""Brightness, contrast, gamma and invert while viewing: of the picture on the screen only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from labeltool.domain import N_
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr

SLIDERS = {
    "brightness": N_("Brightness"), "contrast": N_("Contrast"), "gamma": N_("Gamma"),
}  # fmt: skip
"""What can be set, by its field of `DisplayAdjustments`, with its label."""


@dataclass(frozen=True, slots=True)
class DisplayAdjustments:
    """How a photo is shown. `brightness` and `contrast`: -100..100, 0 changes nothing. `gamma`:
    -100..100 for 1/4 to 4, above 0 lightens the dark parts. `invert`: as a negative."""

    brightness: int = 0
    contrast: int = 0
    gamma: int = 0
    invert: bool = False

    def tone_curve(self) -> NDArray[np.uint8] | None:
        """What each brightness 0..255 is shown as, (256,); None when nothing is changed."""
        if self == DisplayAdjustments():
            return None
        value = np.linspace(0.0, 1.0, 256) ** (4.0 ** (-self.gamma / 100))
        # a line through the middle grey, up to four times as steep or as flat
        value = (value - 0.5) * 4.0 ** (self.contrast / 100) + 0.5 + self.brightness / 200
        value = np.clip(value, 0.0, 1.0)
        shown: NDArray[np.uint8] = np.round((1 - value if self.invert else value) * 255).astype(
            np.uint8
        )
        return shown

    @staticmethod
    def from_settings(values: object) -> DisplayAdjustments:
        """Adjustments from settings; an invalid value is replaced by its default."""
        if not isinstance(values, dict):
            return DisplayAdjustments()
        numbers = {
            name: values[name]
            for name in SLIDERS
            if type(values.get(name)) is int and abs(values[name]) <= 100
        }
        return DisplayAdjustments(**numbers, invert=values.get("invert") is True)


class _Slider(QSlider):
    """A slider whose arrow keys come before the window's shortcuts, which go to another face."""

    _KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in self._KEYS
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)


class AdjustmentsPanel(QFrame):
    """A slider for each adjustment, in a corner of the photo.

    Signals:
        changed: the DisplayAdjustments that was set.
    """

    changed = Signal(object)

    def __init__(self, adjustments: DisplayAdjustments, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setAccessibleName(tr("How the photo is shown"))
        layout = QGridLayout(self)
        layout.setContentsMargins(*[3 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        self.sliders: dict[str, QSlider] = {}
        self._values: dict[str, QLabel] = {}
        for row, (name, words) in enumerate(SLIDERS.items()):
            slider, value, label = _Slider(Qt.Orientation.Horizontal), QLabel(), QLabel()
            slider.setRange(-100, 100)
            slider.setPageStep(10)
            slider.setMinimumWidth(180)
            slider.valueChanged.connect(self._on_edited)
            label.setText(tr(words))
            label.setBuddy(slider)
            value.setFont(theme.tabular(value.font()))
            value.setMinimumWidth(value.fontMetrics().horizontalAdvance("+0000"))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((label, slider, value)):
                layout.addWidget(widget, row, column)
            self.sliders[name], self._values[name] = slider, value
        self.invert = QCheckBox(tr("Invert"))
        self.invert.toggled.connect(self._on_edited)
        self.reset = QPushButton(tr("Reset"))
        self.reset.setToolTip(tr("Show the photo as it is"))
        self.reset.clicked.connect(self._reset)
        done = QPushButton(tr("Close"))
        done.setToolTip(tr("Close this panel (Esc)"))
        done.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        buttons.addWidget(self.invert, 1)
        buttons.addWidget(self.reset)
        buttons.addWidget(done)
        layout.addLayout(buttons, 3, 0, 1, 3)
        note = QLabel(tr("Only on the screen: photos, training and exports stay as they are."))
        note.setFont(theme.small(note.font()))
        note.setWordWrap(True)
        layout.addWidget(note, 4, 0, 1, 3)
        self._set_controls(adjustments)
        self.hide()

    def _set_controls(self, adjustments: DisplayAdjustments) -> None:
        for name, slider in self.sliders.items():
            with QSignalBlocker(slider):
                slider.setValue(getattr(adjustments, name))
        with QSignalBlocker(self.invert):
            self.invert.setChecked(adjustments.invert)
        self._update_labels(adjustments)

    def _update_labels(self, adjustments: DisplayAdjustments) -> None:
        for name, label in self._values.items():
            number = getattr(adjustments, name)
            label.setText(f"{number:+d}" if number else "0")
        self.reset.setEnabled(adjustments != DisplayAdjustments())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape closes the panel."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_edited(self) -> None:
        values = {name: slider.value() for name, slider in self.sliders.items()}
        adjustments = DisplayAdjustments(**values, invert=self.invert.isChecked())
        self._update_labels(adjustments)
        self.changed.emit(adjustments)

    @Slot()
    def _reset(self) -> None:
        self._set_controls(DisplayAdjustments())
        self.changed.emit(DisplayAdjustments())
