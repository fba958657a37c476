"""Adjusts the proposals of the network in use by what it got wrong in the same way on many faces.

Learned from labels that one person gave to one face after the other on proposals of that network,
which was not trained on them. It takes seconds, and holds until the next round's network.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Progress,
    UserError,
    WriteResult,
    model_name,
    no_progress,
)
from labeltool.rounds.adjusting.adjusted_proposals import (
    ProposalAdjustment,
    network_in_use,
    write_adjusted,
)
from labeltool.rounds.quality.audit_groups import group_numbers, held_out
from labeltool.store import Store
from labeltool.store.trust.adjustments import LabelledProposal

if TYPE_CHECKING:
    from pipnet.calibration.adjustment import Adjustment
    from pipnet.evaluation.compare import PairedChange

MIN_AUDIT_FACES = 10
"""With so many labelled faces that measure networks, they alone say whether an adjustment helps."""

WORTHWHILE_GROWTH = 1.5
"""An adjustment in force is worth learning again from so many times the faces."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """An adjustment that was learned, and what it is worth.

    `ratios` (N,): mean error of each landmark after over before. `faces`: how many it was learned
    from. `before`, `after`: NME, percent, of the `measured` faces: those that measure networks
    (`by_audit`), or without enough of them the labelled ones, each by an adjustment that was
    learned without its group. `change`: the difference of the two, as a fraction; None if the faces
    are too few to say. `previous_faces`: how many faces the adjustment in force was learned from,
    or 0.
    """

    network: int
    adjustment: Adjustment
    ratios: NDArray[np.float64]
    faces: int
    before: float
    after: float
    measured: int
    by_audit: bool
    change: PairedChange | None
    previous_faces: int

    @property
    def helps(self) -> bool:
        """Whether the error falls by more than chance."""
        return self.change is not None and self.change.high < 0

    @property
    def is_worth_offering(self) -> bool:
        """Whether it helps, and more than an adjustment in force that was learned from hardly
        fewer faces."""
        return self.helps and self.faces >= WORTHWHILE_GROWTH * self.previous_faces

    def figures(self) -> dict[str, float | int | bool | None]:
        """The figures as JSON has them: NME and its change with the 95 % interval in percent."""
        change = self.change
        low, high = (None, None) if change is None else (100 * change.low, 100 * change.high)
        return {
            "learned_from": self.faces, "measured": self.measured, "by_audit": self.by_audit,
            "before": self.before, "after": self.after, "low": low, "high": high,
            "helps": self.helps,
        }  # fmt: skip

    @property
    def question(self) -> Message:
        """What it is worth, and whether to use it."""
        return Message.join(
            self.sentence,
            Message(N_("Adjust the proposals of all undecided faces? Undo takes it back.")),
        )

    @property
    def sentence(self) -> Message:
        """What it is worth, in words."""
        return Message(
            N_(
                "On {count} labelled faces the network is off by {before} % of the norm; "
                "adjusted, by {after} %."
            ),
            count=self.measured, before=f"{self.before:.2f}", after=f"{self.after:.2f}",
        )  # fmt: skip


class ProposalAdjuster:
    """Learns adjustments, and offers adjusted proposals. Decisions stay as they are.

    `exclusive`: see `RoundLauncher.exclusive`; nothing is offered while a round runs.
    """

    def __init__(self, store: Store, exclusive: Callable[[], AbstractContextManager[None]]) -> None:
        self._store, self._exclusive = store, exclusive

    def learn(self) -> Learned:
        """Learn an adjustment of the network in use.

        Raises:
            UserError: there is no network, or too few labels were given on its proposals.
        """
        # imported here: the window opens without it
        from pipnet.calibration.adjustment import (  # noqa: PLC0415
            MAX_FACES,
            MIN_FACES,
            fit_adjustment,
        )
        from pipnet.evaluation.compare import paired_change  # noqa: PLC0415
        from pipnet.evaluation.metrics import norm_distance  # noqa: PLC0415

        network = network_in_use(self._store)
        if network is None:
            raise UserError(
                N_("No network proposes landmarks yet."),
                N_("Label faces by hand, then train a round."),
            )
        count = self._store.scheme.count
        rows = [
            row
            for row in self._store.trust.adjustments.labelled(network.id, MAX_FACES)
            if len(row.points) == len(row.truth) == count
            and np.isfinite(row.truth).all()
            and norm_distance(row.truth[None], self._store.scheme)[0] > 0
        ]
        # what measures networks is kept out, for adjusted proposals train them
        kept_out = held_out(self._store, [row.face_id for row in rows])
        audit = [row for row in rows if row.is_audit]
        rows = [row for row in rows if row.face_id not in kept_out]
        points, truth, norms = self._arrays(rows)
        fit = fit_adjustment(
            points, truth, group_numbers(self._store, [row.photo_id for row in rows])
        )
        if fit is None:
            raise UserError(
                N_(
                    "{count} faces were labelled on the proposals of {model}; an adjustment needs "
                    "{wanted}."
                ),
                N_("Label more faces one by one, with all of their landmarks."),
                count=len(rows), model=model_name(network.model), wanted=MIN_FACES,
            )  # fmt: skip
        before, after = fit.before.mean(1) / norms, fit.after.mean(1) / norms
        by_audit = len(audit) >= MIN_AUDIT_FACES
        if by_audit:
            points, truth, norms = self._arrays(audit)
            adjusted = fit.adjustment.apply(points)
            before = np.linalg.norm(points - truth, axis=-1).mean(1) / norms
            after = np.linalg.norm(adjusted - truth, axis=-1).mean(1) / norms
        return Learned(
            network.id, fit.adjustment, fit.ratios(), len(rows), 100 * float(before.mean()),
            100 * float(after.mean()), len(before), by_audit, paired_change(before, after),
            self._store.trust.adjustments.learned_from(network.id),
        )  # fmt: skip

    def _discard(self, round_id: int) -> None:
        while self._store.rounds.discard_predictions(round_id):
            pass

    def _arrays(
        self, rows: list[LabelledProposal]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Points and truth of F faces, (F, N, 2) each, and their norms (F,), in pixels."""
        from pipnet.evaluation.metrics import norm_distance  # noqa: PLC0415

        shape = (-1, self._store.scheme.count, 2)
        truth = np.array([row.truth for row in rows]).reshape(shape)
        points = np.array([row.points for row in rows]).reshape(shape)
        return points, truth, norm_distance(truth, self._store.scheme)

    def offer(
        self, reviewer: str, learned: Learned, progress: Progress = no_progress
    ) -> WriteResult:
        """Offer the adjusted proposals for all undecided faces, as one operation that undo takes
        back; all of them or, when cancelled, none.

        Raises:
            UserError: it does not help, a round runs, or another network is in use by now.
        """
        if not learned.helps:
            raise UserError(
                N_("{sentence} That is no more than chance."),
                N_("The proposals stay as they are; more labels may tell more."),
                sentence=learned.sentence,
            )
        adjustments = self._store.trust.adjustments
        with self._exclusive():
            network = network_in_use(self._store)
            if network is None or network.id != learned.network:
                raise UserError(
                    N_("Another network is in use by now."), N_("Learn from its proposals.")
                )
            for unfinished in adjustments.unfinished():  # a program was killed meanwhile
                self._discard(unfinished)
            round_id = adjustments.add_round(network.id, learned.figures())
            stored = ProposalAdjustment(
                learned.adjustment, learned.ratios, self._store.schemes.layout
            )
            try:
                count = write_adjusted(self._store, network.id, round_id, stored, progress=progress)
            except BaseException:
                self._discard(round_id)
                raise
            description = Message(
                N_("adjusting the proposals of {model}"), model=model_name(network.model)
            )
            adjustments.offer(reviewer, round_id, stored.to_bytes(), description)
            self._store.rounds.refresh_faces(round_id)
        message = Message.join(
            Message.counted(
                count,
                N_("The proposal of 1 face was adjusted."),
                N_("The proposals of {count:,} faces were adjusted."),
            ),
            learned.sentence,
        )
        return WriteResult(Changes(all=True, rounds=True), message, undoable=True)
