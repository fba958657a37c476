"""Export labels: what is lost is shown before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from labeltool.domain import Filter, Verdict
from labeltool.gui.dialogs.exporting.export_labels import ExportLabelsDialog
from labeltool.store import open_project


@pytest.fixture
def reviewed(project: Path) -> Path:
    """Ten proposals, of which one is accepted and two are corrected; one point is hidden."""
    store = open_project(project)
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    points, seen = store.faces.get(2).prediction.points, np.full(68, 2, np.int8)
    seen[4] = 1
    for face in (2, 3):
        store.decisions.decide(
            "ann", [face], Verdict.CORRECTED, points=points + face / 8, visibility=seen
        )
    store.close()
    return project


@pytest.fixture
def dialog(qtbot, open_window, reviewed):
    window = open_window(reviewed)
    window.session.show(Filter(faces=(2, 7)))
    dialog = ExportLabelsDialog(window.session, window)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.report is not None)
    return dialog


def choose(qtbot, dialog, form: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(form))
    qtbot.waitUntil(lambda: dialog.report is not None and dialog.report.form == form)


def test_what_the_format_cannot_carry_is_shown(qtbot, dialog):
    assert dialog.content.text() == (
        "Labels to export: 3, of these 2 corrected and 1 accepted as proposed."
    )
    assert dialog.losses.text() == "COCO keypoints: nothing is lost."
    assert dialog.ok.text() == "Export…"
    choose(qtbot, dialog, "dlib")
    assert "2 occlusion flags are lost" in dialog.losses.text()
    assert "positions are rounded to whole pixels" in dialog.losses.text()
    assert dialog.ok.text() == "Export anyway…"


def test_which_labels_are_counted_at_once(qtbot, dialog):
    dialog.filtered.setChecked(True)
    qtbot.waitUntil(lambda: "1 face under the filter has no label" in dialog.content.text())
    assert dialog.report.faces == 1
    assert dialog.choice.filter == Filter(faces=(2, 7))
    dialog.verdicts.setCurrentIndex(2)
    qtbot.waitUntil(lambda: "There is nothing to export" in dialog.content.text())
    assert not dialog.ok.isEnabled()
    dialog.everything.setChecked(True)
    qtbot.waitUntil(lambda: dialog.ok.isEnabled())
    assert (dialog.report.accepted, dialog.report.corrected) == (1, 0)


def test_parts_are_said_and_written(qtbot, open_window, reviewed, tmp_path, monkeypatch):
    window = open_window(reviewed)
    said: list[str] = []

    def answer(dialog: ExportLabelsDialog) -> int:
        for place in (2, 1):  # all photos are of one folder
            dialog.parts.setCurrentIndex(place)
            qtbot.waitUntil(lambda: "Working out" not in dialog.content.text())
            said.append(dialog.content.text())
            assert dialog.ok.isEnabled() == (place == 1)
        return 1

    monkeypatch.setattr(ExportLabelsDialog, "exec", answer)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "parts"), ""))
    window.commands.trigger("export")
    assert "Groups of photos: 1, too few for 3 parts" in said[0]
    assert "val: labels 1, photos 1." in said[1]
    qtbot.waitUntil(lambda: "Wrote 3 faces" in window.views.message_bar.label.text())
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == [
        "test.json", "train.json", "val.json",
    ]  # fmt: skip


@pytest.mark.parametrize("agreed", [True, False])
def test_labels_are_written_only_after_the_person_agreed(
    qtbot, open_window, reviewed, tmp_path, monkeypatch, agreed
):
    window = open_window(reviewed)
    out = tmp_path / "labels.json"
    asked: list[bool] = []

    def answer(dialog: ExportLabelsDialog) -> int:
        qtbot.waitUntil(lambda: dialog.report is not None)
        dialog.verdicts.setCurrentIndex(1)
        qtbot.waitUntil(lambda: dialog.report is not None)
        asked.append(out.exists())
        return int(agreed)

    monkeypatch.setattr(ExportLabelsDialog, "exec", answer)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    window.commands.trigger("export")
    assert asked == [False]
    if not agreed:
        assert not out.exists()
        return
    qtbot.waitUntil(lambda: "Wrote 2 faces" in window.views.message_bar.label.text())
    assert len(json.loads(out.read_text())["annotations"]) == 2
