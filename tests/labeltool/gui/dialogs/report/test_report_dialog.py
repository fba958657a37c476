"""The report of a round beside its window."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from labeltool.domain import Filter, Verdict
from labeltool.gui.dialogs.audit_faces import AuditFacesDialog
from labeltool.gui.dialogs.report.report_dialog import ReportDialog
from labeltool.store import open_project
from tests.measured_rounds import add_measured_round

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def measured(project: Path) -> Path:
    """A project of ten faces: six measure rounds, three were corrected; two rounds were measured,
    and a third one was not."""
    store = open_project(project)
    proposals = {face: store.faces.get(face).prediction.points for face in range(1, 11)}
    labels = {face: proposals[face] + [0, 12] for face in (7, 8, 9)}
    for face, label in labels.items():
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=label)
    rng = np.random.default_rng(0)
    audit = {face: proposals[face] for face in range(1, 7)}

    def off(pixels: float) -> dict[int, np.ndarray]:
        return {face: points + rng.normal(0, pixels, (68, 2)) for face, points in audit.items()}

    start, first, second = off(4), off(3), off(1)
    predicted = {7: labels[7], 8: proposals[8], 9: proposals[9] - [0, 12], 10: proposals[10] + 3}
    add_measured_round(store, audit=audit, before=start, after=first, predicted=predicted)
    add_measured_round(
        store, audit=audit, before=first, after=second, against=1, labels=labels,
        predicted=predicted,
    )  # fmt: skip
    add_measured_round(store, labels=labels)
    store.close()
    return project


@pytest.fixture
def open_report(qtbot, open_window, measured):
    """Open the window, and the report of a round."""

    def opened(number: int):
        window = open_window(measured)
        window.dialogs.show_report(number)
        dialog = window.findChild(ReportDialog)
        wait_for_report(qtbot, dialog, number)
        return window, dialog

    return opened


def wait_for_report(qtbot, dialog, number: int) -> None:
    qtbot.waitUntil(lambda: dialog.report is not None and dialog.report.round.number == number)


def cells(table) -> list[list[str]]:
    rows = [table.topLevelItem(row) for row in range(table.topLevelItemCount())]
    return [[row.text(column) for column in range(table.columnCount())] for row in rows]


def click(qtbot, table, row: int) -> None:
    place = table.visualItemRect(table.topLevelItem(row)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=place)


def test_the_quality_of_a_round(qtbot, open_report):
    _, dialog = open_report(2)
    report = dialog.report
    assert "better than round 1" in dialog.headline.text()
    assert dialog.advice.text().startswith("Go on")
    assert dialog.learned_from.text() == "Trained on 3 manual labels."
    figures = cells(dialog.quality.figures)
    assert figures[0] == [
        "Mean error (NME)", f"{report.figures['nme']:.2f} %",
        f"{report.comparison.other.summary()['nme']:.2f} %",
    ]  # fmt: skip
    regions = cells(dialog.quality.regions)
    assert [row[0] for row in regions] == ["Jaw", "Brows", "Nose", "Eyes", "Mouth"]
    jaw = dialog.quality.regions.topLevelItem(0)
    assert jaw.childCount() == 17
    errors = [float(jaw.child(k).text(1).removesuffix(" %")) for k in range(17)]
    assert np.mean(errors) == pytest.approx(report.evaluation.per_region()["jaw"], abs=0.01)
    assert len(dialog.quality.plot.plotItem.listDataItems()) == 2


def test_expected_errors_are_shown_against_the_measured_ones(qtbot, open_window, measured):
    """Of the faces to measure by, two are in the predictions with an expected error."""
    store = open_project(measured)
    folder = next(row.folder for row in store.rounds.all() if row.number == 2)
    file = folder / "predictions-00000.npz"
    with np.load(file) as data:
        columns = dict(data)
    ids = np.array([1, 2, 7])
    columns = {name: np.resize(rows, (3, *rows.shape[1:])) for name, rows in columns.items()}
    np.savez(file, **(columns | {"faces": ids, "error": np.array([0.02, 0.04, 0.3])}))
    store.close()
    window = open_window(measured)
    window.dialogs.show_report(2)
    dialog = window.findChild(ReportDialog)
    wait_for_report(qtbot, dialog, 2)
    expected, measured_errors = dialog.quality.expected_plot.dots.getData()
    assert expected.tolist() == [2, 4]
    curve = dialog.report.evaluation.curve[[0, 1]]
    np.testing.assert_allclose(measured_errors, 100 * np.nanmean(curve, axis=1))


def test_without_expected_errors_there_is_no_plot_of_them(open_report):
    _window, dialog = open_report(2)
    assert dialog.report.expected is None
    assert dialog.quality.expected_plot is None


def test_it_is_compared_with_another_round(qtbot, open_report):
    _, dialog = open_report(2)
    assert [dialog.others.itemText(k) for k in range(dialog.others.count())] == [
        "Starter", "Round 1",
    ]  # fmt: skip
    assert dialog.others.currentText() == "Round 1"
    dialog.others.setCurrentIndex(0)
    dialog.others.activated.emit(0)
    qtbot.waitUntil(lambda: dialog.report.comparison.round == 0)
    assert "better than starter" in dialog.headline.text()
    assert dialog.quality.figures.headerItem().text(2) == "Starter"


def test_another_round_is_chosen(qtbot, open_report):
    _, dialog = open_report(2)
    names = [dialog.rounds.itemText(k) for k in range(dialog.rounds.count())]
    assert names == ["Round 3", "Round 2", "Round 1"]
    dialog.rounds.setCurrentIndex(2)
    dialog.rounds.activated.emit(2)
    wait_for_report(qtbot, dialog, 1)
    assert "better than starter" in dialog.headline.text()


def test_a_clicked_face_opens_in_its_photo(qtbot, open_report):
    window, dialog = open_report(2)
    window.views.show_gallery()
    dialog.tabs.setCurrentWidget(dialog.faces)
    worst = [face for face, _ in dialog.report.worst]
    assert dialog.faces.worst.faces == tuple(worst)
    click(qtbot, dialog.faces.worst.table, 2)
    assert window.session.desk.face.id == worst[2]
    assert not window.views.shows_gallery
    assert dialog.isVisible()
    assert [face for face, _ in dialog.report.movement.most] == list(dialog.faces.moved.faces)


def test_corrections_are_listed_in_the_window(qtbot, open_report):
    window, dialog = open_report(2)
    dialog.tabs.setCurrentWidget(dialog.corrections)
    lists = dialog.corrections
    assert [view.faces for view in (lists.learned, lists.ignored, lists.unlearned)] == [
        (7,), (8,), (9,),
    ]  # fmt: skip
    qtbot.mouseClick(lists.unlearned.show_faces, LEFT)
    assert window.session.desk.queue.filter == Filter(faces=(9,))
    assert window.session.desk.queue.faces == [9]
    assert window.session.desk.face.id == 9
    qtbot.mouseClick(lists.learned.show_faces, LEFT)
    assert window.session.desk.queue.faces == [7]


def test_deleted_files_are_said(qtbot, open_window, measured):
    window = open_window(measured)
    (window.session.store.rounds.all()[-2].folder / "predictions-00000.npz").unlink()
    window.dialogs.show_report(2)
    dialog = window.findChild(ReportDialog)
    wait_for_report(qtbot, dialog, 2)
    assert "were deleted" in dialog.corrections.rule.text()
    assert dialog.corrections.learned.faces == ()
    assert dialog.faces.worst.faces


def test_without_faces_to_measure_by_some_are_offered(qtbot, open_report, monkeypatch):
    _, dialog = open_report(3)
    assert "unknown" in dialog.headline.text()
    assert not dialog.others.isVisible()
    asked = []
    monkeypatch.setattr(AuditFacesDialog, "exec", lambda self: asked.append(self) or 0)
    assert dialog.quality.add_faces.isVisible()
    qtbot.mouseClick(dialog.quality.add_faces, LEFT)
    assert asked


@pytest.mark.parametrize("form", ["html", "json"])
def test_it_is_exported(qtbot, open_report, tmp_path, monkeypatch, form):
    _, dialog = open_report(2)
    file = tmp_path / f"r.{form}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(file), ""))
    qtbot.mouseClick(dialog.export, LEFT)
    assert str(file) in dialog.note.text()
    written = file.read_text(encoding="utf-8")
    if form == "json":
        assert json.loads(written)["round"] == 2
    else:
        assert '<html lang="en">' in written
    file.write_text("mine", encoding="utf-8")
    qtbot.mouseClick(dialog.export, LEFT)
    assert "it is something else" in dialog.note.text()


def test_a_damaged_folder_is_said_and_another_round_can_be_chosen(qtbot, open_window, measured):
    window = open_window(measured)
    rows = window.session.store.rounds.all()
    (rows[-2].folder / "audit-errors.npz").write_bytes(b"x")
    window.dialogs.show_report(2)
    dialog = window.findChild(ReportDialog)
    qtbot.waitUntil(lambda: "cannot be read" in dialog.headline.text())
    assert dialog.rounds.isEnabled()
    assert not dialog.tabs.isEnabled()
    dialog.rounds.setCurrentIndex(2)
    dialog.rounds.activated.emit(2)
    wait_for_report(qtbot, dialog, 1)
    assert dialog.tabs.isEnabled()


def test_the_command_shows_the_newest_round_in_one_dialog(qtbot, open_window, measured):
    window = open_window(measured)
    window.commands.trigger("report")
    dialog = window.findChild(ReportDialog)
    wait_for_report(qtbot, dialog, 3)
    window.dialogs.show_report(1)
    assert window.findChildren(ReportDialog) == [dialog]
    wait_for_report(qtbot, dialog, 1)
    assert dialog.rounds.currentText() == "Round 1"
    dialog.close()
    qtbot.waitUntil(lambda: window.findChild(ReportDialog) is None)


def test_the_command_needs_a_round(open_window, project):
    window = open_window(project)
    assert not window.commands.by_name["report"].isEnabled()


class TestReadyBar:
    def test_a_round_that_became_ready_offers_its_report(self, qtbot, open_window, measured):
        window = open_window(measured)
        bar = window.views.round_ready
        assert not bar.isVisible()
        other = open_project(measured)
        faces = {1: other.faces.get(1).prediction.points, 2: other.faces.get(2).prediction.points}
        add_measured_round(other, audit=faces, after={face: p + 1 for face, p in faces.items()})
        other.close()
        qtbot.waitUntil(bar.isVisible)
        assert "Round 4 is ready." in bar.label.text()
        assert "on 2 faces" in bar.label.text()
        qtbot.mouseClick(bar.show_report, LEFT)
        assert not bar.isVisible()
        dialog = window.findChild(ReportDialog)
        wait_for_report(qtbot, dialog, 4)
        assert dialog.rounds.currentText() == "Round 4"

    def test_it_is_shown_once(self, qtbot, open_window, measured):
        window = open_window(measured)
        window.session.refresh_all()
        QApplication.processEvents()
        assert not window.views.round_ready.isVisible()


def test_opening_the_window_does_not_load_scipy():
    code = (
        "import sys, labeltool.app, labeltool.gui.dialogs.report.report_dialog\n"
        "sys.exit('scipy' in sys.modules or 'pyqtgraph' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
