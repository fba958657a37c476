"""The plan of a round, before it starts."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QWidget,
)

from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr, translate
from labeltool.rounds.planning import RoundPlan


class StartRoundDialog(BaseDialog):
    """Says what the next training round would do, and asks whether to start it, or to pack it for
    another machine."""

    def __init__(
        self, plan: RoundPlan, parent: QWidget | None = None, *, is_packed: bool = False
    ) -> None:
        title = tr("Train round {number}", number=plan.number)
        if is_packed:
            title = tr("Pack round {number}", number=plan.number)
        super().__init__(parent, title, tr("Pack…") if is_packed else tr("Start"))
        self.add_text(translate(plan.describe()))
        if is_packed:
            self.add_text(
                tr(
                    "It is written to a file with its photos, to be trained on another machine. "
                    "This project waits for its results, and goes on meanwhile."
                )
            )
            self.add_buttons()
            return
        self.add_text(
            tr(
                "It runs in the background, even when the window is closed. Unreviewed and "
                "rejected faces get new proposals; decisions stay as they are."
            )
        )
        self.add_buttons()
