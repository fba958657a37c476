"""The rounds of a project: which one is in use, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import (
    N_,
    Changes,
    Filter,
    LedgerRole,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    UserError,
    WriteResult,
    model_name,
    round_model,
)
from labeltool.domain.ledger import TASKS, list_left_out
from labeltool.gui import theme
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.i18n.filter_labels import ROLE_LABELS, round_name
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import sentence, tr, translate
from labeltool.gui.session import Session
from labeltool.rounds.quality.round_figures import figures
from labeltool.rounds.upkeep import round_files
from labeltool.store import BOX_TASK, DETECTOR_TASK
from pipnet.text import one_line

COLUMNS = (
    N_("Round"), N_("State"), N_("Labels"), N_("Pseudo-labels"), N_("Error"), N_("Change"),
    N_("When"),
)  # fmt: skip

_WIDTHS = (0, 140, 70, 110, 80, 180, 120)

_STATES = {
    RoundStatus.QUEUED: N_("Waits for its turn"),
    RoundStatus.RUNNING: N_("Runs"),
    RoundStatus.PACKED: N_("On another machine"),
    RoundStatus.FAILED: N_("Failed"),
    RoundStatus.CANCELLED: N_("Cancelled"),
}


class RoundListDialog(QDialog):
    """The rounds in a table, the newest first; a button for each thing to do with one. Afterwards
    `to_report` is the number of the round whose report is to be shown, or None.

    Training rounds are listed, and other sources of proposals that can be offered again: the
    starter, and imported files.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Rounds"))
        self.resize(960, 440)
        self._session = session
        self.to_report: int | None = None
        self._rows: dict[int, Round] = {}
        intro = QLabel(
            tr(
                "Promote a round or roll back to one to choose whose network is used and whose "
                "proposals are offered. Decisions always stay as they are."
            )
        )
        intro.setWordWrap(True)
        self.details = QLabel()
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._make_table()
        self.report = self._button(tr("Report…"), self._report)
        self.its_faces, self.faces_menu = QPushButton(tr("Its faces")), QMenu(self)
        self.its_faces.setToolTip(tr("List the faces that the round used for one purpose"))
        self.its_faces.setAutoDefault(False)
        self.its_faces.setMenu(self.faces_menu)
        self.faces_menu.aboutToShow.connect(self._fill_faces_menu)
        self.faces_menu.triggered.connect(self._show_faces)
        self.promote = self._button(tr("Promote"), self._promote)
        self.roll_back = self._button(tr("Roll back…"), self._roll_back)
        self.rename = self._button(tr("Rename…"), self._rename)
        self.note = self._button(tr("Note…"), self._note)
        self.export = self._button(tr("Export network…"), self._export)
        self.delete = self._button(tr("Delete files…"), self._delete)
        close = self._button(tr("Close"), self.reject)
        buttons = QHBoxLayout()
        for button in (
            self.report, self.its_faces, self.promote, self.roll_back, self.rename, self.note,
            self.export, self.delete,
        ):  # fmt: skip
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addWidget(intro)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.details)
        layout.addLayout(buttons)
        session.changed.connect(self.refresh)
        self.refresh()

    def _button(self, text: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)  # Enter presses none of them by accident
        button.clicked.connect(act)
        return button

    def _make_table(self) -> None:
        self.table = QTreeWidget()
        self.table.setHeaderLabels([tr(title) for title in COLUMNS])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.setAllColumnsShowFocus(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setFont(theme.tabular(self.table.font()))
        self.table.setAccessibleName(tr("Rounds"))
        header, head = self.table.header(), self.table.headerItem()
        header.setStretchLastSection(False)
        for column, width in enumerate(_WIDTHS):
            if width:
                header.resizeSection(column, width)
            if column in (2, 3, 4, 5):
                head.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setToolTip(4, tr("Mean error on the faces to measure by, in percent (NME)"))
        head.setToolTip(
            5, tr("Against the network before, in percent points, with the 95 % interval")
        )
        self.table.currentItemChanged.connect(self._update_buttons)

    # What is shown

    @Slot(object)
    def refresh(self, changes: Changes | None = None) -> None:
        """Read the rounds again; the selection stays."""
        if changes is not None and not (changes.rounds or changes.all):
            return
        chosen = self.selected()
        store = self._session.store
        current = store.rounds.current()
        self._in_use = "" if current is None else current.model
        rows = [row for row in store.rounds.all() if _is_listed(row)]
        sources = {row.model: row for row in rows if row.kind is not RoundKind.TRAIN}
        self._rows = {
            row.id: row for row in rows if row.kind is RoundKind.TRAIN or sources[row.model] is row
        }
        self.table.blockSignals(True)
        self.table.clear()
        for place, row in enumerate(reversed(self._rows.values())):
            item = self._item(row)
            self.table.addTopLevelItem(item)
            if place == 0 or (chosen is not None and row.id == chosen.id):
                self.table.setCurrentItem(item)
        self.table.blockSignals(False)
        self._update_buttons()

    def _item(self, row: Round) -> QTreeWidgetItem:
        known, is_training = figures(row), row.kind is RoundKind.TRAIN
        labels, pseudo = known["manual"], known["pseudo"]
        texts = [
            round_name(row), self._state(row),
            f"{labels:,}" if is_training else "", f"{pseudo:,}" if is_training else "",
            *_measured(row), format_local_time(row.started, short=True),
        ]  # fmt: skip
        item = QTreeWidgetItem(texts)
        item.setData(0, Qt.ItemDataRole.UserRole, row.id)
        item.setSizeHint(0, QSize(0, 6 * theme.SPACING))
        font = item.font(0)
        font.setBold(self._is_in_use(row))
        for column in range(len(COLUMNS)):
            item.setFont(column, font)
            if column in (2, 3, 4, 5):
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                item.setTextAlignment(column, right)
        item.setToolTip(0, one_line(texts[0]))
        return item

    def _is_in_use(self, row: Round) -> bool:
        return bool(row.model) and row.model == self._in_use

    def _state(self, row: Round) -> str:
        if row.status in _STATES:
            return tr(_STATES[row.status])
        if self._is_in_use(row):
            return tr("In use")
        if _waits(row):
            return tr("Not promoted")
        return tr("Files deleted") if row.summary.get(round_files.FILES_DELETED) else ""

    def selected(self) -> Round | None:
        """The selected round, or None."""
        item = self.table.currentItem()
        return None if item is None else self._rows.get(item.data(0, Qt.ItemDataRole.UserRole))

    @Slot()
    def _update_buttons(self) -> None:
        row = self.selected()
        is_idle = self._session.round.state is RoundState.IDLE and not self._session.store.read_only
        is_ready = row is not None and row.status is RoundStatus.READY
        is_training = row is not None and row.kind is RoundKind.TRAIN
        has_files = is_ready and row is not None and not row.summary.get(round_files.FILES_DELETED)
        waits, in_use = row is not None and _waits(row), row is not None and self._is_in_use(row)
        self.report.setEnabled(is_ready and is_training)
        self.its_faces.setEnabled(is_ready and is_training)
        self.promote.setEnabled(is_idle and waits and has_files)
        self.roll_back.setEnabled(is_idle and has_files and not waits and not in_use)
        for button in (self.rename, self.note):
            button.setEnabled(is_training and not self._session.store.read_only)
        self.export.setEnabled(has_files and is_training)
        self.delete.setEnabled(
            is_training and not in_use and row is not None
            and row.status not in round_files.UNFINISHED
            and not row.summary.get(round_files.FILES_DELETED)
        )  # fmt: skip
        self.details.setText("" if row is None else _details(row))
        self.details.setVisible(bool(self.details.text()))

    # What is done

    @Slot()
    def _report(self) -> None:
        if (row := self.selected()) is not None:
            self.to_report = row.number
            self.accept()

    @Slot()
    def _fill_faces_menu(self) -> None:
        """One entry for each use of faces in the selected round, with how many there are."""
        self.faces_menu.clear()
        row = self.selected()
        if row is None:
            return
        _round, counts = self._session.store.ledger.count(row.id)
        for role, count in counts.items():
            action = self.faces_menu.addAction(f"{_role_text(row, role)} ({count:,})")
            action.setData(str(role))
            action.setEnabled(count > 0)

    @Slot(QAction)
    def _show_faces(self, action: QAction) -> None:
        """List the faces of a role in the window."""
        if (row := self.selected()) is not None:
            self._session.facets.round_names[row.id] = round_name(row)  # for the filter in words
            self._session.show(Filter(role=action.data(), role_round=row.id))
            self.accept()

    @Slot()
    def _promote(self) -> None:
        if (row := self.selected()) is not None:
            self._session.round.promote(row)

    @Slot()
    def _roll_back(self) -> None:
        row = self.selected()
        if row is None:
            return
        try:
            count = self._session.round.rounds.promotion.count_changing(row)
        except UserError as error:
            self._session.failed.emit(error)
            return
        question = tr("Roll back to {name}?", name=_source(row))
        says = tr("%Ln face(s) without a label get its proposals.", "", count)
        stays = tr("Decisions stay as they are. One undo takes it back.")
        if self._confirm(question, f"{says} {stays}", tr("Roll back")):
            self._session.round.roll_back(self._session.desk.reviewer, row)

    @Slot()
    def _rename(self) -> None:
        row = self.selected()
        if row is None:
            return
        name, ok = QInputDialog.getText(
            self, tr("Rename"), tr("Name"), QLineEdit.EchoMode.Normal, row.name
        )
        if ok:
            self._session.writes.submit(partial(round_files.rename, self._session.store, row, name))

    @Slot()
    def _note(self) -> None:
        row = self.selected()
        if row is None:
            return
        text, ok = QInputDialog.getMultiLineText(self, tr("Note"), tr("Note"), row.note)
        if ok:
            self._session.writes.submit(partial(round_files.note, self._session.store, row, text))

    @Slot()
    def _export(self) -> None:
        row = self.selected()
        if row is None:
            return
        proposed = self._session.store.folder / f"round-{row.number}.safetensors"
        file, _ = QFileDialog.getSaveFileName(
            self, tr("Export network"), str(proposed),
            tr("Networks ({patterns})", patterns="*.safetensors *.onnx"),
        )  # fmt: skip
        if file:  # the dialog asked whether to replace what is there
            self._run(tr("Exporting a network"), partial(_export, row, Path(file)))

    @Slot()
    def _delete(self) -> None:
        row = self.selected()
        if row is None:
            return
        size = round_files.deletable_bytes(row) / 2**20
        question = tr("Delete the files of {name}?", name=round_name(row))
        says = tr(
            "Its network and proposals are deleted from the disk ({size:,.1f} MB); its figures "
            "stay. This cannot be undone.",
            size=size,
        )
        if row.status is RoundStatus.PACKED:
            question = tr("Stop waiting for the results of {name}?", name=round_name(row))
            says = tr("They cannot be brought in afterwards.")
        if self._confirm(question, says, tr("Delete")):
            self._run(tr("Deleting files"), partial(_delete, self._session, row))

    def _run(self, name: str, work: Callable[[Progress], WriteResult]) -> None:
        self._session.tasks.run("writes", name, work, cancel_message=tr("Cancelled."))

    def _confirm(self, question: str, says: str, yes: str) -> bool:
        box = QMessageBox(self)
        box.setWindowTitle(yes)
        box.setText(question)
        box.setInformativeText(says)
        button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is button


def _is_listed(row: Round) -> bool:
    if row.kind is RoundKind.TRAIN:
        return True
    is_source = row.kind is RoundKind.IMPORT or row.model == "starter" or row.task == DETECTOR_TASK
    return row.status is RoundStatus.READY and row.task != BOX_TASK and is_source


def _waits(row: Round) -> bool:
    is_training = row.kind is RoundKind.TRAIN
    return is_training and row.status is RoundStatus.READY and not row.promoted


def _source(row: Round) -> str:
    is_training = row.kind is RoundKind.TRAIN
    return translate(model_name(round_model(row.number) if is_training else row.model))


def _role_text(row: Round, role: LedgerRole) -> str:
    """'Pseudo-label: everything', 'Left out: 3 rejected, 2 flagged'."""
    words = tr(ROLE_LABELS[role])
    ledger = row.summary.get("ledger")
    if role is LedgerRole.PSEUDO:
        task = tr(TASKS.get(row.task, row.task))
        return f"{words}: {task}"
    if role is LedgerRole.LEFT_OUT and isinstance(ledger, dict):
        reasons = list_left_out(ledger.get(str(role), {}))
        return words if reasons is None else f"{words}: {translate(reasons)}"
    return words


def _measured(row: Round) -> tuple[str, str]:
    """The error of a round, and how it changed."""
    known = figures(row)
    audit, against = known["audit"], known["against"]
    error = f"{audit['nme']:.2f} %" if isinstance(audit, dict) else ""
    if not isinstance(against, dict):
        return error, ""
    low, high = against["low"], against["high"]
    return error, f"{against['nme_change']:+.2f} ({low:+.2f} … {high:+.2f})"


def _details(row: Round) -> str:
    """The note, and why a round failed."""
    parts = [row.note, sentence(translate(row.error)) if row.error else ""]
    return "\n".join(part for part in parts if part)


def _export(row: Round, file: Path, _progress: Progress) -> WriteResult:
    return WriteResult(message=round_files.export(row, file, force=True))


def _delete(session: Session, row: Round, _progress: Progress) -> WriteResult:
    return round_files.delete(session.store, row)
