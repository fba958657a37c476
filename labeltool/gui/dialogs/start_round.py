"""What the next round would do, and the choices for it, before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QWidget,
)

from labeltool.domain import N_, UserError
from labeltool.domain.ledger import list_left_out
from labeltool.domain.round_options import DEFAULT_BACKBONE, RoundOptions
from labeltool.gui import theme
from labeltool.gui.background.speed_probe import SpeedProbe
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr, translate
from labeltool.rounds.planning import RoundPlan

Purpose = Literal["start", "queue", "pack"]
MakePlan = Callable[[RoundOptions, Mapping[str, Any]], RoundPlan]

START_TEXTS = {
    "current": N_("The network in use"),
    "starter": N_("The starter"),
    "imagenet": N_("A new network, from ImageNet"),
}
LENGTH_TEXTS = {
    "fits": N_("What fits about ten minutes"),
    "epochs": N_("So many epochs"),
    "converged": N_("Until it stops improving"),
}
DEVICE_TEXTS = {
    "auto": N_("Automatic"),
    "cpu": N_("CPU"),
    "cuda": N_("CUDA GPU"),
    "mps": N_("Apple GPU"),
}
MAX_EPOCHS = 10_000
GIGABYTE = 1e9


class StartRoundDialog(BaseDialog):
    """Shows what a training round would do, and how that follows from the choices.

    `make_plan` makes the plan of some options and speeds, or raises UserError. `backbones`: those
    with ImageNet weights at hand; without any, ImageNet is not offered. `devices`: those to choose
    from. `purpose`: start the round, queue it behind the one that runs, or pack it for another
    machine.
    """

    def __init__(
        self,
        make_plan: MakePlan,
        probe: SpeedProbe,
        *,
        options: RoundOptions,
        backbones: Sequence[str],
        devices: Sequence[str],
        purpose: Purpose = "start",
        parent: QWidget | None = None,
    ) -> None:
        title = tr("Pack a round") if purpose == "pack" else tr("Train a round")
        actions = {"start": tr("Start"), "queue": tr("Queue"), "pack": tr("Pack…")}
        super().__init__(parent, title, actions[purpose])
        self._make_plan, self._probe, self._purpose = make_plan, probe, purpose
        self.plan: RoundPlan | None = None
        self._add_summary(devices)
        self._add_choices(backbones)
        self.add_text(
            tr(
                "It is written to a file with its photos, to be trained on another machine. "
                "This project waits for its results, and goes on meanwhile."
            )
            if purpose == "pack"
            else tr(
                "It runs in the background, even when the window is closed. Unreviewed and "
                "rejected faces get new proposals; decisions stay as they are."
            )
        )
        self.problem = self.add_text("")
        self.add_buttons()
        self._choose(options)
        self._connect()
        probe.measured.connect(self.update_plan)
        self.update_plan()

    def _add_summary(self, devices: Sequence[str]) -> None:
        form = _form()
        self.trained, self.left_out, self.measured_by = QLabel(), QLabel(), QLabel()
        self.starts_from, self.time, self.memory = QLabel(), QLabel(), QLabel()
        for text, label in (
            (tr("Trains on"), self.trained), (tr("Left out"), self.left_out),
            (tr("Measured by"), self.measured_by), (tr("Starts from"), self.starts_from),
            (tr("Time"), self.time), (tr("Memory"), self.memory),
        ):  # fmt: skip
            label.setWordWrap(True)
            label.setFont(theme.tabular(label.font()))
            form.addRow(text, label)
        self.device = _combo(DEVICE_TEXTS, devices)
        form.addRow(tr("Device"), self.device)
        self.body.addLayout(form)

    def _add_choices(self, backbones: Sequence[str]) -> None:
        self.fold = QToolButton()
        self.fold.setText(tr("Advanced"))
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.body.addWidget(self.fold)
        self.advanced = QWidget()
        form = _form(self.advanced)
        starts = [name for name in START_TEXTS if name != "imagenet" or backbones]
        self.start = _combo(START_TEXTS, starts)
        self.backbone = _combo({name: name for name in backbones}, backbones)
        self.length = _combo(LENGTH_TEXTS, list(LENGTH_TEXTS))
        self.epochs = QSpinBox()
        self.epochs.setRange(1, MAX_EPOCHS)
        self.pseudo = QCheckBox(tr("Use pseudo-labels"))
        self.pseudo.setToolTip(tr("Train on the proposals of unreviewed faces too"))
        self.full = QCheckBox(tr("Full self-training"))
        self.full.setToolTip(
            tr("All tasks in a row, from the coarsest score map to everything, to convergence")
        )
        form.addRow(tr("Start from"), self.start)
        form.addRow(tr("Backbone"), self.backbone)
        form.addRow(tr("Length"), self.length)
        form.addRow(tr("Epochs"), self.epochs)
        form.addRow("", self.pseudo)
        form.addRow("", self.full)
        self._form = form
        self.body.addWidget(self.advanced)

    def _connect(self) -> None:
        for combo in (self.device, self.start, self.backbone, self.length):
            combo.currentIndexChanged.connect(self.update_plan)
        self.epochs.valueChanged.connect(self.update_plan)
        for box in (self.pseudo, self.full):
            box.toggled.connect(self.update_plan)
        self.fold.toggled.connect(self._show_advanced)
        self._show_advanced(self.fold.isChecked())

    def _choose(self, options: RoundOptions) -> None:
        """Show these options; opens the fold if one of them is in it and not the default."""
        length = "converged" if options.until_converged else "epochs" if options.epochs else "fits"
        for combo, value in (
            (self.device, options.device), (self.start, options.start),
            (self.backbone, options.backbone or DEFAULT_BACKBONE), (self.length, length),
        ):  # fmt: skip
            combo.setCurrentIndex(max(combo.findData(value), 0))
        self.epochs.setValue(options.epochs or 60)
        self.pseudo.setChecked(options.pseudo)
        self.full.setChecked(options.full)
        self.fold.setChecked(options != RoundOptions(device=options.device))

    def options(self) -> RoundOptions:
        """What is chosen.

        Raises:
            UserError: the choices contradict each other.
        """
        start, length = self.start.currentData(), self.length.currentData()
        return RoundOptions(
            start=start,
            backbone=self.backbone.currentData() if start == "imagenet" else None,
            epochs=self.epochs.value() if length == "epochs" else None,
            until_converged=length == "converged",
            pseudo=self.pseudo.isChecked() or self.full.isChecked(),
            full=self.full.isChecked(),
            device=self.device.currentData(),
        )

    @Slot(bool)
    def _show_advanced(self, shown: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
        self.advanced.setVisible(shown)
        self.adjustSize()

    @Slot()
    def update_plan(self) -> None:
        """Show what follows from the choices, or why they cannot be."""
        self._form.setRowVisible(self.backbone, self.start.currentData() == "imagenet")
        self._form.setRowVisible(self.epochs, self.length.currentData() == "epochs")
        self.pseudo.setEnabled(not self.full.isChecked())
        try:
            options = self.options()
            plan = self._make_plan(options, {})
            subject = options.device, plan.start.backbone or DEFAULT_BACKBONE
            if not plan.is_measured and (known := self._probe.known(*subject)):
                plan = self._make_plan(options, known)
            free = plan.start.is_free
        except UserError as error:
            self.plan = None
            self.problem.setText(translate(error.message))
        else:
            self.plan = plan
            self.problem.setText("")
            # beside a running round it would be too slow, and slow the round down
            is_wanted = self.isVisible() and not plan.is_measured and self._purpose == "start"
            measuring = is_wanted and self._probe.measure(*subject)
            self._show_plan(plan, free=free, measuring=measuring)
        self.problem.setVisible(self.plan is None)
        self.ok.setEnabled(self.plan is not None)
        self.adjustSize()

    def _show_plan(self, plan: RoundPlan, *, free: bool, measuring: bool) -> None:
        words = [tr("%Ln manual label(s)", "", plan.manual)]
        if plan.pseudo_available:
            used = tr(
                "{count} of %Ln pseudo-label(s), which train {trained}", "",
                plan.pseudo_available, count=plan.pseudo, trained=translate(plan.trained),
            )  # fmt: skip
            unused = tr("none of %Ln pseudo-label(s)", "", plan.pseudo_available)
            words.append(used if plan.pseudo else unused)
        unseen = plan.landmarks.describe()
        words += [] if unseen is None else [translate(unseen)]
        self.trained.setText("\n".join(words))
        left_out = list_left_out(plan.left_out)
        self.left_out.setText(tr("nothing") if left_out is None else translate(left_out))
        self.measured_by.setText(
            tr("%Ln face(s) that it does not train on", "", plan.audit)
            if plan.audit
            else tr("nothing, so its quality will be unknown")
        )
        start = tr("{network} ({backbone})", network=translate(plan.start.name),
                   backbone=plan.start.backbone or "?")  # fmt: skip
        terms = tr("free for any use") if free else tr("for research only")
        self.starts_from.setText(tr("{start}; the result is {terms}", start=start, terms=terms))
        minutes = max(1, round(plan.seconds / 60))
        time = tr(
            "about {minutes} min on {device}, %Ln epoch(s)", "", plan.epochs,
            minutes=minutes, device=translate(plan.device_name),
        )  # fmt: skip
        guess = tr("a guess; this computer is being measured…") if measuring else tr("a guess")
        self.time.setText(time if plan.is_measured else f"{time} ({guess})")
        unknown = tr("being measured…") if measuring else tr("not known")
        self.memory.setText(
            unknown
            if plan.memory_bytes is None
            else tr("about {size:.1f} GB", size=plan.memory_bytes / GIGABYTE)
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Measure this computer if that was not done before."""
        super().showEvent(event)
        self.update_plan()

    def done(self, result: int) -> None:
        """Close, and end a measurement, which would slow the round down."""
        self._probe.measured.disconnect(self.update_plan)
        self._probe.stop()
        QDialog.done(self, result)


def _form(parent: QWidget | None = None) -> QFormLayout:
    form = QFormLayout(parent) if parent is not None else QFormLayout()
    form.setHorizontalSpacing(4 * theme.SPACING)
    form.setVerticalSpacing(2 * theme.SPACING)
    if parent is not None:
        form.setContentsMargins(0, 0, 0, 0)
    return form


def _combo(texts: Mapping[str, str], names: Sequence[str]) -> QComboBox:
    """A list of these names, shown by their texts."""
    combo = QComboBox()
    for name in names:
        combo.addItem(tr(texts[name]), name)
    return combo
