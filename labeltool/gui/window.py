"""The window of a project: it places the views and passes what they say to the session."""

from __future__ import annotations

from functools import partial
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
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, RoundKind, UserError, Verdict
from labeltool.gui import theme
from labeltool.gui.actions import COMMANDS, GROUPS, QUIET, Actions, LatinKeys
from labeltool.gui.canvas import Canvas
from labeltool.gui.deciding import Deciding
from labeltool.gui.face_list import FaceList
from labeltool.gui.filmstrip import Filmstrip
from labeltool.gui.gallery import Gallery
from labeltool.gui.images import Photos
from labeltool.gui.inspector import Inspector
from labeltool.gui.messages import Activity, MessageLine
from labeltool.gui.prompts import Prompts
from labeltool.gui.round_panel import RoundPanel
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings
from labeltool.gui.tasks import Task
from labeltool.gui.thumbs import Thumbs
from labeltool.store.thumbs import ThumbFile


class MainWindow(QMainWindow):
    """One open project.

    Signals:
        closed: the window was closed and its session has ended.
    """

    closed = Signal()

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self._settings = session, settings
        self._shown_face: int | None = None
        self._shown_photo: Path | None = None
        self._layers = {"points": True, "edges": True}
        self._rest = QTimer(self, singleShot=True, interval=300)
        self._rest.timeout.connect(self._decode_ahead)
        self._to_box: tuple[int, Path] | None = None  # a photo without a face, to draw one on
        self.setWindowTitle(f"{session.store.folder.name} - labeltool")
        self.setAcceptDrops(True)
        self.photos = Photos(self)
        self.canvas = Canvas()
        self.thumbs = Thumbs(ThumbFile(settings.cache / "thumbs.sqlite"), self)
        self.gallery = Gallery(session, self.thumbs, settings.picture_side)
        self.filmstrip = Filmstrip(session, self.thumbs)
        self.list = FaceList(session)
        self.inspector = Inspector(session)
        self.panel = RoundPanel(session)
        self.message = MessageLine()
        self.counts = QLabel()
        self._place_views()
        self._prompts = Prompts(session, self)
        self._deciding = Deciding(session, self)
        places = {"gallery": self.gallery, "canvas": self.canvas}
        self.commands = Actions(session, self, self, places)
        self._place_commands()
        self._latin = LatinKeys(self)
        self._connect()
        self.recolour()
        if settings.geometry is not None:
            self.restoreGeometry(settings.geometry)
        else:
            self.resize(1360, 820)

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
        below.addWidget(self.canvas, 1)
        below.addWidget(self.filmstrip)
        self.centre = QStackedWidget()
        self.centre.addWidget(photo)
        self.centre.addWidget(self.gallery)
        column.addWidget(self.centre, 1)
        column.addWidget(self.message)
        column.addLayout(self._activities)
        split = QSplitter(Qt.Orientation.Horizontal)
        for view, stretch in ((self.list, 0), (middle, 1), (self.inspector, 0)):
            split.addWidget(view)
            split.setStretchFactor(split.count() - 1, stretch)
        split.setSizes([260, 800, 240])
        split.setChildrenCollapsible(False)
        self.list.setMinimumWidth(190)
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

    def _place_commands(self) -> None:
        self.toolbar = QToolBar("Commands", self)
        self.toolbar.setMovable(False)
        self.addToolBar(self.toolbar)
        for number, group in enumerate(GROUPS):
            if number:
                self.toolbar.addSeparator()
            for name in group:
                self.toolbar.addAction(self.commands.by_name[name])
        menus: dict[str, QMenu] = {}
        for command in COMMANDS:
            if command.menu not in menus:
                menus[command.menu] = self.menuBar().addMenu(command.menu)
            menus[command.menu].addAction(self.commands.by_name[command.name])
        self.gallery.accept_page.setToolTip(self.commands.by_name["accept_page"].toolTip())
        grid = self.gallery.grid
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("edit", "accept", "reject", "exclude", "unreview", "flag"):
            grid.addAction(self.commands.by_name[name])

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self.refresh)
        session.failed.connect(self.message.complain)
        session.said.connect(self.message.say)
        session.task_started.connect(self._show_task)
        session.round_event.connect(self._round_event)
        self.message.undo_wanted.connect(self._undo)
        self.photos.loaded.connect(self._photo_loaded)
        self.canvas.point_moved.connect(self._point_moved)
        self.canvas.box_drawn.connect(self._box_drawn)
        self.canvas.drawing_changed.connect(self._drawing_changed)
        self.canvas.face_clicked.connect(self._face_clicked)
        self.gallery.opened.connect(self._open_photo)
        self.gallery.page_wanted.connect(self._accept_page)
        self.inspector.point_chosen.connect(self.canvas.select)
        self.panel.retry.clicked.connect(self._retry_round)
        QApplication.instance().installEventFilter(self._latin)  # type: ignore[union-attr]

    def recolour(self) -> None:
        """Follow the palette."""
        self.commands.recolour()
        self.panel.recolour()
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
            self.thumbs.recheck()  # photos may have been changed in another program

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """A narrow window keeps every button by dropping words."""
        super().resizeEvent(event)
        self._fit_toolbar()

    def _fit_toolbar(self) -> None:
        style = Qt.ToolButtonStyle
        for wordless in ((), QUIET, [name for group in GROUPS for name in group]):
            for name, action in self.commands.by_name.items():
                button = self.toolbar.widgetForAction(action)
                if isinstance(button, QToolButton):
                    button.setToolButtonStyle(
                        style.ToolButtonIconOnly
                        if name in wordless
                        else style.ToolButtonTextBesideIcon
                    )
            if self.toolbar.sizeHint().width() <= self.width():
                return

    # What views show

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Show the desk's face, and the counts."""
        self._show_counts()
        if self._to_box is not None:
            return
        if self.shows_gallery:
            self._rest.start()
            return
        face = self.session.desk.face
        if face is None:
            self._shown_face = self._shown_photo = None
            self.canvas.set_photo(None, self._empty_text())
            self.canvas.set_face(None, None, (), None, None)
            return
        fresh_face = face.id != self._shown_face
        self._shown_face = face.id
        self._show_photo(face.photo)
        prediction = face.prediction
        scores = None if prediction is None else prediction.scores
        points = face.points
        if points is not None and scores is not None and len(scores) != len(points):
            scores = None
        others = [row for row in self.session.store.faces.faces_of_photo(face.photo_id)
                  if row[0] != face.id]  # fmt: skip
        scheme = self.session.store.scheme
        self.canvas.set_face(
            points, scores, scheme.edges, face.box, scheme.names, others,
            self.session.desk.moved, face_id=face.id,
        )  # fmt: skip
        if fresh_face:
            self.canvas.fit_face()
            self._prefetch()

    def _empty_text(self) -> str:
        counts = self.session.desk.counts
        if counts.faces:
            return "No face matches this filter"
        if self.session.searching or counts.waiting:
            return "Finding faces…"
        if counts.photos:
            return "No face was found yet.\nPhoto problems… in the Project menu shows what to do."
        return "No photos yet.\nImport a folder, or drop one here."

    def _show_photo(self, photo: Path) -> None:
        image, problem = self.photos.get(photo)
        if image is not None:
            if photo != self._shown_photo:
                self._shown_photo = photo
                self.canvas.set_photo(image)
                self.canvas.fit_face()
            return
        self._shown_photo = None
        if problem:
            self.canvas.set_photo(
                None, f"{problem}\nIf the photos moved: Photos moved… in the Project menu."
            )
        else:
            self.canvas.set_photo(None, "")
            self.photos.want([photo])

    def _prefetch(self) -> None:
        desk = self.session.desk
        place = desk.index
        near = [
            desk.queue[i] for i in (place + 1, place + 2, place - 1) if 0 <= i < len(desk.queue)
        ]
        roots = self.session.store.faces.files(near)
        self.photos.want(roots)

    @Slot(object)
    def _photo_loaded(self, photo: Path) -> None:
        face = self.session.desk.face
        if self._to_box is not None:
            self._begin_box()
        elif self.shows_gallery:
            return
        elif face is not None and face.photo == photo:
            self.refresh(Changes())
            self.canvas.fit_face()

    def _show_counts(self) -> None:
        counts, dark = self.session.desk.counts, theme.is_dark()
        parts = [f"{counts.photos:,} photos, {counts.faces:,} faces"]
        for verdict in Verdict:
            colour = theme.verdict_colour(str(verdict), dark).name()
            parts.append(
                f"{getattr(counts, verdict):,} <span style='color:{colour}'>{verdict}</span>"
            )
        if counts.proposed:
            parts.append(f"<b>{counts.proposed:,} to review</b>")
        if counts.waiting:
            parts.append(f"{counts.waiting:,} photos waiting")
        if counts.problems:
            parts.append(f"{counts.problems:,} photo problems")
        self.counts.setText(" &nbsp;·&nbsp; ".join(parts))

    @Slot(object)
    def _show_task(self, task: Task) -> None:
        self._activities.addWidget(Activity(task, self))

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
        self._deciding.decide_batch(self.session.desk.queue, verdict)

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
        self.centre.setCurrentIndex(1 if gallery else 0)
        (self.gallery.grid if gallery else self.canvas).setFocus()
        self.refresh(Changes())

    @Slot(int)
    def _open_photo(self, face_id: int) -> None:
        self.session.desk.open(face_id)
        self._show_centre(gallery=False)
        self.session.announce(Changes())

    @Slot()
    def _accept_page(self) -> None:
        self.commands.run("accept_page")

    @Slot()
    def _decode_ahead(self) -> None:
        """The person rests on a face of the gallery, and may want to see its photo next."""
        face = self.session.desk.face
        if face is not None and self.shows_gallery and not self.photos.get(face.photo)[1]:
            self.photos.want([face.photo])

    def go(self, where: str) -> None:
        """Another face."""
        desk = self.session.desk
        if where == "next_unreviewed":
            if not desk.next_unreviewed():
                self.message.say("Every face in this list is reviewed.")
        elif where == "next":
            desk.next()
        else:
            desk.previous()
        self.session.announce(Changes())

    def view(self, what: str) -> None:
        """How things are shown; 'box' starts drawing a box."""
        if what in ("light", "dark", "system"):
            self._settings.mode = what
            theme.apply(QApplication.instance(), what)  # type: ignore[arg-type]
        elif what in self._layers:
            self._layers[what] = not self._layers[what]
            self.canvas.set_layers(**self._layers)
        elif what == "toggle_gallery":
            self._show_centre(gallery=not self.shows_gallery)
        elif what in ("gallery", "canvas"):
            self._show_centre(gallery=what == "gallery")
        elif what == "select_all":
            self.gallery.select_all()
        elif what == "box":
            self._show_centre(gallery=False)
            self.canvas.draw_box()
            self.message.say("Draw a box around the whole face, Esc to leave.")
        elif what == "fit_face":
            self.canvas.fit_face()
        else:
            self.canvas.fit_photo()

    @Slot()
    def _undo(self) -> None:
        self.commands.run("undo")

    @Slot(int, float, float)
    def _point_moved(self, index: int, x: float, y: float) -> None:
        self.session.do(partial(self.session.desk.move, index, x, y))

    @Slot(float, float, float, float)
    def _box_drawn(self, x: float, y: float, w: float, h: float) -> None:
        face = self.session.desk.face
        photo = face.photo_id if self._to_box is None and face is not None else None
        if self._to_box is not None:
            photo, self._to_box = self._to_box[0], None
        if photo is not None:
            self.session.add_face(photo, (x, y, w, h))

    def _begin_box(self) -> None:
        """Show the photo without a face, once it is loaded, and let the person draw."""
        if self._to_box is None or self._shown_photo == self._to_box[1]:
            return
        self.canvas.set_face(None, None, (), None, None)
        self._show_photo(self._to_box[1])
        if self._shown_photo is not None:
            self.canvas.fit_photo()
            self.view("box")

    @Slot(bool)
    def _drawing_changed(self, on: bool) -> None:
        if not on and self._to_box is not None:
            # a drawn box is told after this, and Esc tells nothing
            QTimer.singleShot(0, self._leave_box)

    @Slot()
    def _leave_box(self) -> None:
        if self._to_box is not None:
            self._to_box = None
            self.refresh(Changes())

    @Slot(int)
    def _face_clicked(self, face: int) -> None:
        self.session.desk.open(face)
        self.session.announce(Changes())

    @Slot()
    def _retry_round(self) -> None:
        self.panel.hide()
        self.commands.run("train" if self.panel.training else "predict")

    # Dialogs

    def ask(self, dialog: str) -> None:
        """Open a dialog by the name of its command."""
        if dialog == "close":
            self.close()
            return
        try:
            self._prompts.ask(dialog)
        except UserError as error:
            self.message.complain(error)

    def show_photo_to_box(self, photo_id: int, photo: Path) -> None:
        """Show a photo without a face and let the person draw a box on it."""
        self._show_centre(gallery=False)
        self._to_box = (photo_id, photo)
        self._begin_box()

    def photos_moved(self) -> None:
        """Read every photo again."""
        self.photos.forget()
        self.thumbs.recheck()
        self._shown_photo = None

    # Drop and close

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Folders and photos may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Import what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.session.import_photos(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask what becomes of a running training, then let go of everything."""
        if self.session.rounds.running_kind is RoundKind.TRAIN:
            answer = self.ask_running()
            if answer == "stay":
                event.ignore()
                return
            if answer == "cancel":
                self.session.rounds.cancel()
        self._settings.geometry = self.saveGeometry()
        self._rest.stop()
        self._settings.picture_side = self.gallery.grid.side
        QApplication.instance().removeEventFilter(self._latin)  # type: ignore[union-attr]
        self.session.close()
        self.photos.close()
        self.thumbs.close()
        event.accept()
        self.closed.emit()

    def ask_running(self) -> str:
        """'keep', 'cancel' or 'stay': what to do with a training that runs."""
        box = QMessageBox(self)
        box.setWindowTitle("A round is running")
        box.setText("A training round is running in the background.")
        box.setInformativeText(
            "It can go on without the window; you find it again when you reopen."
        )
        keep = box.addButton("Keep training", QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton("Cancel the round", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Stay here", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        clicked = box.clickedButton()
        return "keep" if clicked is keep else "cancel" if clicked is cancel else "stay"
