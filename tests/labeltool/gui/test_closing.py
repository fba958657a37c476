"""A closed window stops everything it began, and Qt destroys it with its session."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from labeltool.app import App
from labeltool.domain import N_, DamagedError, Verdict
from labeltool.gui import theme
from labeltool.gui.dialogs.report.report_dialog import ReportDialog
from labeltool.gui.window import MainWindow
from labeltool.rounds.quality.round_course import RoundCourse
from labeltool.store import open_project
from tests.measured_rounds import add_measured_round

DIALOGS = (
    "import", "import_labels", "export", "predictions", "problems", "relocate", "scheme",
    "accept_above", "accept_all", "train", "pack_round", "bring_in", "audit", "rounds", "batches",
    "keys", "save_filter",
)  # fmt: skip


@pytest.fixture
def judged(project: Path) -> Path:
    """A project with a label, to train on, and a round with a report."""
    store = open_project(project)
    points = {face: store.faces.get(face).prediction.points for face in range(1, 11)}
    store.decisions.decide("ann", [9], Verdict.CORRECTED, points=points[9] + 5)
    audit = {face: points[face] for face in range(1, 5)}
    add_measured_round(
        store, audit=audit, before=audit, after=audit, labels={9: points[9]}, predicted=points
    )
    store.close()
    return project


@pytest.fixture
def dialogs_close(qapp: QApplication) -> Iterator[list[str]]:
    """Close every dialog as soon as it is open; the class names of those that were destroyed."""
    seen: list[str] = []

    def close() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            dialog.destroyed.connect(partial(seen.append, type(dialog).__name__))
            dialog.close()

    timer = QTimer(interval=10)
    timer.timeout.connect(close)
    timer.start()
    yield seen
    timer.stop()


def opened(qtbot, app: App, project: Path) -> MainWindow:
    window = app.open(project)
    assert window is not None
    window.activateWindow()
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    return window


def close_and_wait(qtbot, window: MainWindow) -> Callable[[], bool]:
    """Close the window and wait until Qt has destroyed it; whether nothing of it is left."""
    destroyed: list[str] = []
    window.destroyed.connect(lambda: destroyed.append("window"))
    window.session.destroyed.connect(lambda: destroyed.append("session"))
    left = [weakref.ref(part) for part in (window, window.session, window.views)]
    assert window.close()
    qtbot.waitUntil(lambda: len(destroyed) == 2)
    assert destroyed == ["window", "session"]

    def is_gone() -> bool:
        gc.collect()
        return all(ref() is None for ref in left)

    return is_gone


def test_a_closed_window_is_destroyed_and_collected(qtbot, app, project):
    window = opened(qtbot, app, project)
    is_gone = close_and_wait(qtbot, window)
    assert app.window is None
    del window
    assert is_gone()


def test_garbage_collection_leaves_a_closed_window_to_qt(qtbot, app, project):
    window = opened(qtbot, app, project)
    destroyed: list[str] = []
    window.destroyed.connect(lambda: destroyed.append("window"))
    button = window._toolbar.widgetForAction(window.commands.by_name["reject"])
    assert button is not None
    window.close()
    del window, button
    gc.collect()
    assert destroyed == []
    qtbot.waitUntil(lambda: destroyed == ["window"])


def test_a_window_is_collected_after_its_dialogs(qtbot, app, judged, dialogs_close):
    window = opened(qtbot, app, judged)
    for name in DIALOGS:
        window.commands.trigger(name)
        qtbot.waitUntil(lambda: bool(dialogs_close))
        dialogs_close.clear()
    is_gone = close_and_wait(qtbot, window)
    del window
    assert is_gone()


def read_report(qtbot, window: MainWindow) -> list[str]:
    """Show a report; what is destroyed of it."""
    window.dialogs.show_report(1)
    dialog = window.findChild(ReportDialog)
    qtbot.waitUntil(lambda: dialog.report is not None)
    destroyed: list[str] = []
    dialog.destroyed.connect(lambda: destroyed.append("report"))
    return destroyed


def test_a_window_is_collected_after_a_report(qtbot, app, judged):
    window = opened(qtbot, app, judged)
    destroyed = read_report(qtbot, window)
    is_gone = close_and_wait(qtbot, window)  # while its report is open
    assert destroyed == ["report"]
    del window
    assert is_gone()


def test_a_window_is_collected_while_its_report_is_read(qtbot, app, judged):
    window = opened(qtbot, app, judged)
    window.dialogs.show_report(1)
    is_gone = close_and_wait(qtbot, window)
    del window
    assert is_gone()


def test_a_window_is_collected_after_it_showed_the_curves_of_a_round(qtbot, app, project):
    window = opened(qtbot, app, project)
    panel = window.views.round_progress
    panel.show()
    panel.details.show()
    panel.details.show_course(RoundCourse())
    assert panel.details.losses is not None
    del panel
    is_gone = close_and_wait(qtbot, window)
    del window
    assert is_gone()


def test_the_window_before_another_language_is_collected(qtbot, app, project):
    window = opened(qtbot, app, project)
    destroyed: list[str] = []
    window.destroyed.connect(lambda: destroyed.append("window"))
    left = weakref.ref(window)
    app.apply_language()
    assert app.window is not window
    assert app.window.session is window.session
    del window
    qtbot.waitUntil(lambda: destroyed == ["window"])
    gc.collect()
    assert left() is None


# The fixture `closed_projects_stay_closed` fails these if anything reads the project.


def test_a_closed_window_does_not_follow_the_palette(qtbot, qapp, app, project):
    window = opened(qtbot, app, project)
    window.close()
    theme.apply(qapp, "dark")
    assert window.views.history.list.count()
    qtbot.waitUntil(lambda: not isValid(window))


def test_a_closed_window_does_not_search(qtbot, app, project):
    window = opened(qtbot, app, project)
    qtbot.keyClicks(window.views.filters.search, "00")
    timers = window.findChildren(QTimer)
    assert window.views.filters._search_timer.isActive()
    window.close()
    assert not any(timer.isActive() for timer in timers)
    qtbot.waitUntil(lambda: not isValid(window))


def test_a_closed_session_hears_of_no_task_that_has_ended(qtbot, app, project):
    window = opened(qtbot, app, project)
    session, done = window.session, threading.Event()
    session.tasks.run_hidden(
        "queries", "Counting", lambda _progress: done.set(), ended=session.importer._search_ended
    )
    done.wait()
    window.close()  # the end of the task is in the event queue
    qtbot.waitUntil(lambda: not isValid(window))


def test_a_damaged_project_is_left_once_its_dialog_has_closed(qtbot, app, project, monkeypatch):
    window = opened(qtbot, app, project)
    offered: list[Path] = []
    monkeypatch.setattr(App, "offer_backup", lambda self, folder, error: offered.append(folder))
    damaged = DamagedError(N_("The project file is damaged."), N_("Restore a backup."))
    QTimer.singleShot(0, lambda: window.session.failed.emit(damaged))
    window.commands.trigger("rounds")  # returns when the dialog has closed
    qtbot.waitUntil(lambda: offered == [project])
    assert app.window is None
