"""The window in which a landmark scheme is made or changed on a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Message, Points, UserError
from labeltool.gui import theme
from labeltool.gui.dialogs.scheme_editor.editor_actions import EditorActions
from labeltool.gui.dialogs.scheme_editor.landmark_table import LandmarkTable
from labeltool.gui.dialogs.scheme_editor.scheme_canvas import BLANK_SIDE, SchemeCanvas
from labeltool.gui.i18n.translate import REGIONS, landmark_name, region_name, tr, translate
from labeltool.gui.images.photo_cache import PhotoCache
from labeltool.review.schemes.placing import fitting, placed_on
from labeltool.review.schemes.scheme_draft import SchemeDraft
from labeltool.review.schemes.scheme_file import save_scheme, scheme_file_name
from labeltool.review.schemes.scheme_problems import errors, warnings
from pipnet.data.images import PHOTO_SUFFIXES
from pipnet.data.scheme import Scheme, load_scheme, shipped_schemes
from pipnet.text import one_line

DEFAULT_SIZE = 1180, 680
SIDE_WIDTH = 430
BUTTONS_PER_ROW = 4

BUTTONS = (
    "rename", "remove", "earlier", "later",
    "pair", "unpair", "guess", "norm",
    "connect", "close", "contour",
)  # fmt: skip
"""Actions with a button below the list."""


class SchemeEditor(QDialog):
    """Makes a scheme, or changes one; `draft` holds it.

    Args:
        use: text of the button that ends with the scheme. It is not closed by the button alone:
            see `used`. None: there is no such button, the scheme can be saved as a file.
        scheme: what to start from; None for an empty one.
        photo: the picture to place landmarks on; None for an empty one.
        points: (N, 2) the landmarks of `scheme` on `photo`, all finite; None puts its typical shape
            into the middle.

    Signals:
        used: the person wants the scheme, which has no errors. Who is connected closes the window.
    """

    used = Signal()

    def __init__(
        self,
        use: str | None,
        scheme: Scheme | None = None,
        photo: Path | None = None,
        points: Points | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Landmark scheme"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*DEFAULT_SIZE)
        blank = (BLANK_SIDE, BLANK_SIDE)
        self.draft = SchemeDraft(scheme, None if scheme is None else placed_on(scheme, blank))
        self._opened, self._points_on_photo = scheme, points
        self._is_copy = use is None
        self._saved = self.draft.state
        self.photo: Path | None = None
        self._photos = PhotoCache(self)
        self._photos.loaded.connect(self._show_photo)
        self.canvas, self.table = SchemeCanvas(), LandmarkTable()
        self.name, self.template, self.region = QLineEdit(), QComboBox(), QComboBox()
        self.region_text, self.copy_note = QLineEdit(), QLabel()
        self.message, self.summary = QLabel(), QLabel()
        self.save, self.use, self.cancel = (
            QPushButton(tr("Save as file…")), QPushButton(use or ""),
            QPushButton(tr("Close") if use is None else tr("Cancel")),
        )  # fmt: skip
        self.actions_ = EditorActions(self, (self.canvas, self.table))
        self._fill()
        self._place()
        self._connect()
        self.actions_.by_name["place"].setChecked(scheme is None)
        self._follow_place()
        self._show()
        if photo is not None:
            self.open_photo(photo)
        self.canvas.setFocus()

    def _fill(self) -> None:
        self.template.addItem(tr("Start from…"))
        for name in shipped_schemes():
            shipped = load_scheme(name)
            text = tr("{scheme}: {count} landmarks", scheme=name, count=shipped.count)
            self.template.addItem(text, name)
        self.template.addItem(tr("Empty"), "")
        self.template.setToolTip(tr("Replace everything by a known scheme; undo brings it back"))
        self.region.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.region.setToolTip(
            tr("The part of the face that the chosen landmarks belong to; Enter sets it")
        )
        self.region.setLineEdit(self.region_text)
        self.region.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.region_text.setPlaceholderText(tr("none"))
        self.name.setPlaceholderText(tr("A name, such as dogs-14"))
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(3 * self.message.fontMetrics().height())
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.summary.setFont(theme.small(self.summary.font()))
        self.summary.setWordWrap(True)
        self.use.setVisible(not self._is_copy)
        self.copy_note.setText(
            tr("This is a copy: the open project keeps its scheme. Save it for a new project.")
        )
        self.copy_note.setWordWrap(True)
        self.copy_note.setVisible(self._is_copy)
        for button in (self.save, self.use, self.cancel):
            button.setAutoDefault(False)  # Enter in a field must not end the window

    def _place(self) -> None:
        picture = QHBoxLayout()
        picture.setSpacing(theme.SPACING)
        for name in ("place", "undo", "redo", "fit"):
            picture.addWidget(self._button(name, beside=name == "place"))
        picture.addStretch(1)
        self.choose_photo, self.no_photo = QPushButton(tr("Photo…")), QPushButton(tr("No photo"))
        self.choose_photo.setToolTip(tr("Choose a photo to place the landmarks on"))
        self.no_photo.setToolTip(tr("Place the landmarks on an empty picture"))
        for button in (self.choose_photo, self.no_photo):
            button.setAutoDefault(False)
            picture.addWidget(button)
        left = QVBoxLayout()
        left.setSpacing(2 * theme.SPACING)
        left.addLayout(picture)
        left.addWidget(self.canvas, 1)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Template"), self.template)
        region = QFormLayout()
        region.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        region.addRow(tr("Region"), self.region)
        grid = QGridLayout()
        grid.setSpacing(theme.SPACING)
        for place, name in enumerate(BUTTONS):
            grid.addWidget(self._button(name), *divmod(place, BUTTONS_PER_ROW))
        ends = QHBoxLayout()
        ends.addWidget(self.save)
        ends.addStretch(1)
        ends.addWidget(self.use)
        ends.addWidget(self.cancel)
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(2 * theme.SPACING)
        right.addLayout(form)
        right.addWidget(self.table, 1)
        right.addLayout(grid)
        right.addLayout(region)
        right.addWidget(self.copy_note)
        right.addWidget(self.summary)
        right.addWidget(self.message)
        right.addLayout(ends)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[3 * theme.SPACING] * 4)
        layout.setSpacing(3 * theme.SPACING)
        layout.addLayout(left, 1)
        layout.addWidget(side)

    def _button(self, name: str, *, beside: bool = False) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self.actions_.by_name[name])
        if beside:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if name in BUTTONS:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(26)
        return button

    def _connect(self) -> None:
        self.canvas.placed.connect(self._add)
        self.canvas.chosen.connect(self._choose_on_picture)
        self.canvas.moved.connect(self._move)
        self.table.chosen.connect(self._choose_in_table)
        self.table.renamed.connect(self._rename)
        self.name.editingFinished.connect(self._rename_scheme)
        self.template.activated.connect(self._use_template)
        self.region.textActivated.connect(self._set_region)
        self.region_text.returnPressed.connect(self._type_region)
        self.choose_photo.clicked.connect(self._choose_photo)
        self.no_photo.clicked.connect(self._leave_photo)
        self.save.clicked.connect(self.save_file)
        self.use.clicked.connect(self._use)
        self.cancel.clicked.connect(self.reject)
        self.actions_.wanted.connect(self._act)
        QShortcut(QKeySequence("Ctrl+S"), self, self.save_file)

    # What is shown

    @property
    def selection(self) -> tuple[int, ...]:
        """Ids of the chosen landmarks, in the order in which they were chosen."""
        return self.canvas.selection

    def _do(self, change: Callable[[], object]) -> None:
        """Change the draft, and show it."""
        change()
        self._show()

    def _show(self) -> None:
        state = self.draft.state
        kept = tuple(k for k in self.selection if k in state.ids)
        self.canvas.show_draft(state, self.draft.points, kept)
        self.table.show_draft(self.draft, kept)
        if self.name.text() != state.name:
            self.name.setText(state.name)
        norm = tr("the box")
        if state.norm is not None:
            names = {row.id: landmark_name(row.name) for row in state.landmarks}
            one, other = (names[k] for k in state.norm)
            norm = tr("from {one} to {other}", one=one, other=other)
        self.summary.setText(
            tr(
                "Landmarks {count}  ·  pairs {pairs}  ·  edges {edges}  ·  norm: {norm}",
                count=len(state.landmarks), pairs=len(state.pairs), edges=len(state.edges),
                norm=norm,
            )
        )  # fmt: skip
        found = errors(self.draft)
        self.save.setEnabled(not found)
        self.use.setEnabled(not found)
        self._say([*found, *warnings(self.draft)])
        self._show_chosen()

    def _say(self, found: list[Message]) -> None:
        text = translate(found[0]) if found else tr("The scheme is complete.")
        if len(found) > 1:
            text = tr("{first} (and {count} more)", first=text, count=len(found) - 1)
        self.message.setText(text)
        self.message.setToolTip("\n".join(translate(each) for each in found))

    def _show_chosen(self) -> None:
        chosen, draft = self.selection, self.draft
        self.actions_.enable(
            len(chosen), len(draft.state.landmarks), undo=draft.can_undo, redo=draft.can_redo
        )
        known = dict.fromkeys([*(name for name, _ in draft.state.regions), *REGIONS])
        regions = {draft.region(k) for k in chosen}
        with QSignalBlocker(self.region):
            self.region.clear()
            self.region.addItems([region_name(name) for name in known])
            self.region.setCurrentText(region_name(regions.pop()) if len(regions) == 1 else "")
        self.region.setEnabled(bool(chosen))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw the icons again for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.show_icons()

    # Picture

    def open_photo(self, photo: Path) -> None:
        """Read a photo in the background, and show the landmarks on it."""
        self.photo = photo
        self.message.setText(tr("Reading the photo {photo}…", photo=one_line(photo.name)))
        self._photos.request([], displayed=photo)
        if self._photos.get(photo)[0] is not None:
            self._show_photo(photo)

    @Slot(object)
    def _show_photo(self, photo: Path) -> None:
        if photo != self.photo:
            return
        image, problem = self._photos.get(photo)
        if image is None:
            self.photo = None
            self._show()
            self.message.setText(problem)
            return
        before = self.canvas.picture_size
        self.canvas.set_picture(image)
        self.setWindowTitle(tr("Landmark scheme on {photo}", photo=one_line(photo.name)))
        points, self._points_on_photo = self._points_on_photo, None
        if points is not None and not self.draft.can_undo and self._opened is not None:
            self.draft = SchemeDraft(self._opened, points)
            self.canvas.frame(points)
            self._saved = self.draft.state
        else:
            self._refit(before)
        self._show()

    def _refit(self, before: tuple[int, int]) -> None:
        """Put the landmarks into the middle of another picture."""
        if self.canvas.picture_size != before and self.draft.state.landmarks:
            unsaved = self.draft.state != self._saved
            self.draft.place_all(fitting(self.draft.points, self.canvas.picture_size))
            if not unsaved:
                self._saved = self.draft.state

    @Slot()
    def _choose_photo(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in sorted(PHOTO_SUFFIXES))
        file, _ = QFileDialog.getOpenFileName(
            self, tr("A photo to place the landmarks on"),
            "" if self.photo is None else str(self.photo.parent),
            tr("Photos ({patterns})", patterns=patterns),
        )  # fmt: skip
        if file:
            self.open_photo(Path(file))

    @Slot()
    def _leave_photo(self) -> None:
        before, self.photo = self.canvas.picture_size, None
        self.canvas.set_picture(None)
        self.setWindowTitle(tr("Landmark scheme"))
        self._refit(before)
        self._show()

    # Landmarks

    @Slot(float, float)
    def _add(self, x: float, y: float) -> None:
        landmark = self.draft.add(x, y)
        self.canvas.selection = (landmark,)
        self._show()

    @Slot(object, object)
    def _move(self, ids: tuple[int, ...], points: Points) -> None:
        self._do(lambda: self.draft.move(ids, points))

    @Slot(int, str)
    def _rename(self, landmark: int, name: str) -> None:
        self._do(lambda: self.draft.rename(landmark, name))
        self.canvas.setFocus()

    @Slot(object)
    def _choose_on_picture(self, ids: tuple[int, ...]) -> None:
        self.table.select(ids)
        self._show_chosen()

    @Slot(object)
    def _choose_in_table(self, ids: tuple[int, ...]) -> None:
        self.canvas.selection = ids
        self.canvas.update()
        self._show_chosen()

    @Slot()
    def _rename_scheme(self) -> None:
        self._do(lambda: self.draft.set_name(self.name.text()))

    @Slot(int)
    def _use_template(self, row: int) -> None:
        name = self.template.itemData(row)
        self.template.setCurrentIndex(0)
        if name is None:
            return
        scheme = load_scheme(name) if name else None
        size = self.canvas.picture_size
        self.canvas.selection = ()
        self._do(
            lambda: self.draft.use(scheme, None if scheme is None else placed_on(scheme, size))
        )
        self.actions_.by_name["place"].setChecked(scheme is None)
        self._follow_place()
        self.canvas.setFocus()

    @Slot()
    def _type_region(self) -> None:
        self._set_region(self.region.currentText())

    @Slot(str)
    def _set_region(self, text: str) -> None:
        known = [*(name for name, _ in self.draft.state.regions), *REGIONS]
        name = next((name for name in known if region_name(name) == text.strip()), text)
        self._do(lambda: self.draft.set_region(self.selection, name))

    # Actions

    @Slot(str)
    def _act(self, name: str) -> None:
        """Do one of `ACTIONS`."""
        if name == "place":
            self._follow_place()
        elif name == "fit":
            self.canvas.fit()
        elif name == "rename":
            self.table.edit_name(self.selection[-1])
        elif name == "all":
            self.canvas.selection = self.draft.state.ids
            self._show()
        else:
            self._do(self._changes()[name])

    def _changes(self) -> dict[str, Callable[[], object]]:
        """What the actions do that change the draft."""
        draft, chosen = self.draft, self.selection
        return {
            "undo": draft.undo,
            "redo": draft.redo,
            "remove": partial(draft.remove, chosen),
            "earlier": partial(draft.reorder, chosen, -1),
            "later": partial(draft.reorder, chosen, 1),
            "connect": partial(draft.connect, chosen),
            "close": partial(draft.connect, chosen, closed=True),
            "contour": partial(draft.set_contour, chosen),
            "norm": partial(draft.set_norm, *chosen[:2]),
            "pair": partial(draft.pair, *chosen[:2]),
            "unpair": partial(draft.unpair, chosen),
            "guess": draft.guess_pairs,
        }

    def _follow_place(self) -> None:
        """A click adds a landmark while that is switched on."""
        self.canvas.places = self.actions_.by_name["place"].isChecked()

    # Results

    def result_scheme(self) -> Scheme | None:
        """The scheme, or None while it has errors."""
        self._rename_scheme()  # a name that is being typed
        return None if errors(self.draft) else self.draft.scheme()

    @Slot()
    def save_file(self) -> None:
        """Write the scheme to a TOML file that the person chooses."""
        scheme = self.result_scheme()
        if scheme is None:
            return
        file, _ = QFileDialog.getSaveFileName(
            self, tr("Save the scheme"), scheme_file_name(scheme),
            tr("Landmark schemes ({patterns})", patterns="*.toml"),
        )  # fmt: skip
        if not file:
            return
        try:
            written = save_scheme(scheme, Path(file))
        except UserError as error:
            self.message.setText(translate(error))
            return
        self._saved = self.draft.state
        self.message.setText(tr("Saved as {file}.", file=one_line(written.name)))

    @Slot()
    def _use(self) -> None:
        if self.result_scheme() is not None:
            self.used.emit()

    def reject(self) -> None:
        """Close; ask first if that loses something."""
        if self.draft.state != self._saved:
            box = QMessageBox(self)
            box.setWindowTitle(tr("Landmark scheme"))
            box.setText(tr("Close without keeping the scheme?"))
            discard = box.addButton(tr("Discard"), QMessageBox.ButtonRole.DestructiveRole)
            box.addButton(tr("Keep editing"), QMessageBox.ButtonRole.RejectRole)
            box.exec()
            if box.clickedButton() is not discard:
                return
        super().reject()

    def done(self, answer: int) -> None:
        """End the thread that reads photos."""
        self._photos.close()
        super().done(answer)
