"""The window of a project: it places the views and passes what they say to the session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import ABSENT, OCCLUDED, VERDICTS, VISIBLE, Changes, UserError, Verdict
from labeltool.gui import theme
from labeltool.gui.background.tasks import Task
from labeltool.gui.canvas.face_editor import FaceEditor
from labeltool.gui.commands.command_palette import CommandPalette
from labeltool.gui.commands.key_filter import KeyFilter
from labeltool.gui.commands.keymap import Keymap
from labeltool.gui.commands.project_commands import Prompts
from labeltool.gui.commands.qactions import Actions
from labeltool.gui.commands.review_commands import Deciding
from labeltool.gui.commands.table import COMMANDS, GROUPS, QUIET
from labeltool.gui.gallery.filmstrip import Filmstrip
from labeltool.gui.gallery.gallery import Gallery
from labeltool.gui.i18n.language import Language
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import count_words, faces_words, project_words, tr, verdict_word
from labeltool.gui.images.thumbnail_file import ThumbnailFile
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.panels.face_list import FaceList
from labeltool.gui.panels.filter_panel import FilterPanel, NewsBar
from labeltool.gui.panels.history_panel import HistoryPanel
from labeltool.gui.panels.inspector import Inspector
from labeltool.gui.panels.message_bar import MessageBar, ReadOnlyBar, TaskProgress
from labeltool.gui.panels.round_progress import RoundProgressPanel
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from pipnet.text import one_line


class MainWindow(QMainWindow):
    """One open project.

    Signals:
        closed: the window was closed and its session has ended.
        language_chosen: another language is in the settings now.
    """

    closed = Signal()
    language_chosen = Signal()

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        self._rest = QTimer(self, singleShot=True, interval=300)
        self._rest.timeout.connect(self._decode_ahead)
        folder = one_line(session.store.folder.absolute().name)
        name = project_words(folder, session.store.read_only)
        # Qt takes [*] for the place of a mark, and two of them for one that is meant
        self.setWindowTitle(f"{name.replace('[*]', '[*][*]')} - labeltool")
        self.setAcceptDrops(True)
        self.editor = FaceEditor(session, settings)
        self.canvas, self.photos = self.editor.canvas, self.editor.photos
        self.thumbnails = ThumbnailLoader(ThumbnailFile(settings.cache / "thumbs.sqlite"), self)
        self.gallery = Gallery(session, self.thumbnails, settings.picture_side)
        self.filmstrip = Filmstrip(session, self.thumbnails)
        self.queue = FilterPanel(session)
        self.list = FaceList(session)
        self.since = NewsBar()
        self.inspector = Inspector(session)
        self.history = HistoryPanel(session)
        self.panel = RoundProgressPanel(session)
        self.message = MessageBar()
        self.counts = QLabel()
        self._place_views()
        self._prompts = Prompts(session, self)
        self._deciding = Deciding(session, self)
        places = {"gallery": self.gallery, "canvas": self.canvas}
        self.keymap = Keymap(settings, self)
        self.commands = Actions(session, self, self, places, self.keymap)
        self._place_commands()
        self.command_palette = CommandPalette(self, self.commands, self.keymap, settings)
        self._key_filter = KeyFilter(self)
        self._connect()
        self.recolour()
        self.canvas.setFocus()  # letters are commands, not the beginning of a search
        self._restore_layout()

    # Layout

    def _place_views(self) -> None:
        self._activities = QVBoxLayout()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        photo = QWidget()
        below = QVBoxLayout(photo)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.editor, 1)
        below.addWidget(self.filmstrip)
        self.centre = QStackedWidget()
        self.centre.addWidget(photo)
        self.centre.addWidget(self.gallery)
        if self.session.store.read_only:
            column.addWidget(ReadOnlyBar())
        column.addWidget(self.since)
        column.addWidget(self.centre, 1)
        column.addWidget(self.message)
        column.addLayout(self._activities)
        left, right = _stacked(self.queue, self.list), _stacked(self.inspector, self.history)
        left.setSizes([440, 220])
        right.setStretchFactor(0, 1)
        right.setSizes([480, 240])
        split = QSplitter(Qt.Orientation.Horizontal)
        self._splits = {"window": split, "left": left, "right": right}
        for view, stretch in ((left, 0), (middle, 1), (right, 0)):
            split.addWidget(view)
            split.setStretchFactor(split.count() - 1, stretch)
        split.setSizes([260, 800, 240])
        split.setChildrenCollapsible(False)
        left.setMinimumWidth(220)
        self.inspector.setMinimumWidth(190)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(split, 1)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        rows.addWidget(line)
        rows.addWidget(self.panel)
        self.setCentralWidget(whole)
        self.counts.setFont(theme.tabular(self.counts.font()))
        self.counts.setTextFormat(Qt.TextFormat.RichText)
        self.counts.setContentsMargins(2 * theme.SPACING, 0, 2 * theme.SPACING, 0)
        self.statusBar().addPermanentWidget(self.counts, 1)
        self.statusBar().setSizeGripEnabled(False)

    def _restore_layout(self) -> None:
        """As the last window was."""
        settings = self.settings
        if settings.geometry is not None:
            self.restoreGeometry(settings.geometry)
        else:
            self.resize(1360, 820)
        kept = settings.layout
        for name, split in self._splits.items():
            sizes = kept.get(name)
            if isinstance(sizes, list) and all(type(size) is int for size in sizes):
                split.setSizes(sizes)
        self.history.head.setChecked(kept.get("history") is not False)
        if kept.get("gallery") is True:
            self._show_centre(gallery=True)

    def _keep_layout(self) -> None:
        self.settings.geometry = self.saveGeometry()
        self.settings.picture_side = self.gallery.grid.side
        self.settings.layout = {
            "history": self.history.head.isChecked(),
            "gallery": self.shows_gallery,
            **{name: split.sizes() for name, split in self._splits.items()},
        }

    def _place_commands(self) -> None:
        self.toolbar = QToolBar(tr("Commands"), self)
        self.toolbar.setMovable(False)
        self.addToolBar(self.toolbar)
        for number, group in enumerate(GROUPS):
            if number:
                self.toolbar.addSeparator()
            for name in group:
                self.toolbar.addAction(self.commands.by_name[name])
        rest = QWidget()
        rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.toolbar.addWidget(rest)
        self.toolbar.addAction(self.commands.by_name["palette"])
        menus: dict[str, QMenu] = {}
        for command in COMMANDS:
            if command.menu not in menus:
                menus[command.menu] = self.menuBar().addMenu(tr(command.menu))
            menus[command.menu].addAction(self.commands.by_name[command.name])
        seen = self.inspector.landmarks.visibility_buttons
        for button, name in (
            (self.queue.search, "find"), (self.queue.save, "save_filter"),
            (self.queue.reset, "show_all"), (self.history.head, "history"),
            (seen[VISIBLE], "visible"), (seen[OCCLUDED], "occluded"), (seen[ABSENT], "absent"),
            (self.gallery.accept_page, "accept_page"), (self.panel.report, "diagnostics"),
            (self.panel.problems, "problems"),
            (self.editor.import_photos, "import"),
        ):  # fmt: skip
            self.commands.explain(button, name)
        grid = self.gallery.grid
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("edit", "accept", "reject", "exclude", "unreview", "flag"):
            grid.addAction(self.commands.by_name[name])

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self.refresh)
        session.failed.connect(self.message.show_error)
        session.message.connect(self.message.show_message)
        session.exporter.refused.connect(self._prompts.replace)
        session.importer.sizes_differ.connect(self._prompts.ask_sizes)
        session.importer.photos_moved.connect(self.photos_moved)
        session.tasks.started.connect(self._show_task)
        session.round.worker_event.connect(self._round_event)
        self.message.undo_wanted.connect(session.undo_redo.undo_operation)
        self.message.photos_wanted.connect(self.commands.by_name["relocate"].trigger)
        self.editor.said.connect(self.message.show_message)
        self.editor.failed.connect(self.message.show_error)
        self.editor.import_photos.clicked.connect(self.commands.by_name["import"].trigger)
        self.canvas.selection_changed.connect(self._selection_changed)
        self.inspector.landmarks.chosen.connect(self._points_chosen)
        self.inspector.landmarks.list.clicked.connect(self._back_to_work)
        self.inspector.landmarks.visibility_chosen.connect(self.editor.set_visibility)
        self.history.points_chosen.connect(self.editor.compare_with_history)
        self.gallery.opened.connect(self._open_photo)
        self.gallery.page_wanted.connect(self._accept_page)
        self.panel.retry.clicked.connect(self._retry_round)
        self.panel.report.clicked.connect(self._copy_diagnostics)
        self.panel.problems.clicked.connect(self.commands.by_name["problems"].trigger)
        self.queue.command_chosen.connect(self.ask)
        self.queue.search_finished.connect(self._back_to_work)
        self.since.resumed.connect(self._resume)
        self.since.show_news(session.desk.visit, session.desk.news)
        visit, face = session.desk.visit, session.desk.face
        if visit is not None and not session.desk.news and face and face.id == visit.face_id:
            self.message.show_message(
                tr("Here you stopped on {time}.", time=format_local_time(visit.time))
            )
        QApplication.instance().installEventFilter(self._key_filter)  # type: ignore[union-attr]

    def recolour(self) -> None:
        """Follow the palette."""
        self.commands.recolour()
        self.panel.recolour()
        self.queue.recolour()
        self.gallery.recolour()
        self.filmstrip.recolour()
        self._fit_toolbar()
        self.refresh(Changes(all=True))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """A new palette wants new icons."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "commands"):
            self.recolour()
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.thumbnails.recheck()  # photos may have been changed in another program

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """A narrow window keeps every button by dropping words."""
        super().resizeEvent(event)
        self._fit_toolbar()

    def _fit_toolbar(self) -> None:
        style = Qt.ToolButtonStyle
        every = [*QUIET, *(name for group in GROUPS for name in group)]
        for wordless in ((), QUIET, every):
            for name, action in self.commands.by_name.items():
                button = self.toolbar.widgetForAction(action)
                if isinstance(button, QToolButton):
                    button.setToolButtonStyle(
                        style.ToolButtonIconOnly
                        if name in wordless
                        else style.ToolButtonTextBesideIcon
                    )
            self.toolbar.layout().invalidate()  # type: ignore[union-attr] # a hidden one is late
            if self.toolbar.sizeHint().width() <= self.width():
                return

    # What views show

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Show the counts."""
        self._show_counts()
        if self.shows_gallery:
            self._rest.start()

    def _show_counts(self) -> None:
        counts, dark = self.session.desk.counts, theme.is_dark()
        photos = tr("%Ln photo(s)", "", counts.photos)
        parts = [f"{photos}, {faces_words(counts.faces)}"]
        for verdict in VERDICTS:
            colour = theme.verdict_colour(str(verdict), dark).name()
            word = f"<span style='color:{colour}'>{verdict_word(verdict)}</span>"
            parts.append(count_words(getattr(counts, verdict), word))
        if counts.proposed:
            to_review = tr("{count:,} to review", count=counts.proposed)
            parts.append(f"<b>{to_review}</b>")
        if counts.waiting:
            parts.append(tr("%Ln photo(s) waiting", "", counts.waiting))
        if counts.problems:
            parts.append(tr("%Ln photo problem(s)", "", counts.problems))
        self.counts.setText(" &nbsp;·&nbsp; ".join(parts))

    @Slot(object)
    def _show_task(self, task: Task) -> None:
        self._activities.addWidget(TaskProgress(task, self))

    @Slot(object)
    def _round_event(self, _event: object) -> None:
        self.commands.refresh()

    # What the user does

    def decide(self, verdict: Verdict) -> None:
        """The verdict for the selection, or for the face on the desk."""
        self._deciding.decide(verdict)

    def decide_page(self, verdict: Verdict) -> None:
        """The verdict for the faces on the gallery's screen."""
        self._deciding.decide_page(verdict)

    def decide_all(self, verdict: Verdict) -> None:
        """The verdict for every face under the filter."""
        # the list keeps faces that were decided since and are not under the filter any more
        self.decide_batch(self.session.store.queue.ids(self.session.desk.queue.filter), verdict)

    def decide_batch(self, faces: Sequence[int], verdict: Verdict) -> None:
        """The verdict for these faces, after a look at them."""
        self._deciding.decide_batch(faces, verdict)

    def flag(self) -> None:
        """Flag the selection, or the face on the desk."""
        self._deciding.flag()

    @property
    def shows_gallery(self) -> bool:
        """Whether the gallery is in the centre, and not the photo."""
        return self.centre.currentWidget() is self.gallery

    def _show_centre(self, gallery: bool) -> None:
        if gallery == self.shows_gallery or self.canvas.is_dragging:
            return
        self.editor.is_paused = gallery
        self.centre.setCurrentIndex(1 if gallery else 0)
        self._back_to_work()
        self.editor.refresh()
        self.refresh(Changes())

    @Slot(int)
    def _open_photo(self, face_id: int) -> None:
        self.session.desk.open(face_id)
        self._show_centre(gallery=False)
        self.session.publish(Changes())

    @Slot()
    def _accept_page(self) -> None:
        self.commands.trigger("accept_page")

    @Slot()
    def _decode_ahead(self) -> None:
        """The person rests on a face of the gallery, and may want to see its photo next."""
        if self.shows_gallery:
            self.editor.decode_ahead()

    def go(self, where: str) -> None:
        """Another face."""
        desk = self.session.desk
        if where == "next_unreviewed":
            if not desk.queue.next_unreviewed():
                self.message.show_message(tr("Every face in this list is reviewed."))
        elif where == "next":
            desk.queue.next()
        else:
            desk.queue.previous()
        self.session.publish(Changes())

    def view(self, what: str) -> None:
        """How things are shown."""
        if what in ("light", "dark", "system"):
            self.settings.mode = what
            theme.apply(QApplication.instance(), what)  # type: ignore[arg-type]
        elif what == "history":
            self.history.toggle()
        elif what == "palette":
            self.command_palette.toggle()
        elif what == "next_pane":
            self._next_pane()
        elif what == "toggle_gallery":
            self._show_centre(gallery=not self.shows_gallery)
        elif what in ("gallery", "canvas"):
            self._show_centre(gallery=what == "gallery")
        elif what == "select_all":
            self.gallery.select_all()
        else:
            self.editor.view(what)
            self.commands.refresh()

    def _next_pane(self) -> None:
        """Tab goes through the points on the canvas, so a key of its own leaves it."""
        panes = (self.list.view, self._at_work, self.inspector.landmarks.list)
        here = next((k for k, pane in enumerate(panes) if pane.hasFocus()), -1)
        panes[(here + 1) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit(self, what: str) -> None:
        """A change of points, by the name of its command."""
        self.editor.edit(what)

    def is_on(self, what: str) -> bool:
        """Whether something that can be switched on is."""
        return self.editor.is_on(what)

    @Slot()
    def _selection_changed(self) -> None:
        self.inspector.landmarks.select(self.canvas.selection.indices, self.canvas.selection.last)

    @Slot(object)
    def _points_chosen(self, indices: list[int]) -> None:
        if len(indices) == 1:
            self.canvas.show_point(indices[0])
        else:
            self.canvas.selection.select_many(indices)

    @property
    def _at_work(self) -> QWidget:
        return self.gallery.grid if self.shows_gallery else self.canvas

    @Slot()
    def _back_to_work(self) -> None:
        """From a field or a list: letters are commands again, and arrows nudge a point that was
        clicked in its list."""
        self._at_work.setFocus()

    @Slot()
    def _resume(self) -> None:
        desk = self.session.desk
        if desk.visit is not None and desk.queue.filter != desk.visit.filter:
            self.session.show(desk.visit.filter)
        if not desk.resume():
            desk.queue.next_unreviewed()
        self.session.publish(Changes())

    @Slot()
    def _copy_diagnostics(self) -> None:
        self.commands.trigger("diagnostics")

    @Slot()
    def _retry_round(self) -> None:
        self.panel.hide()
        self.commands.trigger("train" if self.panel.training else "predict")

    # Dialogs

    def ask(self, dialog: str) -> None:
        """Open a dialog by the name of its command."""
        if dialog == "close":
            self.close()
            return
        if dialog == "find":
            self.queue.search.setFocus()
            self.queue.search.selectAll()
            return
        if dialog == "show_all":
            self.queue.show_all()
            return
        try:
            self._prompts.ask(dialog)
        except UserError as error:
            self.message.show_error(error)

    def speak(self, language: Language) -> None:
        """Choose another language."""
        self.settings.language = language
        self.language_chosen.emit()

    def show_photo_to_box(self, photo_id: int, photo: Path) -> None:
        """Show a photo without a face and let the person draw a box on it."""
        self._show_centre(gallery=False)
        self.editor.show_photo_to_box(photo_id, photo)

    def photos_moved(self) -> None:
        """Read every photo again."""
        self.editor.photos_moved()
        self.thumbnails.recheck()

    # Drop and close

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Folders and photos may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Import what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.session.importer.add_photos(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep what still waits to be saved, ask what becomes of a running training, then let go of
        everything."""
        if unsaved := self.session.writes.finish():
            self.message.show_error(unsaved)
            event.ignore()
            return
        if self.session.round.trains:
            answer = self.ask_running()
            if answer == "stay":
                event.ignore()
                return
            if answer == "cancel":
                self.session.round.cancel()
        self.hand_over()
        self.session.close()
        event.accept()
        self.closed.emit()

    def hand_over(self) -> None:
        """Let go of everything but the session."""
        self.command_palette.leave()
        self._keep_layout()
        self._rest.stop()
        QApplication.instance().removeEventFilter(self._key_filter)  # type: ignore[union-attr]
        self.editor.is_paused = True  # what was under way wants no photo any more
        self.editor.close_photos()
        self.thumbnails.close()

    def take_over(self, before: MainWindow) -> None:
        """Go on in the place of a window that has handed over this session, and goes."""
        for activity in before.findChildren(TaskProgress):
            self._show_task(activity.task)
        self.setGeometry(before.geometry())
        self.setWindowState(before.windowState())
        self.since.setVisible(before.since.isVisible())
        self.show()
        before.hide()
        before.deleteLater()
        self.session.refresh_all()

    def ask_running(self) -> str:
        """'keep', 'cancel' or 'stay': what to do with a training that runs."""
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


def _stacked(upper: QWidget, lower: QWidget) -> QSplitter:
    split = QSplitter(Qt.Orientation.Vertical)
    split.addWidget(upper)
    split.addWidget(lower)
    split.setChildrenCollapsible(False)
    return split
