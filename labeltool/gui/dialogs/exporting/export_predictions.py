"""The question where predictions go to, and in which form."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from labeltool.domain import Message, Progress, WriteResult
from labeltool.exchange.predictions.prediction_export import FORMS, export_predictions
from labeltool.gui.canvas.items.landmark_picture import draw_predictions
from labeltool.gui.i18n import notifications
from labeltool.gui.i18n.translate import tr
from labeltool.gui.session import Session
from labeltool.store import Store


def ask_for_predictions(session: Session, parent: QWidget) -> None:
    """Ask for a file or folder and a form, and write the predictions in the background."""
    kinds = {tr(description): form for form, description in FORMS.items()}
    file, kind = QFileDialog.getSaveFileName(
        parent, tr("Export predictions"), str(session.store.folder / "predictions.csv"),
        ";;".join(kinds),
    )  # fmt: skip
    if not file:
        return
    form, out = kinds.get(kind, "csv"), Path(file)
    if form != "csv" and out.suffix == ".csv":
        out = out.with_suffix("")  # of the proposed name; these are folders
    session.tasks.run(
        "packs", tr("Exporting predictions"), partial(_write, session.store, out, form),
        cancel_message=tr("Cancelled: nothing was written."),
    )  # fmt: skip


def _write(store: Store, out: Path, form: str, progress: Progress) -> WriteResult:
    draw = partial(draw_predictions, store.scheme, store.trust.tolerance())
    written = export_predictions(store, out, form, progress, draw=draw)
    return WriteResult(message=Message(notifications.predictions_exported(written, out)))
