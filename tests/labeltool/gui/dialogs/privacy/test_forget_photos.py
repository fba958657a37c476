"""Photos are deleted for good from the window, which closes and opens the project meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from labeltool.gui.dialogs.privacy.forget_photos import ForgetPhotosDialog
from labeltool.project import forgetting
from labeltool.rounds.run_folder import RunFolder


@pytest.fixture
def window(qtbot, app, project):
    window = app.open(project)
    assert window is not None
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    return window


@pytest.fixture
def answer(qtbot):
    """Answers the question that comes next; the list gets what it has shown."""

    def come(photos: str) -> list[str]:
        shown: list[str] = []

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, ForgetPhotosDialog):
                QTimer.singleShot(10, look)
                return
            shown.append(dialog.photos.text())
            dialog.photos.setText(photos)
            assert not dialog.ok.isEnabled()
            dialog.search.click()
            qtbot.waitUntil(dialog.search.isEnabled)
            shown.append(dialog.plan.toPlainText())
            dialog.ok.click() if dialog.ok.isEnabled() else dialog.reject()

        QTimer.singleShot(0, look)
        return shown

    return come


def test_the_project_opens_again_without_the_photos(qtbot, app, window, answer):
    ends: list[int] = []
    QApplication.instance().lastWindowClosed.connect(lambda: ends.append(1))
    name, before = window.session.desk.face.name, window.session.desk.counts.faces
    shown = answer("00[01].jpg")
    window.commands.by_name["forget"].trigger()
    qtbot.waitUntil(lambda: app.window is not window)
    assert shown[0] == name
    assert "2 photos: 000.jpg, 001.jpg." in shown[1]
    assert "The photos themselves" in shown[1]
    assert app.window.isVisible()
    assert app.window.session.desk.counts.faces == before - 2
    assert "Nothing of them is left" in app.window.views.message_bar.label.text()
    assert ends == []


def test_nothing_happens_for_unknown_photos(qtbot, app, window, answer):
    shown = answer("nobody")
    app.forget_photos(window)
    assert "No photo of this project is called nobody." in shown[1]
    assert app.window is window
    assert window.isVisible()


def test_the_project_opens_again_if_it_fails(qtbot, app, window, answer, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forgetting, "forget_photos", fail)
    answer("000.jpg")
    before = window.session.desk.counts.faces
    app.forget_photos(window)
    assert app.welcome is not None
    assert "no space left" in app.welcome.message.label.text()
    monkeypatch.undo()
    app.open(window.session.store.folder)
    assert app.window.session.desk.counts.faces == before - 1


def test_a_running_round_stays(qtbot, app, window, answer, project):
    run = RunFolder(project / "rounds" / "x")
    answer("000.jpg")
    before = window.session.desk.counts.faces
    run.path.mkdir(parents=True)
    (run.path / "photos.json").write_text("[]", "utf-8")
    (run.path / "spec.json").write_text('{"roots": {}}', "utf-8")
    with run.hold_lock():
        app.forget_photos(window)
    assert "A round is running" in app.window.views.message_bar.label.text()
    assert app.window.session.desk.counts.faces == before
