"""The window of a project: it puts views and commands together."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMessageBox

from labeltool.domain import ABSENT, OCCLUDED, VISIBLE, Changes
from labeltool.gui.background.gc_guard import destroy_soon
from labeltool.gui.commands.command_actions import CommandActions
from labeltool.gui.commands.command_palette import CommandPalette
from labeltool.gui.commands.dialog_commands import DialogCommands
from labeltool.gui.commands.key_filter import KeyFilter
from labeltool.gui.commands.keymap import Keymap
from labeltool.gui.commands.ports import Ports
from labeltool.gui.commands.review_commands import ReviewCommands
from labeltool.gui.commands.toolbar import CommandToolBar, fill_menus
from labeltool.gui.commands.view_commands import ViewCommands
from labeltool.gui.i18n.language import Language
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import project_words, tr
from labeltool.gui.panels.counts_label import CountsLabel
from labeltool.gui.panels.message_bar import TaskProgress
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from labeltool.gui.views import Views
from pipnet.text import one_line

DEFAULT_SIZE = (1360, 820)


class MainWindow(QMainWindow):
    """One open project. Closing it ends its session; Qt destroys both soon afterwards.

    Signals:
        closed: the window was closed and its session has ended.
        forget_wanted: photos are to be deleted, which closes the project meanwhile.
        language_chosen: the settings have another language now.
    """

    closed = Signal()
    forget_wanted = Signal()
    language_chosen = Signal()

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self._settings = session, settings
        self._is_closed = False
        folder = one_line(session.store.folder.absolute().name)
        name = project_words(folder, session.store.read_only)
        # Qt reads [*] as the place of the "modified" mark, and [*][*] as [*]
        self.setWindowTitle(f"{name.replace('[*]', '[*][*]')} - labeltool")
        self.setAcceptDrops(True)
        self.views = Views(session, settings, self)
        self.setCentralWidget(self.views)
        self.counts = CountsLabel()
        self.statusBar().addPermanentWidget(self.counts, 1)
        self.statusBar().setSizeGripEnabled(False)
        self._add_commands()
        self._connect()
        self._greet()
        self.recolour()
        self.views.canvas.setFocus()  # letters are commands, not the beginning of a search
        self._restore_layout()

    def _add_commands(self) -> None:
        session, views = self.session, self.views
        keymap = Keymap(self._settings, self)
        self.review = ReviewCommands(session, views, self)
        self.dialogs = DialogCommands(
            session, self._settings, keymap, views, self.review.decide_batch, self
        )
        self._view_commands = ViewCommands(session, self._settings, views)
        ports = Ports(session, self.review, self._view_commands, self.dialogs, self)
        scopes = {"gallery": views.gallery, "canvas": views.canvas}
        self.commands = CommandActions(ports, self, scopes, keymap)
        self.command_palette = CommandPalette(self, self.commands, keymap, self._settings)
        self._toolbar = CommandToolBar(self.commands, self)
        self.addToolBar(self._toolbar)
        fill_menus(self.menuBar(), self.commands)
        seen, panel = views.inspector.landmarks.visibility_buttons, views.round_progress.ended
        for button, name in (
            (views.filters.search, "find"), (views.filters.save, "save_filter"),
            (views.filters.reset, "show_all"), (views.history.head, "history"),
            (seen[VISIBLE], "visible"), (seen[OCCLUDED], "occluded"), (seen[ABSENT], "absent"),
            (views.gallery.accept_page, "accept_page"), (panel.report, "diagnostics"),
            (panel.problems, "problems"), (views.editor.import_photos, "import"),
        ):  # fmt: skip
            self.commands.add_tooltip(button, name)
        grid = views.gallery.grid
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("edit", "accept", "reject", "exclude", "unreview", "flag"):
            grid.addAction(self.commands.by_name[name])
        self._key_filter = KeyFilter(self)
        QApplication.instance().installEventFilter(self._key_filter)  # type: ignore[union-attr]

    def _connect(self) -> None:
        session, views, by_name = self.session, self.views, self.commands.by_name
        session.changed.connect(self._show_counts)
        session.round.worker_event.connect(self.commands.refresh_enabled)
        session.round.queue_changed.connect(self.commands.refresh_enabled)
        for signal, name in (
            (views.message_bar.photos_wanted, "relocate"),
            (views.editor.import_photos.clicked, "import"),
            (views.gallery.page_wanted, "accept_page"),
            (views.round_progress.ended.report.clicked, "diagnostics"),
            (views.round_progress.ended.problems.clicked, "problems"),
            (views.round_progress.unqueue.clicked, "cancel_queued"),
        ):
            signal.connect(by_name[name].trigger)
        views.round_progress.ended.retry.clicked.connect(self._retry_round)
        views.filters.command_chosen.connect(self.dialogs.open)
        views.news.resumed.connect(self._resume)
        views.round_ready.report_wanted.connect(self.dialogs.show_report)

    def _greet(self) -> None:
        """Say where the reviewer stopped, and what is new since then."""
        desk, views = self.session.desk, self.views
        visit, face = desk.visit, desk.face
        views.news.show_news(visit, desk.news)
        if visit is not None and not desk.news and face and face.id == visit.face_id:
            views.message_bar.show_message(
                tr("Here you stopped on {time}.", time=format_local_time(visit.time))
            )

    @Slot(object)
    def _show_counts(self, _changes: Changes | None = None) -> None:
        self.counts.show_counts(self.session.desk.counts)

    @Slot()
    def _retry_round(self) -> None:
        card = self.views.round_progress.ended
        card.dismiss()
        self.commands.trigger("train" if card.training else "predict")

    @Slot()
    def _resume(self) -> None:
        self._view_commands.resume()

    # What commands do with the window

    def toggle_palette(self) -> None:
        """Show the command palette, or hide it again."""
        self.command_palette.toggle()

    def choose_language(self, language: Language) -> None:
        """Choose another language."""
        self._settings.language = language
        self.language_chosen.emit()

    # Looks

    def recolour(self) -> None:
        """Follow the palette."""
        self.commands.recolour()
        self.views.recolour()
        self._toolbar.fit(self.width())
        self._show_counts()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Make icons again for a new palette, and look for photos that other programs changed."""
        super().changeEvent(event)
        if not hasattr(self, "command_palette") or self._is_closed:
            return
        if event.type() == QEvent.Type.PaletteChange:
            self.recolour()
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.views.thumbnails.revalidate()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep every button of the toolbar visible."""
        super().resizeEvent(event)
        self._toolbar.fit(self.width())

    def _restore_layout(self) -> None:
        if self._settings.geometry is not None:
            self.restoreGeometry(self._settings.geometry)
        else:
            self.resize(*DEFAULT_SIZE)
        self.views.restore_layout()

    def _save_layout(self) -> None:
        self._settings.geometry = self.saveGeometry()
        self.views.save_layout()

    # Drop and close

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Accept folders and photos."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Import what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.session.importer.add_photos(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Finish pending writes, ask what to do with a running training, then close the session."""
        if self._is_closed:
            event.accept()
            return
        if unsaved := self.session.writes.finish():
            self.views.message_bar.show_error(unsaved)
            event.ignore()
            return
        if self.session.round.trains:
            answer = self.ask_running()
            if answer == "stay":
                event.ignore()
                return
            if answer == "cancel":
                self.session.round.cancel()
        self.end_session()
        event.accept()
        self.closed.emit()
        destroy_soon(self, self.session)

    def end_session(self) -> None:
        """Close what belongs to the window, and the session; a running round goes on."""
        self._is_closed = True
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible() and dialog.parent() is self:
                dialog.close()
        self.hand_over()
        self.session.close()

    def forget_photos(self) -> None:
        """Ask which photos to delete for good, and do it."""
        self.forget_wanted.emit()

    def ask_running(self) -> Literal["keep", "cancel", "stay"]:
        """Ask what to do with a training that runs: keep it, cancel it, or stay in the window."""
        box = QMessageBox(self)
        box.setWindowTitle(tr("A round is running"))
        box.setText(tr("A training round is running in the background."))
        box.setInformativeText(
            tr("It can go on without the window; you find it again when you reopen.")
        )
        keep = box.addButton(tr("Keep training"), QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(tr("Cancel the round"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Stay here"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        clicked = box.clickedButton()
        return "keep" if clicked is keep else "cancel" if clicked is cancel else "stay"

    def hand_over(self) -> None:
        """Release everything but the session, which another window may use."""
        self.command_palette.leave()
        self.dialogs.close_dialogs()
        self._save_layout()
        QApplication.instance().removeEventFilter(self._key_filter)  # type: ignore[union-attr]
        self.views.stop()
        for timer in self.findChildren(QTimer):
            timer.stop()

    def take_over(self, before: MainWindow) -> None:
        """Replace a window that has handed over this session."""
        for progress in before.findChildren(TaskProgress):
            self.views.show_task(progress.task)
        self.setGeometry(before.geometry())
        self.setWindowState(before.windowState())
        self.views.news.setVisible(before.views.news.isVisible())
        self.show()
        before.hide()
        destroy_soon(before)
        self.session.refresh_all()
