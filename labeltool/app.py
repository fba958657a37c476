"""The composition root: creates settings, store, session and windows."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QMessageBox

from labeltool.domain import Changes, DamagedError, UserError
from labeltool.gui import theme
from labeltool.gui.background.gc_guard import GarbageCollector, destroy_now, destroy_soon
from labeltool.gui.i18n.language import install_language
from labeltool.gui.i18n.translate import tr
from labeltool.gui.panels.welcome import WelcomePage
from labeltool.gui.plain_text import PlainText
from labeltool.gui.recent_log import RecentLog
from labeltool.gui.settings import Settings

if TYPE_CHECKING:
    from labeltool.gui.window import MainWindow
    from pipnet.data.scheme import Scheme

# what only a project needs is imported when one is opened: it takes longer than the welcome page

log = logging.getLogger(__name__)

CLOSE_DIALOG_MS = 50
"""Pause before the window of a damaged project is closed, while dialogs close."""

REOPEN_MS = 100
"""Pause before a project with other landmarks is opened again, while a dialog is open."""

_M_MMAP_THRESHOLD = -3  # of malloc.h: from this size on a block goes back when it is freed


class App(QObject):
    """Shows the welcome page or a project; closing a project's window leaves the program."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        install_language(_application(), settings.language)
        self._garbage = GarbageCollector(self)
        _application().installEventFilter(PlainText(self))
        self.welcome: WelcomePage | None = None
        self.window: MainWindow | None = None
        self._is_leaving_damaged = self._is_reporting = False

    def show_welcome(self) -> WelcomePage:
        """The first page."""
        if self.welcome is None:
            self.welcome = WelcomePage(self._settings)
            self.welcome.open_wanted.connect(self.open)
            self.welcome.new_wanted.connect(self.new)
            self.welcome.sample_wanted.connect(self.sample)
            self.welcome.language_chosen.connect(self._language_chosen)
        self.welcome.refresh()
        self.welcome.show()
        return self.welcome

    @Slot(object)
    def open(self, folder: Path) -> MainWindow | None:
        """Open a project, or show on the welcome page why it cannot be opened."""
        try:
            self.window = self._window(folder)
        except DamagedError as error:
            return self.offer_backup(folder, error)
        except UserError as error:
            self.show_welcome().show_error(error)
            return None
        self._settings.remember(folder)
        session = self.window.session
        session.failed.connect(self._failed)
        session.changed.connect(self._follow_scheme)
        self._follow(self.window)
        self.window.show()
        if self.welcome is not None:
            self.welcome.hide()
        session.start()
        return self.window

    def _window(self, folder: Path) -> MainWindow:
        from labeltool.gui.session import Session  # noqa: PLC0415
        from labeltool.gui.window import MainWindow  # noqa: PLC0415
        from labeltool.project.forgetting import open_project  # noqa: PLC0415

        store = open_project(folder)
        try:
            return MainWindow(Session(store), self._settings)
        except BaseException:
            store.close()
            raise

    def _follow(self, window: MainWindow) -> None:
        window.language_chosen.connect(self._language_chosen)
        window.forget_wanted.connect(self._forget_wanted)
        window.closed.connect(self._window_closed)

    @Slot()
    def _window_closed(self) -> None:
        if self.sender() is self.window:
            self.window = None

    def offer_backup(self, folder: Path, error: DamagedError) -> MainWindow | None:
        """Offer to restore a backup of a damaged project, and open the result."""
        from labeltool.gui.dialogs.damaged_project import (  # noqa: PLC0415
            RecoveryDialog,
            format_backup_time,
        )
        from labeltool.store import backups  # noqa: PLC0415

        welcome = self.show_welcome()
        if not backups(folder):
            welcome.show_error(error)
            return None
        dialog = RecoveryDialog(folder, error, welcome)
        restored = dialog.exec() and dialog.restored
        dialog.deleteLater()
        if not restored:
            welcome.show_error(error)
            return None
        welcome.message.hide()
        window = self.open(folder)
        if window is not None:
            note = tr("The backup of {time} was restored.", time=format_backup_time(restored))
            if dialog.kept:
                kept = tr("What was there is kept as {file}.", file=dialog.kept.name)
                note = f"{note} {kept}"
            window.views.message_bar.show_message(note)
        return window

    @Slot()
    def _language_chosen(self) -> None:
        QTimer.singleShot(0, self.apply_language)  # not under the menu that it was chosen in

    @Slot()
    def apply_language(self) -> None:
        """Show everything in the language of the settings, in new windows on the same session."""
        install_language(_application(), self._settings.language)
        page, window = self.welcome, self.window
        if page is not None:
            self.welcome = None
            if page.isVisible():
                self.show_welcome().setGeometry(page.geometry())
            page.hide()
            destroy_soon(page)
        if window is not None and window.isVisible():
            from labeltool.gui.window import MainWindow  # noqa: PLC0415

            window.hand_over()
            self.window = MainWindow(window.session, self._settings)
            self._follow(self.window)
            self.window.take_over(window)

    @Slot(object)
    def _follow_scheme(self, changes: Changes) -> None:
        if changes.scheme and self.window is not None:
            QTimer.singleShot(0, partial(self.reopen, self.window))

    def reopen(self, window: MainWindow) -> None:
        """Show a project with its landmarks as they are now, in another window in the same place.

        Everything that works on the project knows how many landmarks it has, so all of it begins
        anew.
        """
        if window is not self.window or not window.isVisible():  # already, or it is closed
            return
        busy = QApplication.activeModalWidget() is not None or window.session.writes.finish()
        if busy:  # with what needs the session that is there
            QTimer.singleShot(REOPEN_MS, partial(self.reopen, window))
            return
        face = window.session.desk.face
        window.end_session()
        new = self._replace(window)
        if new is not None:
            if face is not None:
                new.session.desk.open(face.id)
                new.session.publish(Changes())
            said = tr("The landmarks of this project were changed.")
            new.views.message_bar.show_message(said)

    def _replace(self, window: MainWindow) -> MainWindow | None:
        """Open the project of a window whose session has ended, in another one in its place."""
        self.window = None
        new = self.open(window.session.store.folder)
        if new is not None:
            new.setGeometry(window.geometry())
            new.setWindowState(window.windowState())
        window.hide()
        destroy_soon(window, window.session)
        return new

    @Slot()
    def _forget_wanted(self) -> None:
        if self.window is not None:
            QTimer.singleShot(0, partial(self.forget_photos, self.window))

    def forget_photos(self, window: MainWindow) -> None:
        """Ask which photos to delete for good; then close the project, delete them, and open it
        again."""
        from labeltool.gui.dialogs.privacy.forget_photos import (  # noqa: PLC0415
            DeletingDialog,
            ForgetPhotosDialog,
        )

        session = window.session
        face, folder = session.desk.face, session.store.folder
        question = ForgetPhotosDialog(folder, "" if face is None else face.name, window)
        wanted = question.exec()
        question.deleteLater()
        if not wanted:
            return
        unsaved = session.writes.finish()
        if unsaved is not None:
            window.views.message_bar.show_error(unsaved)
            return
        window.end_session()
        window.hide()
        deleting = DeletingDialog(folder, question.patterns)
        deleting.exec()
        deleting.deleteLater()
        new = self._replace(window)
        if new is None:
            return
        if deleting.error is not None:
            new.views.message_bar.show_error(deleting.error)
        else:
            said = tr("The photos were deleted. Nothing of them is left in the project.")
            new.views.message_bar.show_message(said)

    @Slot(object)
    def _failed(self, error: UserError) -> None:
        """Log an error; if the project turns out to be damaged, close it and offer a backup."""
        log.warning("%s", error)
        window = self.window
        if isinstance(error, DamagedError) and window is not None and not self._is_leaving_damaged:
            self._is_leaving_damaged = True
            QTimer.singleShot(0, partial(self._leave, window, error))

    def _leave(self, window: MainWindow, error: DamagedError) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None:  # what opened it goes on when it has closed
            dialog.close()
            QTimer.singleShot(CLOSE_DIALOG_MS, partial(self._leave, window, error))
            return
        self._is_leaving_damaged = False
        if self.window is not window:  # the person closed it meanwhile
            return
        folder = window.session.store.folder
        self.show_welcome()
        if window.close():
            self.offer_backup(folder, error)

    def handle_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Show an uncaught error: a message for what the user can solve, else a crash report."""
        if isinstance(error, UserError) and self.window is not None and not self._is_reporting:
            self._is_reporting = True  # a view that fails on this signal must not cause another
            self.window.session.failed.emit(error)
            self._is_reporting = False
        else:
            from labeltool.gui.diagnostics import diagnostics  # noqa: PLC0415

            window = self.window
            session = window.session if window is not None and window.isVisible() else None
            report_crash(kind, error, trace, partial(diagnostics, self._settings, session))

    @Slot(object)
    def new(self, photos: list[Path]) -> None:
        """Ask for photos and a folder, create the project, and import the photos."""
        from labeltool.gui.dialogs.new_project import NewProjectDialog  # noqa: PLC0415

        dialog = NewProjectDialog(photos, self.welcome)
        wanted = dialog.exec()
        dialog.deleteLater()
        if wanted:
            self.make(dialog.sources, dialog.project, dialog.chosen_scheme())

    def make(self, sources: list[Path], folder: Path, scheme: Scheme) -> MainWindow | None:
        """Create a project and import its photos."""
        from labeltool.store import create_project  # noqa: PLC0415

        try:
            create_project(folder, scheme).close()
        except UserError as error:
            self.show_welcome().show_error(error)
            return None
        window = self.open(folder)
        if window is not None:
            window.session.importer.add_photos(sources)
        return window

    @Slot()
    def sample(self, folder: Path | None = None) -> MainWindow | None:
        """Open the sample project, and create it first if it does not exist."""
        from labeltool.project.sample import make_sample  # noqa: PLC0415

        if folder is None:
            data = QStandardPaths.StandardLocation.AppLocalDataLocation
            folder = Path(QStandardPaths.writableLocation(data)) / "sample"
        try:
            photos = make_sample(folder)
        except UserError as error:
            self.show_welcome().show_error(error)
            return None
        window = self.open(folder)
        if window is not None and not window.session.store.queue.counts().photos:
            window.session.importer.add_photos([photos])
        return window

    def close(self) -> None:
        """Let Qt destroy what is left, before Python ends."""
        if self.welcome is not None:
            destroy_soon(self.welcome)
            self.welcome = None
        destroy_now()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def main(project: Path | None, *, sample: bool = False) -> int:
    """Run the window until it is closed; returns the exit code.

    A `sample` project is created if it does not exist.
    """
    # OpenCV's wheel brings plugins of another Qt and points Qt at them
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]
    configure_process()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("labeltool")
    application.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus)
    settings = Settings()
    theme.apply(application, settings.mode)  # type: ignore[arg-type]
    app = App(settings)
    sys.excepthook = app.handle_exception
    logging.getLogger().addHandler(RecentLog())
    if project is None:
        app.show_welcome()
        threading.Thread(target=_import_ahead, daemon=True).start()
    elif sample:
        app.sample(project)
    else:
        app.open(project)
    code = application.exec()
    app.close()
    return code


def _import_ahead() -> None:
    """While the person looks at the welcome page, import what every project needs, except for what
    imports Qt, which belongs to the window's thread."""
    for name in ("labeltool.review.desk", "labeltool.exchange.label_import"):
        import_module(name)


def configure_process() -> None:
    """Set options of Python and of the memory allocator, before any photo is decoded."""
    # a background thread that computes gives the window its turn after one, not five milliseconds
    sys.setswitchinterval(0.001)
    if sys.platform == "linux":
        # glibc would keep the memory of several decoded photos, a gigabyte at 24 megapixels each
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 4_000_000)


def report_crash(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    report: Callable[[], str],
) -> None:
    """Tell the person about a bug, keep the window, and offer to copy a `report`."""
    text = "".join(traceback.format_exception(kind, error, trace))
    log.error("unexpected error\n%s", text)
    sys.stderr.write(text)
    if issubclass(kind, KeyboardInterrupt) or QApplication.instance() is None:
        return
    box = QMessageBox(QMessageBox.Icon.Warning, tr("Unexpected error"), str(error) or kind.__name__)
    box.setInformativeText(
        tr("Your decisions are saved. Please report this with the details below.")
    )
    box.setDetailedText(text)
    box.addButton(QMessageBox.StandardButton.Close)
    copy = box.addButton(tr("Copy diagnostics"), QMessageBox.ButtonRole.ActionRole)
    box.exec()
    if box.clickedButton() is copy:
        QApplication.clipboard().setText(report())
