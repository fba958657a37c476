"""Exports in the background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from labeltool.domain import Message, Progress, WriteResult
from labeltool.exchange.export_places import WouldReplaceError
from labeltool.exchange.label_choice import ALL_LABELS, LabelChoice
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_split import Split
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.i18n import notifications
from labeltool.gui.i18n.translate import tr
from labeltool.store import Store


@dataclass(frozen=True, slots=True)
class RefusedExport:
    """An export to `out` that would have replaced files, as `error` says; nothing was written."""

    error: WouldReplaceError
    out: Path
    form: str
    choice: LabelChoice


class Exporter(QObject):
    """Writes the labels of a window's project.

    Signals:
        refused: an export would replace files; carries a `RefusedExport`.
    """

    refused = Signal(object)

    def __init__(self, store: Store, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks

    def export(
        self, out: Path, form: str, choice: LabelChoice = ALL_LABELS,
        split: Split | None = None, *, force: bool = False,
    ) -> None:  # fmt: skip
        """Write the labels; `form`, `choice`, `split` and `force` as in `export_labels`."""
        self._tasks.run(
            "writes", tr("Exporting"), partial(self._export, out, form, choice, split, force),
            cancel_message=tr("Cancelled: nothing was written."), succeeded=self._exported,
        )  # fmt: skip

    def _export(
        self, out: Path, form: str, choice: LabelChoice, split: Split | None, force: bool,
        progress: Progress,
    ) -> WriteResult | RefusedExport:  # fmt: skip
        try:
            written = export_labels(
                self._store, out, form, progress, choice=choice, split=split, force=force
            )
        except WouldReplaceError as error:
            return RefusedExport(error, out, form, choice)
        return WriteResult(message=Message(notifications.exported(written, out)))

    @Slot(object)
    def _exported(self, result: object) -> None:
        if isinstance(result, RefusedExport):
            self.refused.emit(result)
        self._tasks.publish(result)
