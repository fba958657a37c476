"""Rounds of a window that another machine trains."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from labeltool.domain import Cancelled, RoundStatus
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.dialogs.start_round import StartRoundDialog
from labeltool.gui.window import MainWindow
from labeltool.rounds import liveness
from labeltool.rounds.packs.running import PackRun
from tests.projects import write_photos


@pytest.fixture
def window(qtbot, open_window, project, monkeypatch, tmp_path) -> MainWindow:
    """A window whose workers are fake ones, with an accepted face; dialogs are agreed to."""
    worker = Path(__file__).parents[3] / "fake_worker.py"
    monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
    monkeypatch.setattr(StartRoundDialog, "exec", lambda self: 1)
    pack, results = str(tmp_path / "a.zip"), str(tmp_path / "a-results.zip")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (pack, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (results, ""))
    write_photos(project.parent / "photos", 10)
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    return window


def newest(window: MainWindow) -> RoundStatus:
    return window.session.store.rounds.all()[-1].status


def test_a_round_goes_out_and_its_results_come_in(qtbot, window, tmp_path):
    session = window.session
    shown = list[str]()
    session.message.connect(lambda text, _undo: shown.append(text))
    window.commands.trigger("pack_round")
    qtbot.waitUntil(lambda: newest(window) is RoundStatus.PACKED)
    qtbot.waitUntil(lambda: any("packed in" in text for text in shown))
    assert session.round.state is RoundState.IDLE
    with PackRun(tmp_path / "a.zip") as packed:
        packed.unpack(None, lambda done, total: None)
        packed.run(lambda event: None)
    window.commands.trigger("bring_in")
    qtbot.waitUntil(lambda: newest(window) is RoundStatus.READY)
    qtbot.waitUntil(lambda: session.round.state is RoundState.IDLE)
    assert session.store.faces.get(5).prediction.model == "round 1"


def test_results_that_are_none_are_refused_in_the_message_bar(qtbot, window, tmp_path):
    (tmp_path / "a-results.zip").write_bytes(b"no zip")
    with qtbot.waitSignal(window.session.failed) as failed:
        window.commands.trigger("bring_in")
    assert "a-results.zip does not hold the results" in str(failed.args[0].what)
    qtbot.waitUntil(lambda: window.session.round.state is RoundState.IDLE)


def test_packing_can_be_cancelled(qtbot, window, tmp_path, monkeypatch):
    def cancel(*_: object) -> None:
        raise Cancelled

    monkeypatch.setattr("labeltool.gui.background.round_controller.pack_round", cancel)
    with qtbot.waitSignal(window.session.message) as said:
        window.commands.trigger("pack_round")
    assert "nothing was packed" in said.args[0]
    assert not (tmp_path / "a.zip").exists()
