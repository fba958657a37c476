"""Take the screenshots of the readme, on the sample project.

    python scripts/screenshots.py [OUT]        (docs/images unless told otherwise)

Makes one project, reviews part of it and trains for a few epochs. Takes every view in the light and
the dark palette, and one in Korean. To add a view, add a function to VIEWS.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WINDOW_SIZE = (1280, 720)
WELCOME_SIZE = (960, 540)
SHOWN_PHOTO = "portrait-0012.jpg"
"""The photo on the screenshots; those before it are decided."""

JUDGED_FACES = 12
"""Faces that are judged before the picture of a face to judge."""

TIMEOUT_SECONDS = 600.0


class Studio:
    """The program with an offscreen window, and its project."""

    def __init__(self, folder: Path) -> None:
        os.environ |= {
            "QT_QPA_PLATFORM": "offscreen",
            "LABELTOOL_SETTINGS": str(folder / "settings.ini"),
            "LABELTOOL_RUNTIME": str(folder / "runtime"),
        }
        from PySide6.QtWidgets import QApplication

        from labeltool.app import App
        from labeltool.gui import theme
        from labeltool.gui.settings import Settings

        self._application = QApplication([])
        self._theme = theme
        self._settings = Settings()
        self._settings.language = "en"
        self.app = App(self._settings)
        self.folder = folder

    def wait(self, done: Callable[[], object], quiet: float = 0.0) -> None:
        """Process events until `done`, and then for `quiet` seconds."""
        begun = time.monotonic()
        while not done():
            self._application.processEvents()
            time.sleep(0.01)
            if time.monotonic() - begun > TIMEOUT_SECONDS:
                raise TimeoutError(f"waited {TIMEOUT_SECONDS:.0f} s")
        end = time.monotonic() + quiet
        while time.monotonic() < end:
            self._application.processEvents()
            time.sleep(0.01)

    def colours(self, mode: str) -> None:
        """Apply the light or the dark palette."""
        self._theme.apply(self._application, mode)

    def speak(self, language: str) -> None:
        """Show the windows in English or Korean."""
        if language != self._settings.language:
            self._settings.language = language
            self.app.apply_language()


def welcome(studio: Studio) -> Callable[[], object]:
    """The first page, as a newcomer sees it."""
    page = studio.app.show_welcome()
    page.resize(*WELCOME_SIZE)
    return page.grab


def open_sample(studio: Studio) -> None:
    """Make the sample project, wait for its proposals, and decide on a third of the faces."""
    window = studio.app.sample(studio.folder / "sample")
    if window is None:
        raise SystemExit("the sample could not be opened")
    window.resize(*WINDOW_SIZE)
    session = window.session
    store = session.store
    studio.wait(lambda: store.queue.counts().faces > 0)
    studio.wait(
        lambda: (
            not (
                session.importer.is_searching
                or session.round.rounds.follower.is_running
                or store.faces.count_unpredicted()
            )
        )
    )
    for number in range(100):
        studio.wait(lambda: session.desk.face is not None, 0.3)  # about as quick as a person
        if session.desk.face.photo.name == SHOWN_PHOTO:
            break
        verdict = "reject" if number % 8 == 5 else "accept"
        if number % 8 == 2:
            window.commands.trigger("flag")
        window.commands.trigger(verdict)
    studio.wait(lambda: window.views.canvas.photo is not None, 1)


def review(studio: Studio) -> Callable[[], object]:
    """One face in its photo."""
    if studio.app.window is None:
        open_sample(studio)
    window = studio.app.window
    if window.views.shows_gallery:
        window.commands.trigger("gallery")
    window.commands.trigger("fit_face")
    studio.wait(lambda: window.views.canvas.photo is not None, 1.5)
    return window.grab


def gallery(studio: Studio) -> Callable[[], object]:
    """Many faces at once."""
    window = studio.app.window
    if not window.views.shows_gallery:
        window.commands.trigger("gallery")
    studio.wait(lambda: True, 3)
    return window.grab


def guarantee(studio: Studio) -> Callable[[], object]:
    """A random face to judge, after some that were right."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from labeltool.gui.dialogs.guarantee.guarantee_dialog import GuaranteeDialog

    window = studio.app.window
    dialog = window.findChild(GuaranteeDialog)
    if dialog is None:
        window.commands.trigger("guarantee")
        dialog = window.findChild(GuaranteeDialog)
        dialog.setup.limit.setValue(15)
        dialog.setup.measure.setChecked(False)  # here everything is called right, planted ones too
        dialog.setup.start.click()
        studio.wait(lambda: dialog.stack.currentWidget() is dialog.judging)
        for _ in range(JUDGED_FACES):
            studio.wait(lambda: dialog.judging.face.is_ready, 0.1)
            QTest.keyClick(dialog, Qt.Key.Key_A)
    studio.wait(lambda: dialog.judging.face.is_ready, 1)
    return dialog.grab


def training(studio: Studio) -> Callable[[], object]:
    """A training round in progress."""
    from labeltool.gui.background.round_controller import RoundState
    from labeltool.gui.dialogs.guarantee.guarantee_dialog import GuaranteeDialog

    window = studio.app.window
    session = window.session
    dialog = window.findChild(GuaranteeDialog)
    if dialog is not None:
        dialog.close()
        studio.wait(lambda: window.findChild(GuaranteeDialog) is None)
    if session.round.state is RoundState.IDLE:
        seen: list[object] = []
        session.round.worker_event.connect(seen.append)
        from labeltool.domain.round_options import RoundOptions

        session.round.start(session.round.rounds.launcher.plan(RoundOptions(epochs=40)))
        studio.wait(lambda: len(seen) > 60)
    if window.views.shows_gallery:
        window.commands.trigger("gallery")
    studio.wait(lambda: window.views.canvas.photo is not None, 1)
    return window.grab


VIEWS = {
    "welcome": welcome, "review": review, "review-ko": review, "gallery": gallery,
    "guarantee": guarantee, "round": training,
}  # fmt: skip
"""Views by the name of their picture; names that end in -ko are taken in Korean."""


def save(picture: object, path: Path) -> None:
    """Write a small PNG, of 256 colours."""
    from PIL import Image

    whole = path.with_suffix(".part.png")
    if not picture.save(str(whole)):
        raise SystemExit(f"{whole} could not be written")
    with Image.open(whole) as image:
        # coverage keeps the few pixels of an icon's colour, the means keep the skin smooth
        coverage = Image.Quantize.MAXCOVERAGE
        image.convert("RGB").quantize(256, coverage, kmeans=3).save(path, optimize=True)
    whole.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "docs" / "images")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        for name, view in VIEWS.items():
            for mode in ("light", "dark"):
                studio.colours(mode)
                studio.speak("ko" if name.endswith("-ko") else "en")
                grab = view(studio)
                studio.wait(lambda: True, 0.5)
                path = out / f"{name}-{mode}.png"
                save(grab(), path)
                print(f"{path.name:20}{path.stat().st_size // 1000:5} kB", flush=True)
        session = studio.app.window.session
        session.round.rounds.follower.cancel()
        studio.wait(lambda: not session.round.rounds.follower.is_running)
        studio.app.window.close()


if __name__ == "__main__":
    main()
