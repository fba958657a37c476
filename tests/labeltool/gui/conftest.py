"""A real window on a real project of synthetic photos."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from labeltool.app import App
from labeltool.domain import NewPrediction, RoundKind
from labeltool.gui import theme
from labeltool.gui.i18n.language import install_language
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from labeltool.gui.window import MainWindow
from labeltool.review.batches import Batches
from labeltool.review.current_face import CurrentFace
from labeltool.review.desk import Desk
from labeltool.review.landmark_edits import LandmarkEdits
from labeltool.review.queue import ReviewQueue
from labeltool.review.throughput import Throughput
from labeltool.review.undo_stack import UndoStack
from labeltool.store import FILE, Store
from labeltool.store.database.engine import Database
from pipnet.data.scheme import load_scheme
from tests.projects import make_project

Open = Callable[[Path], MainWindow]
MakeProject = Callable[[Path, int], Path]


def fill(store: Store, photos: Path, count: int) -> list[int]:
    """Add `count` photos with one face each, and predictions of rising score and falling
    expected error."""
    photos.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    names = [f"{k:03d}.jpg" for k in range(count)]
    for name in names:
        pixels = rng.integers(60, 200, (240, 320, 3), np.uint8)
        Image.fromarray(pixels).save(photos / name)
    store.photos.add(store.photos.add_root(photos), [(name, 1) for name in names])
    store.photos.save_search_results(
        [
            {
                "photo": photo, "sha256": "0", "width": 320, "height": 240,
                "faces": [((80.0, 40.0, 150.0, 170.0), 0.9)],
            }
            for photo, _ in store.photos.unsearched()
        ]
    )  # fmt: skip
    faces = [row[0] for row in store.faces.boxes()]
    round_id = store.rounds.add(RoundKind.PREDICT, "", "rounds/none", {})
    store.rounds.set_model(round_id, "starter", "digest")
    angle = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    points = np.stack([155 + 60 * np.sin(angle), 130 - 60 * np.cos(angle)], -1)
    store.rounds.offer(
        round_id,
        [
            NewPrediction(
                face,
                points,
                np.full(68, k / count, np.float32),
                k / count,
                0.1,
                np.full(68, (1 - k / count) / 10, np.float32),
                (1 - k / count) / 10,
            )
            for k, face in enumerate(faces)
        ],
    )
    store.rounds.finish(round_id, {}, visible=False)
    return faces


@pytest.fixture(autouse=True, scope="session")
def english(qapp: QApplication) -> None:
    """Tests expect English, whatever the language of the system."""
    install_language(qapp, "en")


@pytest.fixture(autouse=True, scope="module")
def frozen() -> None:
    """Leave what earlier tests imported and cached out of the collection at the end of each test,
    which then takes 10 ms, not 100 ms."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def desks_stay_on_their_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Using a desk, or a part of it, on another thread than the one it was made on raises."""
    owners: dict[int, int] = {}  # threads, by the ids of desks and parts

    def own(init: Callable[..., None]) -> Callable[..., None]:
        def owned(self: object, *args: Any, **kwargs: Any) -> None:
            owners[id(self)] = threading.get_ident()
            init(self, *args, **kwargs)

        return owned

    def is_elsewhere(part: object) -> bool:
        here = threading.get_ident()
        return owners.get(id(part), here) != here  # a test before may have left one behind

    def get(self: object, name: str) -> object:
        if is_elsewhere(self):
            refuse(self, name)
        return object.__getattribute__(self, name)

    def put(self: object, name: str, value: object) -> None:
        if is_elsewhere(self):
            refuse(self, name)
        object.__setattr__(self, name, value)

    def refuse(part: object, name: str) -> None:
        here = threading.current_thread().name
        raise RuntimeError(f"{type(part).__name__}.{name} used by {here}")

    for part in (Desk, CurrentFace, ReviewQueue, LandmarkEdits, UndoStack, Batches, Throughput):
        monkeypatch.setattr(part, "__init__", own(part.__init__))
        monkeypatch.setattr(part, "__getattribute__", get, raising=False)
        monkeypatch.setattr(part, "__setattr__", put, raising=False)


@pytest.fixture(autouse=True)
def closed_projects_stay_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading or writing a project that was closed raises; without this, reading opens it again."""
    closed: weakref.WeakSet[Database] = weakref.WeakSet()

    def guarded(use: Callable[..., Any]) -> Callable[..., Any]:
        def checked(self: Database, *args: Any, **kwargs: Any) -> Any:
            if self in closed:
                raise RuntimeError(f"{self.path} was closed")
            return use(self, *args, **kwargs)

        return checked

    def close(self: Database) -> None:
        end(self)
        closed.add(self)

    for name in ("read", "write", "checkpoint", "data_version"):
        monkeypatch.setattr(Database, name, guarded(getattr(Database, name)))
    end = Database.close
    monkeypatch.setattr(Database, "close", close)


@pytest.fixture
def open_sessions(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """The sessions that are open. One that a test leaves would go on with its timers, and make a
    backup in the middle of another test."""
    sessions: list[Session] = []
    start, close = Session.start, Session.close

    def started(self: Session) -> None:
        sessions.append(self)
        start(self)

    def closed(self: Session) -> None:
        close(self)
        sessions.remove(self)

    monkeypatch.setattr(Session, "start", started)
    monkeypatch.setattr(Session, "close", closed)
    return sessions


@pytest.fixture
def app(
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_sessions: list[Session],
) -> Iterator[App]:
    monkeypatch.setenv("LABELTOOL_SETTINGS", str(tmp_path / "settings.ini"))
    monkeypatch.setenv("LABELTOOL_CACHE", str(tmp_path / "cache"))
    theme.apply(qapp, "light")
    settings = Settings()
    settings.language = "en"
    made = App(settings)
    yield made
    if made.window is not None:
        made.window.close()
    made.close()
    install_language(qapp, "en")
    gc.collect()
    gc.enable()
    assert not open_sessions


@pytest.fixture(scope="session")
def filled_project(tmp_path_factory: pytest.TempPathFactory) -> MakeProject:
    """Make `project` and `photos` in a folder (see `fill`), copied from a cached template."""
    templates: dict[int, Path] = {}

    def make(folder: Path, count: int) -> Path:
        if count not in templates:
            template = templates[count] = tmp_path_factory.mktemp("template")
            store = make_project(template / "project", scheme=load_scheme("300w"))
            fill(store, template / "photos", count)
            store.close()
        shutil.copytree(templates[count], folder, dirs_exist_ok=True)
        connection = sqlite3.connect(folder / "project" / FILE)
        with connection:
            connection.execute("UPDATE root SET path = ?", [str(folder / "photos")])
        connection.close()
        return folder / "project"

    return make


@pytest.fixture
def project(tmp_path: Path, filled_project: MakeProject) -> Path:
    """Ten faces with expected errors from 10 % down to 1 %, all unreviewed."""
    return filled_project(tmp_path, 10)


@pytest.fixture
def open_window(qtbot: QtBot, app: App) -> Iterator[Open]:
    """Open project windows; afterwards close them, and check that no thread is left."""
    before = set(threading.enumerate())
    windows: list[MainWindow] = []

    def opened(folder: Path) -> MainWindow:
        window = app.open(folder)
        assert window is not None
        windows.append(window)
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        if not window.views.shows_gallery:
            qtbot.waitUntil(
                lambda: window.views.canvas.photo is not None or not window.session.desk.queue.faces
            )
            window.views.canvas.setFocus()
        return window

    yield opened
    if app.window is not None:  # another one where the language was changed
        windows.append(app.window)
    for window in windows:
        if isValid(window) and window.isVisible():
            window.close()
    assert not [t for t in set(threading.enumerate()) - before if t.is_alive()]
