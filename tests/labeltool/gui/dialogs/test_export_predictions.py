"""Predictions go out in the background, as a table or as pictures."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from labeltool.exchange.predictions.prediction_export import FORMS


@pytest.mark.parametrize(
    ("form", "name"), [("csv", "predictions.csv"), ("overlays", "predictions")]
)
def test_predictions_are_written_from_the_menu(
    qtbot, open_window, project, tmp_path, monkeypatch, form, name
):
    out = tmp_path / "predictions.csv"  # the name that the dialog proposes
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), FORMS[form]))
    window = open_window(project)
    with qtbot.waitSignal(window.session.tasks.started) as started:
        window.commands.trigger("predictions")
    assert started.args[0].name == "Exporting predictions"
    label = window.views.message_bar.label
    qtbot.waitUntil(lambda: "Wrote the predictions of 10 faces" in label.text())
    written = tmp_path / name
    if form == "csv":
        assert len(written.read_text("utf-8").splitlines()) == 11
    else:
        pictures = sorted(written.rglob("*.png"))
        assert len(pictures) == 10
        with Image.open(pictures[0]) as picture:
            picture.load()


def test_a_refusal_is_said(qtbot, open_window, project, tmp_path, monkeypatch):
    out = tmp_path / "mine.csv"
    out.write_text("mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), FORMS["csv"]))
    window = open_window(project)
    with qtbot.waitSignal(window.session.failed) as failed:
        window.commands.trigger("predictions")
    assert "it is something else" in str(failed.args[0])
    assert out.read_text() == "mine"
