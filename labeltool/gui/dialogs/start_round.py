"""The plan of a round, before it starts."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QWidget,
)

from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr, translate
from labeltool.rounds.planning import RoundPlan


class StartRoundDialog(BaseDialog):
    """Says what the next training round would do, and asks whether to start it."""

    def __init__(self, plan: RoundPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Train round {number}", number=plan.number), tr("Start"))
        self.add_text(translate(plan.describe()))
        self.add_text(
            tr(
                "It runs in the background, even when the window is closed. Unreviewed and "
                "rejected faces get new proposals; decisions stay as they are."
            )
        )
        self.add_buttons()
