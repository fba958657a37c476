"""The pages of a report: quality, faces, corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labeltool.gui import theme
from labeltool.gui.dialogs.report.tables import FaceList, FigureTable
from labeltool.gui.i18n.translate import landmark_name, region_name, sentence, tr, translate
from labeltool.rounds.quality.corrections import (
    CLEAR_PERCENT,
    CORRECTED_PERCENT,
    CorrectedFace,
    Corrections,
)
from labeltool.rounds.reports.report_words import FIGURES, movement_sentence, other_name

if TYPE_CHECKING:
    from labeltool.rounds.quality.round_report import RoundReport


class QualityPage(QStackedWidget):
    """Figures, error distribution, regions and landmarks; or that nothing measured the round."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures, self.regions = FigureTable(), FigureTable()
        norm = tr(
            "Errors are divided by the norm: the distance of two landmarks of the scheme, such as "
            "the outer corners of the eyes, or the size of the face."
        )
        for table in (self.figures, self.regions):
            table.setToolTip(norm)
        self.regions.setRootIsDecorated(True)
        self.regions.setIndentation(4 * theme.SPACING)
        self.add_faces = QPushButton(tr("Add faces to measure by…"))
        self.add_faces.setAutoDefault(False)
        self._unknown = QLabel()
        self._unknown.setWordWrap(True)
        self.plot: QWidget | None = None
        self.expected_plot: QWidget | None = None
        self._right = QVBoxLayout()
        self._right.setContentsMargins(*[2 * theme.SPACING] * 4)
        self.addWidget(self._measured_page())
        self.addWidget(self._unknown_page())

    def _measured_page(self) -> QWidget:
        left, right = QWidget(), QWidget()
        rows = QVBoxLayout(left)
        rows.setContentsMargins(*[2 * theme.SPACING] * 4)
        rows.setSpacing(2 * theme.SPACING)
        rows.addWidget(self.figures)
        rows.addWidget(self.regions, 1)
        right.setLayout(self._right)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([460, 460])
        split.setChildrenCollapsible(False)
        return split

    def _unknown_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(self._unknown)
        row = QHBoxLayout()
        row.addWidget(self.add_faces)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(2)
        return page

    def show_report(self, report: RoundReport) -> None:
        """Show the figures of a report."""
        if report.figures is None:
            self._unknown.setText(
                tr(
                    "Nobody knows how good this round is: it was trained without faces to measure "
                    "by. Draw some at random, accept or correct them, and train the next round."
                )
            )
            self.setCurrentIndex(1)
            return
        self.setCurrentIndex(0)
        self._show_figures(report)
        self._show_regions(report)
        self._show_curves(report)

    def _show_figures(self, report: RoundReport) -> None:
        found = report.comparison
        columns = [] if report.figures is None else [report.figures]
        titles = [tr("Figure"), _own(report)]
        if found is not None and len(found.faces) < columns[0]["faces"]:
            columns.append(found.own.summary())
            titles.append(tr("on %Ln common face(s)", "", len(found.faces)))
        if found is not None:
            columns.append(found.other.summary())
            titles.append(_other(found.round))
        self.figures.set_titles(titles)
        for name, text in FIGURES.items():
            form = "{:.4f}" if name == "auc10" else "{:.2f} %"
            self.figures.add_row([tr(text), *(form.format(column[name]) for column in columns)])
        count = [f"{column['faces']:,}" for column in columns]
        self.figures.add_row([tr("Faces to measure by"), *count])
        rows = self.figures.topLevelItemCount()
        height = 6 * theme.SPACING * rows + self.figures.header().sizeHint().height()
        self.figures.setFixedHeight(height + 2 * self.figures.frameWidth() + theme.SPACING)

    def _show_regions(self, report: RoundReport) -> None:
        own, found = report.evaluation, report.comparison
        self.regions.set_titles(
            [tr("Region"), _own(report)]
            + ([] if found is None else [_other(found.round), tr("Change")])
        )
        if own is None:
            return
        points, other_points = own.per_point(), {} if found is None else found.other.per_point()
        regions = own.per_region()
        other_regions = {} if found is None else found.other.per_region()
        placed = set[int]()
        for name, error in regions.items():
            item = self.regions.add_row(
                [sentence(region_name(name)), *_errors(error, other_regions.get(name), found)]
            )
            for index in own.regions[name]:
                placed.add(index)
                landmark = own.names[index]
                self.regions.add_row(
                    [
                        landmark_name(landmark),
                        *_errors(points[landmark], other_points.get(landmark), found),
                    ],
                    item,
                )
        for index, landmark in enumerate(own.names):
            if index not in placed:
                row = _errors(points[landmark], other_points.get(landmark), found)
                self.regions.add_row([landmark_name(landmark), *row])

    def _show_curves(self, report: RoundReport) -> None:
        if report.evaluation is None:
            return
        # the plot library is loaded for the first report only
        from labeltool.gui.dialogs.report.error_plot import ErrorPlot  # noqa: PLC0415

        if not isinstance(self.plot, ErrorPlot):
            self.plot = ErrorPlot()
            self._right.addWidget(self.plot)
        found = report.comparison
        other = None if found is None else (_other(found.round), found.other.ced())
        self.plot.show_curves((_own(report), report.evaluation.ced()), other)
        self._show_expected(report.expected, np.nanmean(report.evaluation.curve, axis=1))

    def _show_expected(
        self, expected: NDArray[np.float64] | None, measured: NDArray[np.float64]
    ) -> None:
        """Show the expected errors of faces against the measured ones, (F,), below the curves."""
        from labeltool.gui.dialogs.report.expected_plot import ExpectedPlot  # noqa: PLC0415

        known = None if expected is None else np.isfinite(expected) & np.isfinite(measured)
        if self.expected_plot is not None:
            self.expected_plot.setVisible(known is not None and bool(known.any()))
        if expected is None or known is None or not known.any():
            return
        if not isinstance(self.expected_plot, ExpectedPlot):
            self.expected_plot = ExpectedPlot()
            self._right.addWidget(self.expected_plot)
        self.expected_plot.show_errors(expected[known], measured[known])


class FacesPage(QWidget):
    """The worst faces, and those whose proposals moved most.

    Signals:
        opened, listed: see `FaceList`.
    """

    opened, listed = Signal(int), Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.worst = FaceList(
            tr("Worst faces"), tr("Of the faces to measure by, the largest error first."),
            [tr("Error")],
        )  # fmt: skip
        self.moved = FaceList(tr("Moved most"), "", [tr("Movement")])
        _place(self, (self.worst, self.moved))

    def show_report(self, report: RoundReport) -> None:
        """Show the faces of a report."""
        self.worst.show_rows(
            (face, [_photo(report, face), f"{nme:.2f} %"]) for face, nme in report.worst
        )
        movement = report.movement
        self.moved.show_rows(
            (face, [_photo(report, face), f"{moved * 100:.2f} %"])
            for face, moved in (movement.most if movement else ())
        )
        self.moved.note.setText(
            tr("No face had a proposal before.")
            if movement is None
            else translate(movement_sentence(movement))
        )


class CorrectionsPage(QWidget):
    """What the round made of the corrections it was trained on.

    Signals:
        opened, listed: see `FaceList`.
    """

    opened, listed = Signal(int), Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        numbers = [tr("Before"), tr("Now")]
        limit = f"{CLEAR_PERCENT:g}"
        self.learned = FaceList(
            tr("Learned"),
            tr("Nearer to your label by {limit} % or more.", limit=limit), numbers,
        )  # fmt: skip
        self.ignored = FaceList(
            tr("Ignored"), tr("About as far from your label as before."), numbers
        )
        self.unlearned = FaceList(
            tr("Unlearned"),
            tr("Farther from your label by {limit} % or more.", limit=limit), numbers,
        )  # fmt: skip
        self._deleted = tr(
            "The files of this round were deleted, so nobody knows what it made of your "
            "corrections."
        )
        self._rule = tr(
            "Faces that you corrected and the round trained on. The numbers are the mean "
            "distance from your label, in percent of the norm, of the landmarks that you moved "
            "by {limit} % or more: of the old proposal, and of the new network.",
            limit=f"{CORRECTED_PERCENT:g}",
        )
        self.rule = QLabel(self._rule)
        self.rule.setWordWrap(True)
        _place(self, (self.learned, self.ignored, self.unlearned), self.rule)

    def show_report(self, report: RoundReport) -> None:
        """Show the corrections of a report."""
        found = report.corrections or Corrections()
        self.rule.setText(self._rule if report.corrections is not None else self._deleted)
        for view, faces in (
            (self.learned, found.learned), (self.ignored, found.ignored),
            (self.unlearned, found.unlearned),
        ):  # fmt: skip
            view.show_rows((face.face_id, _corrected(report, face)) for face in faces)


def _place(
    page: FacesPage | CorrectionsPage, lists: tuple[FaceList, ...], above: QWidget | None = None
) -> None:
    """Place lists beside each other, and pass on their signals."""
    row = QHBoxLayout()
    row.setSpacing(4 * theme.SPACING)
    for view in lists:
        row.addWidget(view, 1)
        view.opened.connect(page.opened)
        view.listed.connect(page.listed)
    layout = QVBoxLayout(page)
    layout.setSpacing(3 * theme.SPACING)
    if above is not None:
        layout.addWidget(above)
    layout.addLayout(row, 1)


def _own(report: RoundReport) -> str:
    return tr("Round {number}", number=report.round.number)


def _other(number: int) -> str:
    return sentence(translate(other_name(number)))


def _photo(report: RoundReport, face: int) -> str:
    return report.photos.get(face, "")


def _corrected(report: RoundReport, face: CorrectedFace) -> list[str]:
    return [_photo(report, face.face_id), f"{face.before:.1f} %", f"{face.after:.1f} %"]


def _errors(own: float | None, other: float | None, compared: object) -> list[str]:
    """The cells of an error: own, and if there is a comparison, the other and the change."""
    cells = ["" if own is None else f"{own:.2f} %"]
    if compared is None:
        return cells
    if own is None or other is None:
        return [*cells, "", ""]
    return [*cells, f"{other:.2f} %", f"{own - other:+.2f}"]
