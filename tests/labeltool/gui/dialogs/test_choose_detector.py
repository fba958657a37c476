"""The dialog that chooses a plug-in or an ONNX file, and what follows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from labeltool.gui.dialogs.choose_detector import ChooseDetectorDialog
from labeltool.rounds.proposals.other_detectors import OtherDetector

INSTALLED = (OtherDetector("mesh", package="face-mesh 2.1"), OtherDetector("toy", package="toy 1"))


def test_a_plugin_is_chosen(qtbot):
    dialog = ChooseDetectorDialog(INSTALLED, 12)
    qtbot.addWidget(dialog)
    assert dialog.chosen() == INSTALLED[0]
    assert dialog.detectors.item(0).text() == "mesh  (face-mesh 2.1)"
    dialog.show()
    assert not dialog.empty.isVisible()
    dialog.detectors.setFocus()
    qtbot.keyClick(dialog.detectors, Qt.Key.Key_Down)
    assert dialog.chosen() == INSTALLED[1]
    dialog.ok.click()
    assert dialog.result() == ChooseDetectorDialog.DialogCode.Accepted


def test_without_plugins_a_file_can_be_chosen(qtbot, tmp_path: Path, monkeypatch):
    dialog = ChooseDetectorDialog((), 1)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.empty.isVisible()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    assert dialog.chosen() is None
    file = tmp_path / "net.onnx"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    dialog.add_file.click()
    assert dialog.empty.text() == f"There is no file {file}."
    file.touch()
    dialog.add_file.click()
    assert dialog.chosen() == OtherDetector("net.onnx", file)
    assert dialog.detectors.item(0).text() == f"net.onnx  ({tmp_path})"
    assert dialog.ok.isEnabled()
    assert not dialog.empty.isVisible()
