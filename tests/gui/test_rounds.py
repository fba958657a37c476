"""Rounds in the window: each ends visibly, whatever else happens to the project meanwhile."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from labeltool import rounds as rounds_module
from labeltool.domain import Filter, RoundStatus
from labeltool.gui.window import MainWindow
from tests.gui.test_window import lock


@pytest.fixture
def fake_worker(monkeypatch) -> None:
    """Rounds without a network; environment FAKE_WORKER says how they go."""
    worker = Path(__file__).parents[1] / "fake_worker.py"
    monkeypatch.setattr(rounds_module, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))


def start(qtbot, window: MainWindow) -> None:
    """Accept a face and start a training, until its worker runs."""
    window.ask_running = lambda: "cancel"  # type: ignore[method-assign]
    qtbot.keyClick(window.canvas, Qt.Key.Key_A)
    session = window.session
    session.start_round(session.rounds.plan())
    qtbot.waitUntil(lambda: session.rounds.running and not session.starting)


def status(window: MainWindow) -> RoundStatus:
    return window.session.store.rounds.all()[-1].status


def test_a_round_that_fails_while_the_project_is_locked_is_ended_though_the_person_goes_on(
    qtbot, open_window, project, fake_worker, monkeypatch
):
    monkeypatch.setenv("FAKE_WORKER", "hang")
    window = open_window(project)
    start(qtbot, window)
    qtbot.waitUntil(window.panel.isVisible)
    other = lock(project)
    window.session.rounds._job.worker.process.kill()
    window.session.rounds._job.worker.process.wait()
    qtbot.wait(500)  # the failure has been noticed, and could not be written
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    qtbot.wait(300)
    assert status(window) is RoundStatus.RUNNING
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: status(window) is RoundStatus.FAILED)
    qtbot.waitUntil(lambda: "was killed" in window.panel.detail.text())
    assert window.session.rounds.plan().manual == 1


def test_what_is_not_about_the_face_on_the_desk_is_written_though_the_person_goes_on(
    qtbot, open_window, project, tmp_path, monkeypatch
):
    window = open_window(project)
    session = window.session
    monkeypatch.setattr(session, "predict", lambda: None)  # the new face asks for a worker
    (tmp_path / "photos").rename(tmp_path / "moved")
    (root,) = session.store.faces.roots()
    other = lock(project)
    session.do_for_project(partial(session.store.filters.save, "mine", Filter(order="score")))
    session.do_for_project(partial(window._prompts._move_photos, root, tmp_path / "moved"))
    session.do_for_project(partial(session.desk.flag_many, [5, 6]))
    photo = session.desk.face.photo_id
    session.draw_box(photo, (5.0, 5.0, 50.0, 50.0))
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    here = session.desk.face.id
    qtbot.keyClick(window.canvas, Qt.Key.Key_F)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: not session._writes._pending)
    assert [saved.name for saved in session.store.filters.all()] == ["mine"]
    assert session.store.faces.roots()[root] == tmp_path / "moved"
    assert [session.store.faces.face(face).flag for face in (5, 6)] == [True, True]
    assert len(session.store.boxes.of_photo(photo)) == 2
    assert session.desk.face.id == here + 1  # nobody is taken away from a face
    assert not session.store.faces.face(here).flag
    assert not session.store.faces.face(here + 1).flag
    assert "Nothing was changed" in window.message.label.text()
