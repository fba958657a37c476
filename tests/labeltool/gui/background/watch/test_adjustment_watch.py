"""The window notices that an adjustment is worth it, asks, adjusts and takes it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from labeltool.gui.background.watch import adjustment_watch
from labeltool.gui.window import MainWindow
from tests.biased_network import SIX, label, offer
from tests.projects import make_project

FACES, LABELLED = 60, 30


@pytest.fixture
def window(
    tmp_path: Path, open_window: Callable[[Path], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> MainWindow:
    """A window on 60 faces, of which 30 have labels."""
    monkeypatch.setattr(adjustment_watch, "DEBOUNCE_MS", 1)
    store = make_project(tmp_path / "project", FACES, SIX)
    (tmp_path / "photos").mkdir()
    for number in range(FACES):
        pixels = np.full((100, 100, 3), 90, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{number:05d}.jpg")
    offer(store, range(1, FACES + 1))
    label(store, range(1, LABELLED + 1))
    store.close()
    return open_window(tmp_path / "project")


def answer(monkeypatch: pytest.MonkeyPatch, yes: bool) -> list[str]:
    """Answer the next questions; the list gets their texts."""
    asked: list[str] = []

    def answered(box: QMessageBox) -> int:
        asked.append(box.text())
        role = QMessageBox.ButtonRole.AcceptRole if yes else QMessageBox.ButtonRole.RejectRole
        next(each for each in box.buttons() if box.buttonRole(each) == role).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answered)
    return asked


def places(window: MainWindow) -> list[list[list[float]]]:
    store = window.session.store
    return [store.faces.get(face).points.tolist() for face in range(1, FACES + 1)]


def test_it_is_noticed_while_labelling(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    with qtbot.waitSignal(session.adjustments.hint) as hint:
        session.desk.open(LABELLED + 1)
        window.commands.trigger("accept")
    assert "adjusted, by" in hint.args[0]
    assert "Rounds > Adjust proposals" in window.views.message_bar.label.text()


def test_the_command_asks_adjusts_and_can_be_undone(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, before = window.session, places(window)
    asked = answer(monkeypatch, yes=False)
    with qtbot.waitSignal(session.adjustments.learned):
        window.commands.trigger("adjust")
    assert "On 30 labelled faces the network is off by" in asked[0]
    assert places(window) == before
    answer(monkeypatch, yes=True)
    with qtbot.waitSignal(session.message) as told:
        window.commands.trigger("adjust")
    assert told.args[0].startswith("The proposals of 30 faces were adjusted.")
    after = places(window)
    assert after[:LABELLED] == before[:LABELLED]
    assert all(a != b for a, b in zip(after[LABELLED:], before[LABELLED:], strict=True))
    assert (
        not session.round.rounds.adjuster.learn().is_worth_offering
    )  # until there are more labels
    window.commands.trigger("undo")
    qtbot.waitUntil(lambda: places(window) == before)
    assert session.round.rounds.adjuster.learn().is_worth_offering
