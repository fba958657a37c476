"""An export in the background, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import Changes, Progress
from labeltool.exchange.label_export import WouldReplaceError, export_labels
from labeltool.gui.i18n import notifications
from labeltool.store import Store


@dataclass(frozen=True, slots=True)
class Refused:
    """An export to `out` that would have replaced files, as `error` says; nothing was written."""

    error: WouldReplaceError
    out: Path
    form: str


def export(
    store: Store, out: Path, form: str, force: bool, progress: Progress
) -> Changes | Refused:
    """Write the labels; `form` and `force` as in `export_labels`, which says what may be raised."""
    try:
        written = export_labels(store, out, form, progress, force=force)
    except WouldReplaceError as error:
        return Refused(error, out, form)
    return Changes(note=notifications.exported(written, out))
