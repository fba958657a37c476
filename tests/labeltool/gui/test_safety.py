"""Full disks, damaged files and backups in the window."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from labeltool.domain import Changes, UserError, Verdict
from labeltool.gui.background import auto_backup as automatic
from labeltool.gui.background.tasks import Task
from labeltool.gui.dialogs.damaged_project import RecoveryDialog
from labeltool.rounds import liveness
from labeltool.store import FILE, backups, open_project
from labeltool.store.recovery import backups as backups_module
from tests.labeltool.gui.test_window import verdict
from tests.projects import change, fill_disk
from tests.waiting import WAIT_SECONDS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def backed_up(project) -> Path:
    """A project whose backup holds one decision, and the file itself two."""
    store = open_project(project)
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    store.back_up("work")
    store.decisions.decide("ann", [2], Verdict.ACCEPTED)
    store.close()
    return project


def press_restore(qtbot, monkeypatch, said: list[str]) -> None:
    """Press the button of the recovery dialog as soon as it is shown."""

    def press(dialog: RecoveryDialog) -> int:
        said.append(dialog.lost.text())
        dialog.show()
        with qtbot.waitSignal(dialog.accepted):
            qtbot.mouseClick(dialog.ok, LEFT)
        return 1

    monkeypatch.setattr(RecoveryDialog, "exec", press)


@pytest.mark.parametrize("damage", ["overwritten", "truncated", "empty", "gone"])
def test_a_damaged_project_is_restored_from_the_dialog(qtbot, app, backed_up, monkeypatch, damage):
    file = backed_up / FILE
    if damage == "overwritten":
        file.write_bytes(b"\xa5" * 9000 + file.read_bytes()[9000:])
    elif damage == "truncated":
        file.write_bytes(file.read_bytes()[:3000])
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.unlink()
    said: list[str] = []
    press_restore(qtbot, monkeypatch, said)
    window = app.open(backed_up)
    assert "will be lost" in said[0]
    assert (verdict(window, 1), verdict(window, 2)) == (Verdict.ACCEPTED, Verdict.UNREVIEWED)
    assert "was restored" in window.views.message_bar.label.text()
    kept = list(backed_up.glob("project.replaced-*.sqlite"))
    assert bool(kept) is (damage != "gone")
    assert not app.welcome.isVisible()
    window.close()


def test_the_dialog_counts_lost_decisions_if_the_log_is_readable(
    qtbot, app, backed_up, monkeypatch
):
    store = open_project(backed_up)
    change(store, "DELETE FROM project")
    store.close()
    said: list[str] = []
    press_restore(qtbot, monkeypatch, said)
    app.open(backed_up).close()
    assert said[0].startswith("1 decision made after ")


def test_the_welcome_page_shows_the_error_without_a_backup_or_after_cancel(
    app, backed_up, monkeypatch
):
    (backed_up / FILE).write_bytes(b"")
    monkeypatch.setattr(RecoveryDialog, "exec", lambda dialog: 0)
    assert app.open(backed_up) is None
    assert "is empty" in app.welcome.message.label.text()
    shutil.rmtree(backed_up / "backups")
    monkeypatch.setattr(RecoveryDialog, "exec", None)
    assert app.open(backed_up) is None
    assert "is empty" in app.welcome.message.label.text()
    app.welcome.close()


def test_damaged_backups_cannot_be_chosen_and_a_failed_restore_shows_a_message(
    qtbot, app, backed_up, monkeypatch
):
    good = backups(backed_up)[0].file
    bad = good.with_name("99999-2099-01-01T00-00-00-000Z-work.sqlite")
    bad.write_bytes(b"x" * 5000)
    (backed_up / FILE).write_bytes(b"")

    def look(dialog: RecoveryDialog) -> int:
        dialog.show()
        assert dialog.list.count() == 2
        assert not dialog.list.item(0).flags() & Qt.ItemFlag.ItemIsEnabled
        assert dialog.list.currentRow() == 1
        good.write_bytes(b"x" * 5000)
        qtbot.mouseClick(dialog.ok, LEFT)
        qtbot.waitUntil(lambda: "is damaged too" in dialog.lost.text())
        assert dialog.isEnabled()
        dialog.reject()
        return 0

    monkeypatch.setattr(RecoveryDialog, "exec", look)
    assert app.open(backed_up) is None
    app.welcome.close()


def test_damage_found_while_working_opens_the_recovery_dialog(
    qtbot, app, backed_up, open_window, monkeypatch
):
    window = open_window(backed_up)
    monkeypatch.setattr(sys, "excepthook", app.handle_exception)
    window.session.store._database.checkpoint(truncate=True)
    content = (backed_up / FILE).read_bytes()
    (backed_up / FILE).write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    said: list[str] = []
    press_restore(qtbot, monkeypatch, said)
    window.session.store._database.readers.dispose()  # or the pages are still in its memory
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: bool(said) and app.window is not None and app.window is not window)
    assert not window.isVisible()
    assert verdict(app.window, 1) is Verdict.ACCEPTED
    app.window.close()


def test_a_full_disk_shows_a_message_and_keeps_the_last_state(qtbot, open_window, project):
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    fill_disk(window.session.store, spare=0)
    face = window.session.desk.face.id
    for _ in range(300):
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_F)
        if "is full; nothing was lost" in window.views.message_bar.label.text():
            break
    assert "is full; nothing was lost" in window.views.message_bar.label.text()
    assert "Free some space" in window.views.message_bar.label.text()
    flagged = window.session.store.faces.get(face).flag
    assert window.session.desk.face.flag is flagged
    fill_disk(window.session.store, spare=1000)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_F)
    assert window.session.store.faces.get(face).flag is not flagged
    assert verdict(window, 1) is Verdict.ACCEPTED


def test_results_wait_for_disk_space_with_one_message_only(
    qtbot, open_window, project, monkeypatch
):
    worker = Path(__file__).parents[2] / "fake_worker.py"
    monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
    usage = shutil.disk_usage(project)
    monkeypatch.setattr(backups_module.shutil, "disk_usage", lambda folder: usage._replace(free=0))
    window = open_window(project)
    session = window.session
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
    failed: list[UserError] = []
    session.failed.connect(failed.append)
    session.round.start(session.round.rounds.launcher.plan())
    qtbot.waitUntil(lambda: bool(failed))
    for _ in range(5):
        session._poll()
    assert len(failed) == 1
    assert "no room for a backup" in window.views.message_bar.label.text()
    assert session.store.queue.counts().rounds == 0
    monkeypatch.setattr(backups_module.shutil, "disk_usage", lambda folder: usage)
    session.round._retry_at = 0.0
    with qtbot.waitSignal(session.round.ended):
        pass
    assert session.store.queue.counts().rounds == 1
    assert verdict(window, 1) is Verdict.ACCEPTED


class TestAutomaticBackups:
    def test_opening_makes_a_backup_after_a_day(self, qtbot, open_window, project):
        store = open_project(project)
        change(store, "UPDATE project SET created = '2026-01-01T00:00:00.000+00:00'")
        store.close()
        open_window(project)
        qtbot.waitUntil(lambda: [b.reason for b in backups(project)] == ["day"])

    def test_a_backup_is_made_after_work_but_not_after_idleness(
        self, qtbot, open_window, project, monkeypatch
    ):
        window = open_window(project)
        keeper = window.session.backups
        monkeypatch.setattr(automatic, "BACKUP_SECONDS", 0)
        keeper._has_changes = False
        keeper.back_up_if_due()
        qtbot.keyClick(window.views.canvas, Qt.Key.Key_A)
        keeper.back_up_if_due()
        qtbot.waitUntil(lambda: [b.reason for b in backups(project)] == ["work"])
        keeper.back_up_if_due()
        assert len(backups(project)) == 1

    def test_a_failed_backup_is_reported_once(self, qtbot, open_window, project, monkeypatch):
        window = open_window(project)
        usage = shutil.disk_usage(project)._replace(free=0)
        monkeypatch.setattr(backups_module.shutil, "disk_usage", lambda folder: usage)
        failed: list[UserError] = []
        window.session.failed.connect(failed.append)
        keeper = window.session.backups
        keeper._back_up("work")
        qtbot.waitUntil(lambda: bool(failed))
        assert "no room for a backup" in window.views.message_bar.label.text()
        ended: list[object] = []
        window.session.tasks.started.connect(lambda task: task.failed.connect(ended.append))
        keeper._back_up("work")
        qtbot.waitUntil(lambda: bool(ended))
        QApplication.processEvents()
        assert len(failed) == 1

    def test_closing_the_window_does_not_wait_for_a_backup(
        self, qtbot, open_window, project, monkeypatch
    ):
        window = open_window(project)
        begun: list[int] = []
        cancelled, cancel = threading.Event(), Task.cancel

        def slowly(descriptor: int) -> None:
            begun.append(descriptor)
            if len(begun) > 1:
                assert cancelled.wait(WAIT_SECONDS)

        monkeypatch.setattr(Task, "cancel", lambda task: (cancel(task), cancelled.set()))

        monkeypatch.setattr(backups_module, "_COPY_BYTES", 4096)
        monkeypatch.setattr(backups_module.os, "fsync", slowly)
        window.session.backups._back_up("work")
        qtbot.waitUntil(lambda: len(begun) > 1)
        window.close()
        assert cancelled.is_set()
        assert len(begun) < 10
        assert backups(project) == []
        assert not list((project / "backups").iterdir())


def test_the_history_panel_follows_the_palette(qtbot, open_window, project):
    window = open_window(project)
    qtbot.keyClick(window.views.canvas, Qt.Key.Key_X)
    window.session.desk.open(1)
    window.session.publish(Changes())

    def colour() -> str:
        pixels = window.views.history.list.item(0).icon().pixmap(16, 16).toImage()
        return pixels.pixelColor(8, 2).name()

    light = colour()
    window.commands.trigger("dark")
    qtbot.waitUntil(lambda: colour() != light)
    window.commands.trigger("light")
