"""What tests do with Qt's lists and tables."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QAbstractItemView


def select_rows(view: QAbstractItemView, first: int, last: int) -> None:
    """Select the rows `first` to `last`, both included; the current row stays."""
    model = view.model()
    view.selectionModel().select(
        QItemSelection(model.index(first, 0), model.index(last, 0)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
