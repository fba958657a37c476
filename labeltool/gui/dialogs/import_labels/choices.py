"""The choices of an import: what the file becomes, which landmark is which, the origin, sizes."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QWidget

from labeltool.domain import N_
from labeltool.exchange.preview.label_preview import LookedAt
from labeltool.exchange.preview.preview_words import mapping_title
from labeltool.gui import theme
from labeltool.gui.background.importer import LabelKind
from labeltool.gui.i18n.translate import tr, translate

_KINDS: tuple[tuple[LabelKind, str], ...] = (
    ("labels", N_("labels: decisions of a person")),
    ("proposals", N_("proposals to review")),
    ("photos", N_("photos only")),
)

_SHIFTS = (
    ((0.0, 0.0), N_("as the format says")),
    ((-1.0, -1.0), N_("shift by (-1, -1): counted from 1")),
    ((1.0, 1.0), N_("shift by (1, 1): 1 was subtracted")),
    ((-0.5, -0.5), N_("shift by (-0.5, -0.5): from the pixel's corner")),
    ((0.5, 0.5), N_("shift by (0.5, 0.5): half a pixel was subtracted")),
)

_CHOOSE, _BY_HAND, _FILE = "", "by hand", "file"
"""Entries of the mappings that are none of the preview's."""


class Choices(QWidget):
    """What a person chooses before an import.

    Signals:
        changed: anything but the mapping.
        mapping_chosen: the name of a mapping, see `LookedAt.choices`.
        file_wanted: a mapping is to be read from a file.
    """

    changed = Signal()
    mapping_chosen = Signal(str)
    file_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(theme.SPACING)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.as_kind, self.landmarks, self.origin = QComboBox(), QComboBox(), QComboBox()
        for kind, text in _KINDS:
            self.as_kind.addItem(tr(text), kind)
        for shift, text in _SHIFTS:
            self.origin.addItem(tr(text), shift)
        for box in (self.as_kind, self.landmarks, self.origin):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        form.addRow(tr("Import as"), self.as_kind)
        form.addRow(tr("Landmarks"), self.landmarks)
        form.addRow(tr("Origin"), self.origin)
        self.turn_box, self.scale_box = QCheckBox(), QCheckBox()
        form.addRow(self.turn_box)
        form.addRow(self.scale_box)
        self._chosen = _CHOOSE
        self.as_kind.currentIndexChanged.connect(self.changed)
        self.origin.currentIndexChanged.connect(self.changed)
        self.turn_box.toggled.connect(self.changed)
        self.scale_box.toggled.connect(self.changed)
        self.landmarks.activated.connect(self._choose_mapping)

    def offer(self, looked: LookedAt) -> None:
        """Offer what can be chosen for this file."""
        self.landmarks.clear()
        self._chosen = _CHOOSE
        if looked.own is None:
            self.landmarks.addItem(tr("choose a mapping…"), _CHOOSE)
        for name in looked.choices:
            self.landmarks.addItem(translate(mapping_title(name)), name)
        self.landmarks.addItem(tr("from a mapping file…"), _FILE)
        self.select_mapping(_CHOOSE if looked.own is None else looked.name_of(looked.own))
        turned, scaled, _unexplained = looked.ways()
        self.turn_box.setText(
            tr("Rotate: the labels ignore the EXIF rotation (%Ln photo(s))", "", turned)
        )
        self.scale_box.setText(
            tr("Scale: the labels were made on copies of another size (%Ln photo(s))", "", scaled)
        )
        for box, count in ((self.turn_box, turned), (self.scale_box, scaled)):
            box.setChecked(False)
            box.setVisible(count > 0)

    def select_mapping(self, name: str) -> None:
        """Show which mapping is used; one that somebody made has no name."""
        place = self.landmarks.findData(name)
        if place < 0 or (name == _CHOOSE and self._chosen != _CHOOSE):
            place = self.landmarks.findData(_BY_HAND)
            if place < 0:
                place = self.landmarks.count() - 1
                self.landmarks.insertItem(place, translate(mapping_title("")), _BY_HAND)
        self.landmarks.setCurrentIndex(place)
        self._chosen = self.landmarks.currentData()

    @Slot()
    def _choose_mapping(self) -> None:
        name = self.landmarks.currentData()
        if name == _FILE:
            self.landmarks.setCurrentIndex(self.landmarks.findData(self._chosen))
            self.file_wanted.emit()
        else:
            self._chosen = name
            self.mapping_chosen.emit(name)

    @property
    def mapping_name(self) -> str:
        """The mapping that is selected, see `LookedAt.choices`."""
        return self._chosen

    @property
    def kind(self) -> LabelKind:
        """What the file becomes."""
        return cast(LabelKind, self.as_kind.currentData())

    @property
    def shift(self) -> tuple[float, float]:
        """Pixels to add to all positions."""
        x, y = self.origin.currentData()
        return float(x), float(y)

    @property
    def turn(self) -> bool:
        """Whether to rotate labels with their photos."""
        return self.turn_box.isChecked()

    @property
    def scale(self) -> bool:
        """Whether to scale labels to their photos."""
        return self.scale_box.isChecked()
