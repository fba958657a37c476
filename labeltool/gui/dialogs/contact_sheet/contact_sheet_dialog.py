"""The landmark contact sheet, beside the window."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Filter, Points, WriteResult
from labeltool.gui import theme
from labeltool.gui.dialogs.contact_sheet.mean_face_view import MeanFaceView
from labeltool.gui.dialogs.contact_sheet.patch_grid import PatchGrid
from labeltool.gui.i18n.error_words import percent_words
from labeltool.gui.i18n.translate import landmark_name, landmark_names, tr
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session
from labeltool.review.contact_sheet.landmark_pages import LandmarkPages
from labeltool.rounds.mean_face import mean_face
from labeltool.store import PASSED, UNMARKED, WRONG, CheckTable
from pipnet.text import one_line

DEFAULT_SIZE = (1240, 680)
_LANDMARK = Qt.ItemDataRole.UserRole


class ContactSheetDialog(QDialog):
    """Shows one landmark of the faces under the filter that wait for a decision.

    The window stays usable. What passed is stored with each page; a face whose landmarks all passed
    is decided.

    Signals:
        face_wanted: the id of a face to show in its photo.
    """

    face_wanted = Signal(int)

    def __init__(
        self, session: Session, thumbnails: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Landmark contact sheet"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*DEFAULT_SIZE)
        self._session = session
        mean = session.desk.edits.mean_shape()
        scheme = session.store.scheme
        if mean is None or len(mean) != scheme.count:
            mean = mean_face((), scheme)
        self.pages: LandmarkPages | None = None
        self.mean_face = MeanFaceView(scheme, mean)
        self.list = QTreeWidget()
        self.grid = PatchGrid(thumbnails, mean)
        self.headline, self.place = QLabel(), QLabel()
        self.back, self.accept_page = QPushButton(tr("Back")), QPushButton(tr("Accept page"))
        self.show_wrong = QPushButton(tr("Show wrong ones"))
        self.open_photo = QPushButton(tr("Open the photo"))
        self._place()
        self._connect()
        self._read()

    def _place(self) -> None:
        names = landmark_names(self._session.store.scheme.names)
        self.list.setHeaderLabels([tr("Landmark"), tr("To look at"), tr("Wrong")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFont(theme.tabular(self.list.font()))
        self.list.setAccessibleName(tr("Landmarks"))
        self._items = [QTreeWidgetItem([one_line(name), "", ""]) for name in names]
        for index, item in enumerate(self._items):
            item.setData(0, _LANDMARK, index)
            for column in (1, 2):
                item.setTextAlignment(
                    column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
            self.list.addTopLevelItem(item)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(theme.tabular(font))
        self.headline.setWordWrap(True)
        self.place.setFont(theme.tabular(self.place.font()))
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        hint = QLabel(
            tr(
                "Click the wrong ones, or drag a point into place. Space accepts the page, "
                "Backspace goes back, Ctrl+Z undoes."
            )
        )
        hint.setWordWrap(True)
        self.back.setToolTip(tr("The page before (Backspace)"))
        self.accept_page.setToolTip(
            tr("Every point that is not marked wrong is in its place (Space)")
        )
        self.show_wrong.setToolTip(tr("List the faces with a wrong point in the window"))
        self.open_photo.setToolTip(tr("See this face in its photo (Enter)"))
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.SPACING)
        buttons.addWidget(self.place, 1)
        for button in (self.open_photo, self.show_wrong, self.back, self.accept_page):
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        left = QVBoxLayout()
        left.setSpacing(2 * theme.SPACING)
        left.addWidget(self.mean_face)
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(2 * theme.SPACING)
        right.addWidget(self.headline)
        right.addWidget(hint)
        right.addWidget(self.grid, 1)
        right.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[3 * theme.SPACING] * 4)
        layout.setSpacing(3 * theme.SPACING)
        layout.addLayout(left)
        layout.addLayout(right, 1)
        self.list.setFixedWidth(240)
        self.mean_face.setFixedWidth(240)

    def _connect(self) -> None:
        self.mean_face.chosen.connect(self.choose)
        self.list.currentItemChanged.connect(self._choose_item)
        self.grid.moved.connect(self._move)
        self.grid.marked.connect(self._show_counts)
        self.grid.pointed.connect(self._show_place)
        self.back.clicked.connect(self.go_back)
        self.accept_page.clicked.connect(self.accept_shown)
        self.show_wrong.clicked.connect(self._list_wrong)
        self.open_photo.clicked.connect(self._open_photo)
        self._session.changed.connect(self._follow)

    # The faces

    def _read(self) -> None:
        self.headline.setText(tr("Reading the faces…"))
        self._set_enabled(False)
        self._session.tasks.run_hidden(
            "queries", tr("Reading the faces"), self._session.store.decisions.landmark_checks.table,
            succeeded=self._take,
        )  # fmt: skip

    @Slot(object)
    def _take(self, table: object) -> None:
        assert isinstance(table, CheckTable)
        desk, landmark = self._session.desk, self.mean_face.landmark
        chosen = self.pages is not None
        self.pages = LandmarkPages(self._session.store, desk.reviewer, table, desk.queue.faces)
        if not chosen and len(self.pages.table.faces):
            landmark = self._worst_landmark()
        self._set_enabled(True)
        self.choose(landmark)
        self.grid.setFocus()

    def _worst_landmark(self) -> int:
        """Where most is to be found: the landmark with the largest expected errors."""
        assert self.pages is not None
        marks, errors = self.pages.table.marks, self.pages.table.errors
        return int(np.nansum(errors * (marks == UNMARKED), 0, dtype=np.float64).argmax())

    @Slot(int)
    def choose(self, landmark: int) -> None:
        """Show the first page of a landmark."""
        if self.pages is None:
            return
        self.pages.choose(landmark)
        self.mean_face.select(landmark)
        with QSignalBlocker(self.list):
            self.list.setCurrentItem(self._items[landmark])
        self._show_page()

    @Slot()
    def _choose_item(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.choose(int(item.data(0, _LANDMARK)))

    def _show_page(self) -> None:
        assert self.pages is not None
        faces, ahead = self.pages.faces(), self.pages.faces(self.pages.page + 1)
        cards = self._session.store.faces.cards([*faces, *ahead])
        shown = [cards[face] for face in faces if face in cards]
        marks = self._marks([card.id for card in shown])
        self.grid.show_page(
            self.pages.landmark, shown, [marks[card.id] for card in shown],
            [cards[face] for face in ahead if face in cards],
        )  # fmt: skip
        self._show_counts()
        self._show_place()

    def _marks(self, faces: list[int]) -> dict[int, tuple[bool, bool]]:
        assert self.pages is not None
        marks = self.pages.marks(faces)
        return {face: (marks[face] == PASSED, marks[face] == WRONG) for face in faces}

    # Pages

    @Slot()
    def accept_shown(self) -> None:
        """Store what is shown, and open the next page."""
        if self.pages is None or not (answers := self.grid.answers()):
            return
        self._session.writes.submit(partial(self._accept, answers))

    def _accept(self, answers: dict[int, bool]) -> WriteResult:
        assert self.pages is not None
        result = self.pages.accept(answers)
        self.pages.page += 1
        self._show_page()
        return result

    @Slot()
    def go_back(self) -> None:
        """Show the page before, where marks can be changed; Space stores them again."""
        if self.pages is not None and self.pages.page > 0:
            self.pages.page -= 1
            self._show_page()

    @Slot(int, object)
    def _move(self, face: int, at: complex) -> None:
        self._session.writes.submit(partial(self._save_move, face, at))

    def _save_move(self, face: int, at: complex) -> Changes:
        """Keep a moved landmark as the face's draft, which is a step of undo."""
        assert self.pages is not None
        found = self._session.store.faces.get(face)
        if found is None or found.points is None:
            return Changes()
        points: Points = found.points.copy()
        points[self.pages.landmark] = at.real, at.imag
        shown = None if found.prediction is None else found.prediction.id
        return self._session.store.drafts.save(
            self._session.desk.reviewer, face, shown, points, found.draft_visibility
        )

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        """Follow what was changed here, in the window, or by another program."""
        if self.pages is None or not changes.any_face:
            return
        if changes.all:
            self._reread()
            return
        self.pages.refresh(list(changes.faces))
        self._update_shown(changes.faces)

    def _reread(self) -> None:
        """After a large change, read what is shown at once and the rest in the background."""
        assert self.pages is not None
        near = [face for step in (-1, 0, 1) for face in self.pages.faces(self.pages.page + step)]
        self.pages.refresh(near)
        self._update_shown(frozenset(near))
        self._session.tasks.run_hidden(
            "queries", tr("Reading the faces"), self._session.store.decisions.landmark_checks.table,
            succeeded=self._take_again,
        )  # fmt: skip

    @Slot(object)
    def _take_again(self, table: object) -> None:
        assert isinstance(table, CheckTable)
        assert self.pages is not None
        self.pages.replace(table)
        self._update_shown(frozenset(self.pages.faces()))

    def _update_shown(self, faces: frozenset[int]) -> None:
        assert self.pages is not None
        shown = [face for face in self.pages.faces() if face in faces]
        cards = self._session.store.faces.cards(shown)
        self.grid.update_cards(cards, self._marks(list(cards)))
        self._show_counts()

    # What is told

    @Slot()
    def _show_counts(self) -> None:
        assert self.pages is not None
        pages = self.pages
        todo, wrong = pages.todo, pages.wrong
        for index, item in enumerate(self._items):
            nothing_left = "-" if pages.lacking[index] else "✓"
            item.setText(1, f"{todo[index]:,}" if todo[index] else nothing_left)
            item.setText(2, f"{wrong[index]:,}" if wrong[index] else "")
        self.show_wrong.setVisible(bool(wrong.any()))
        self.back.setEnabled(pages.page > 0)
        name = one_line(landmark_name(self._session.store.scheme.names[pages.landmark]))
        answers = self.grid.answers()
        self.accept_page.setEnabled(bool(answers))
        if not len(pages.table.faces):
            text = tr("No face under the filter waits with a proposal.")
        elif not answers and pages.page >= pages.pages and pages.lacking[pages.landmark]:
            text = tr(
                "{name}: %Ln face(s) lack it. Place it in the photo, or train a round that learns "
                "it.",
                "", int(pages.lacking[pages.landmark]), name=name,
            )  # fmt: skip
        elif not answers and pages.page >= pages.pages:
            text = tr("{name}: nothing is left to look at. Choose another landmark.", name=name)
        else:
            text = tr(
                "{name}: page {page:,} of {pages:,}, worst expected error first; {wrong} wrong "
                "here",
                name=name, page=pages.page + 1, pages=pages.pages,
                wrong=sum(not right for right in answers.values()),
            )  # fmt: skip
        self.headline.setText(text)

    @Slot()
    def _show_place(self) -> None:
        card, zoom = self.grid.current_card, self.grid.current_zoom
        self.open_photo.setEnabled(card is not None)
        if card is None or zoom is None or self.pages is None:
            self.place.setText("")
            return
        text = tr(
            "{photo} · zoom {zoom:.0f} %: a pixel of the screen is {pixels:.2f} of the photo",
            photo=one_line(card.photo.name), zoom=100 * zoom, pixels=1 / zoom,
        )  # fmt: skip
        if card.errors is not None and len(card.errors) > self.pages.landmark:
            error = percent_words(float(card.errors[self.pages.landmark]))
            text = tr("expected error {error}", error=error) + " · " + text
        self.place.setText(text)

    def _set_enabled(self, enabled: bool) -> None:
        for widget in (self.mean_face, self.list, self.accept_page, self.back, self.open_photo):
            widget.setEnabled(enabled)
        self.show_wrong.setVisible(False)

    @Slot()
    def _list_wrong(self) -> None:
        if self.pages is not None:
            self._session.show(Filter(faces=self.pages.wrong_faces()))

    @Slot()
    def _open_photo(self) -> None:
        if (card := self.grid.current_card) is not None:
            self.face_wanted.emit(card.id)

    # Keys and end

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space, Backspace, Enter, plus and minus; undo and redo as in the window."""
        key, control = event.key(), Qt.KeyboardModifier.ControlModifier
        if event.modifiers() & control and key in (Qt.Key.Key_Z, Qt.Key.Key_Y):
            again = key == Qt.Key.Key_Y or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._step(redo=bool(again))
        elif key == Qt.Key.Key_Space:
            self.accept_shown()
        elif key == Qt.Key.Key_Backspace:
            self.go_back()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_photo()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.grid.zoom(1.2)
        elif key == Qt.Key.Key_Minus:
            self.grid.zoom(1 / 1.2)
        elif key == Qt.Key.Key_Escape and self.grid.cancel_drag():
            return
        else:
            super().keyPressEvent(event)

    def _step(self, *, redo: bool) -> None:
        """Undo or redo; an undone page is shown again."""
        if self.pages is None:
            return
        undo_redo, page = self._session.undo_redo, self.pages.page
        before = self.pages.marks(self.pages.faces(page - 1)) if page else {}
        (undo_redo.redo if redo else undo_redo.undo)()
        if self.pages.marks(list(before)) != before:
            self.pages.page -= 1
            self._show_page()

    def done(self, result: int) -> None:
        """Stop reading photos. What was marked on this page and not accepted is not stored."""
        with suppress(RuntimeError):  # it was closed already
            self._session.changed.disconnect(self._follow)
        self.grid.close_photos()
        super().done(result)
