"""The window's frames while a round of its project trains on the same computer, and without.

The two take turns, so that what else the computer does meets both. A ratio of 1 means that the
training takes nothing from the window.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from functools import partial
from pathlib import Path

from tests.bench.gallery import apart, pictures
from tests.bench.review import POINTS, Rows, generate
from tests.bench.window import LARGE, Clock

FACES = 2_000
TURNS = 3
"""So often the frames are measured without a training, and as often beside one."""

FRAMES = 200
"""Frames of each motion in a turn."""

NEXT_FACES = 20
"""Faces that are opened in a turn."""


def beside() -> None:
    """Print frames per second, alone and beside a training, and the ratio of the two."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "p"
        generate(project, FACES)
        pictures(project / "photos", FACES, LARGE, different=4)
        _state_size(project)
        made = apart("beside", "measure", folder)
    print(
        f"\nwindow beside a training of its project, 24-megapixel photos, {POINTS} landmarks; "
        f"frames/s of the median frame, ms of the slowest in a hundred"
    )
    print(f"{'':24}{'alone':>18}{'beside a training':>22}{'ratio':>8}")
    for name, alone in made["alone"].items():
        rows = alone, made["beside"][name]
        speeds = [1000 / statistics.median(row) for row in rows]
        slow = [sorted(row)[int(len(row) * 0.99)] for row in rows]
        print(
            f"{name:24}{speeds[0]:9.0f}, {slow[0]:5.1f} ms{speeds[1]:13.0f}, {slow[1]:5.1f} ms"
            f"{speeds[1] / speeds[0]:8.2f}"
        )
    print(f"trained meanwhile: {made['images']:.0f} images/s")


def _state_size(project: Path) -> None:
    """Let the project know how large its photos are; a round would not use them otherwise."""
    from labeltool.store import open_project

    store = open_project(project)
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE photo SET width = ?, height = ?", LARGE)
    store.close()


def measure(folder: str) -> None:
    """Measure in turns, then print the rows as one line of JSON."""
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QApplication

    from labeltool.app import App, configure_process
    from labeltool.domain.round_options import RoundOptions
    from labeltool.gui import theme
    from labeltool.gui.settings import Settings

    configure_process()
    application = QApplication([])
    theme.apply(application, "light")
    clock = Clock(application.processEvents)
    work = App(Settings()).open(Path(folder) / "p")
    assert work is not None
    work.resize(1920, 1080)
    session, canvas = work.session, work.views.canvas
    clock.until(lambda: canvas.photo is not None)

    def frames() -> Rows:
        """Milliseconds of each frame that a motion paints."""
        clock.took = {}
        for _ in range(NEXT_FACES):
            clock.rest(0.2)
            clock.time("", partial(work.commands.trigger, "next"), "next face")
        clock.until(lambda: canvas.photo is not None)
        canvas.framing.fit_face()
        middle = QPointF(canvas.viewport().rect().center())
        for frame in range(FRAMES):
            by = QPointF(*((6, 4) if frame // 20 % 2 else (-6, -4)))
            clock.time("", partial(canvas.pan, by), "move the photo")
        for frame in range(FRAMES):
            factor = 1.03 if frame // 20 % 2 else 1 / 1.03
            clock.time("", partial(canvas.zoom_at, factor, middle), "zoom")
        return clock.took

    def train(turn: int) -> None:
        """Let the round train, from its start or after a pause."""
        follower = session.round.rounds.follower
        if turn == 0:
            session.round.start(plan)
            clock.until(lambda: follower.is_running, 300)
            clock.until(lambda: follower.current.course.stage == "train", 600)
        else:
            session.round.toggle_pause()
            clock.until(lambda: not follower.current.course.is_paused)
        clock.rest(2)

    def pause(turn: int) -> None:
        """Let the round rest, once there is one."""
        if turn > 0:
            session.round.toggle_pause()
            clock.until(lambda: session.round.rounds.follower.current.course.is_paused)

    found: dict[str, Rows] = {"alone": {}, "beside": {}}
    speeds: list[float] = []
    frames()  # the first ones load what the others find
    plan = session.round.rounds.launcher.plan(
        RoundOptions(epochs=10_000, pseudo=False, device="cpu")
    )
    for turn in range(TURNS):
        for kind, prepare in (("alone", pause), ("beside", train)):
            prepare(turn)
            for name, values in frames().items():
                found[kind].setdefault(name, []).extend(values)
        course = session.round.rounds.follower.current.course
        speeds.append(course.values["images_per_second"])
    session.round.cancel()
    clock.until(lambda: not session.round.rounds.follower.is_running)
    work.close()
    print(json.dumps({**found, "images": statistics.mean(speeds)}))
