"""The welcome page and the sample project."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt

from labeltool.domain import Verdict
from labeltool.gui.window import MainWindow


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program keeps its data, for this test."""
    folder = tmp_path / "data"
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(folder))
    return folder


def settled(window: MainWindow) -> bool:
    session = window.session
    waiting = session.store.faces.count_unpredicted()
    return not (
        session.importer.is_searching or session.round.rounds.follower.is_running or waiting
    )


@pytest.mark.slow
def test_the_sample_button_makes_a_project_once_and_reopens_it(qtbot, app, data):
    welcome = app.show_welcome()
    qtbot.mouseClick(welcome.sample, Qt.MouseButton.LeftButton)
    window = app.window
    assert not welcome.isVisible()
    assert window.session.store.folder == data / "sample"
    desk = window.session.desk
    qtbot.waitUntil(lambda: desk.face is not None)
    qtbot.waitUntil(lambda: settled(window), timeout=120_000)
    counts = window.session.store.queue.counts()
    assert counts.photos == 52
    assert counts.proposed == counts.faces >= 63
    face = desk.face.id
    window.commands.trigger("accept")
    window.close()

    qtbot.mouseClick(app.show_welcome().sample, Qt.MouseButton.LeftButton)
    window = app.window
    assert window.session.store.queue.counts().faces == counts.faces
    assert window.session.store.faces.get(face).verdict is Verdict.ACCEPTED
    assert not window.session.importer.is_searching
    window.close()
    gc.collect()


def test_the_welcome_page_reports_a_folder_of_another_project(qtbot, app, data, project):
    shutil.copytree(project, data / "sample")
    welcome = app.show_welcome()
    qtbot.mouseClick(welcome.sample, Qt.MouseButton.LeftButton)
    assert app.window is None
    assert "already holds another project" in welcome.message.label.text()
    assert welcome.isVisible()
    welcome.close()
