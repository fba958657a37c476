"""The text for bug reports: versions, project and errors, without names of photos."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication

from labeltool.doctor import versions
from labeltool.domain import RoundStatus, UserError
from labeltool.gui import theme
from labeltool.gui.recent_log import RecentLog
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import BOX_TASK
from pipnet.data.images import PHOTO_SUFFIXES

_SUFFIXES = "|".join(re.escape(suffix[1:]) for suffix in sorted({*PHOTO_SUFFIXES, ".pts"}))
# everything before a name is removed too, because a name may contain blanks
_NAMED = re.compile(rf"^(\s*).*\.(?:{_SUFFIXES})\b", re.IGNORECASE)
_BELOW_PHOTOS = re.compile(r"(<photos \d+>)[/\\][^:;'\"”]*")


def diagnostics(settings: Settings, session: Session | None = None) -> str:
    """The whole text, in English, because the developers read it."""
    parts = ["labeltool diagnostics", "", *_rows(versions()), *_rows(_desktop(settings))]
    places: dict[Path, str] = {}
    if session is not None:
        places = {session.store.folder: "<project>"}
        try:
            roots = session.store.photos.roots()
            places |= {root: f"<photos {number}>" for number, root in roots.items()}
            parts += ["", "Project", *_rows(_project(session)), *_round(session)]
        except UserError as error:  # a report must be possible for a damaged project too
            parts.append(f"cannot be read: {error}")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, RecentLog) and handler.lines:
            parts += ["", "Log", *handler.lines]
    return "\n".join(private(line, places) for line in parts) + "\n"


def private(line: str, places: Mapping[Path, str]) -> str:
    """A line without the user's photo and folder names.

    `places`: folders, and the text that replaces each. If a line names a photo, everything up to
    the end of the name is removed.
    """
    home = Path(
        os.path.expanduser("~")
    )  # unlike Path.home, it raises nothing for a user without a home
    names = {**places, home: "~"}
    # the longest first: the project may be inside the home
    for folder in sorted(names, key=lambda folder: -len(str(folder))):
        if len(folder.parts) > 1:
            for written in {str(folder), folder.as_posix()}:
                line = re.sub(rf"{re.escape(written)}(?![\w-])", names[folder], line)
    if home.name:
        line = re.sub(rf"(?<=[/\\]){re.escape(home.name)}(?=[/\\]|$)", "<user>", line)
    return _BELOW_PHOTOS.sub(r"\1/…", _NAMED.sub(r"\1<photo>", line))


def _rows(facts: Mapping[str, object]) -> Iterator[str]:
    width = max(map(len, facts))
    return (f"{name:<{width}}  {value}" for name, value in facts.items())


def _desktop(settings: Settings) -> dict[str, object]:
    screens = [
        f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    ]
    return {
        "Qt": f"{qVersion()} on {QGuiApplication.platformName()}", "Screens": "; ".join(screens),
        "Theme": f"{settings.mode}, shown {'dark' if theme.is_dark() else 'light'}",
        "Language": QLocale().name(),
    }  # fmt: skip


def _project(session: Session) -> dict[str, object]:
    counts = {name.capitalize(): number for name, number in asdict(session.desk.counts).items()}
    return {**session.store.about(), **counts}


def _round(session: Session) -> Iterator[str]:
    """The last round, and the end of its log if it failed."""
    rows = [row for row in session.store.rounds.all() if row.task != BOX_TASK]
    if rows:
        last = rows[-1]
        yield ""
        yield f"Last round  {last.kind} {last.number}, {last.status}, started {last.started}"
        yield from str(last.error or "").splitlines()
        if last.status is RoundStatus.FAILED:
            yield from RunFolder(last.folder).log_tail().splitlines()
