"""Plans rounds, freezes their inputs, and starts their workers."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from labeltool.domain import (
    N_,
    Cancelled,
    Changes,
    Message,
    Progress,
    RoundKind,
    RoundStatus,
    StoreBusyError,
    UserError,
    Verdict,
    WriteResult,
    detector_model,
    no_progress,
)
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.adjusting.adjusted_proposals import adjustment_in_force
from labeltool.rounds.follower import RoundFollower
from labeltool.rounds.ingest import ResultIngest
from labeltool.rounds.liveness import RoundSlot, RunningRound, Worker
from labeltool.rounds.planning import RoundPlan, StartKnowledge, measured_speeds, plan_round
from labeltool.rounds.proposals.mean_face_proposals import propose_mean_face
from labeltool.rounds.proposals.other_detectors import OtherDetector, detector_in_use
from labeltool.rounds.quality.error_models import start_calibration
from labeltool.rounds.quality.ledger_roles import count_landmarks, count_roles, freeze_ledger
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import (
    count_trainable,
    freeze_audit,
    freeze_faces,
    freeze_labels,
    landmarks_of,
    network_fits,
    relative_weights,
    run_spec,
    sources_of,
    starter,
    starter_fits,
    trained_round,
)
from labeltool.rounds.starts import start_network
from labeltool.store import DETECTOR_TASK, Store


@dataclass(frozen=True, slots=True)
class FrozenRound:
    """A training round as its worker finds it: its `folder`, which is `relative` to the project,
    and the `summary` of its row."""

    folder: RunFolder
    relative: str
    summary: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Proposer:
    """What a prediction is made by: the `spec` of its run folder, the name and digest of the model,
    the task and what goes into the summary of its round, and the JSON of its error model."""

    spec: dict[str, Any]
    model: str
    digest: str
    task: str = ""
    summary: dict[str, object] = field(default_factory=dict)
    calibration: str | None = None


class RoundLauncher:
    """Starts one round at a time. Every method that starts one, or does a round's work without a
    worker, raises UserError while a round runs or starts."""

    def __init__(
        self, store: Store, slot: RoundSlot, follower: RoundFollower, ingest: ResultIngest
    ) -> None:
        self._store, self._slot = store, slot
        self._follower, self._ingest = follower, ingest

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Around starting a round, or doing the work of one.

        Raises:
            UserError: a round runs, or another thread is within such a block.
        """
        self._end_stale()
        with self._slot.starting():
            yield

    def _end_stale(self) -> None:
        """End rounds whose workers are gone."""
        while self._follower.attach() and self._ingest.end_stale():
            pass

    def is_busy(self) -> bool:
        """Whether a round runs, here or in another program."""
        self._end_stale()
        return self._follower.is_running

    def can_predict(self) -> bool:
        """Whether a model fits this project's scheme: one of its own rounds, the starter, or the
        other detector in use."""
        if detector_in_use(self._store) is not None:
            return True
        return trained_round(self._store) is not None or starter_fits(self._store)

    def start_predict(
        self, progress: Progress = no_progress, detector: OtherDetector | None = None
    ) -> Changes:
        """Start a worker that proposes landmarks for every face without a proposal.

        `detector`: propose by it for every unreviewed and rejected face, in place of what is
        proposed there. New faces are predicted by it too, until the project is rolled back to
        another round or a new one is promoted. It takes effect as a whole or not at all.

        Raises:
            UserError: a round runs already, there is nothing to predict, or no model fits.
            Cancelled: from `progress`; nothing was started.
        """
        with self.exclusive():
            return self._start_predict(progress, detector)

    def _start_predict(self, progress: Progress, detector: OtherDetector | None) -> Changes:
        progress(0, 3)
        rows = self._store.faces.boxes()
        if detector is not None:
            wanted = [row for row in rows if row[4] in (Verdict.UNREVIEWED, Verdict.REJECTED)]
        else:
            wanted = [row for row in rows if row[5] is None and row[4] == Verdict.UNREVIEWED]
        if not wanted and detector is not None:
            raise UserError(
                N_("Every face has a decision already."), N_("Import more photos first.")
            )
        if not wanted:
            raise UserError(
                N_("Every face has a proposal already."), N_("Import more photos first.")
            )
        proposer = self._proposer(detector)
        folder, relative = self._new_folder("predict")
        progress(1, 3)
        photos, table = freeze_faces(self._store, wanted)
        progress(2, 3)
        folder.create(proposer.spec, photos, table, calibration=proposer.calibration)
        summary = {"faces": len(wanted), **proposer.summary}
        round_id = self._store.rounds.add(RoundKind.PREDICT, proposer.task, relative, summary)
        self._store.rounds.set_model(round_id, proposer.model, proposer.digest)
        self._launch(round_id, RoundKind.PREDICT, folder)
        return Changes(rounds=True)

    def _proposer(self, detector: OtherDetector | None) -> _Proposer:
        """What a prediction is made by: this detector, the one in use, or the network in use."""
        if detector is not None:
            # a plug-in that is chosen again may be another one by now
            digest = f"{detector.name} {uuid.uuid4().hex}"
            return self._other_proposer(detector, digest, is_chosen=True)
        in_use = detector_in_use(self._store)
        if in_use is not None:
            return self._other_proposer(*in_use, is_chosen=False)
        trained = trained_round(self._store)
        landmarks = landmarks_of(self._store, trained)
        if landmarks is None:
            raise UserError(
                N_("There is no trained model for the scheme {scheme!r} yet."),
                N_("Place the landmarks of some faces by hand, then train a round."),
                scheme=self._store.scheme.name,
            )
        name = "starter" if trained is None else trained.model
        weights = starter(self._store) if trained is None else RunFolder(trained.folder).model
        if not weights.is_file():
            raise UserError(
                N_("The network of {model} is not in {folder} any more."),
                N_("Put it back, or offer the proposals of an earlier round and train again."),
                model=name,
                folder=weights.parent,
            )
        spec = run_spec(self._store, "auto", trained) | {
            "kind": "predict", "scheme": landmarks[0].to_json(), "layout": landmarks[1],
        }  # fmt: skip
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        return _Proposer(spec, name, digest, calibration=start_calibration(weights))

    def _other_proposer(
        self, detector: OtherDetector, digest: str, *, is_chosen: bool
    ) -> _Proposer:
        chosen = detector.to_dict()
        spec = run_spec(self._store, "auto", None) | {
            "kind": "predict", "detector": {**chosen, "digest": digest, "is_chosen": is_chosen},
        }  # fmt: skip
        return _Proposer(
            spec, detector_model(detector.name), digest, DETECTOR_TASK, {"detector": chosen}
        )

    def propose_mean_face(self, progress: Progress = no_progress) -> WriteResult:
        """Propose the mean face instead of a model's prediction, see `mean_face_proposals`.

        Raises:
            UserError: a round runs already.
        """
        with self.exclusive():
            return propose_mean_face(self._store, progress)

    def plan(
        self, options: RoundOptions | None = None, probed: Mapping[str, Any] | None = None
    ) -> RoundPlan:
        """What a training round would use now, and how long it would take.

        Args:
            options: the default ones if None.
            probed: speeds of this machine, used until a round has measured them.

        Raises:
            UserError: there is no manual label, or the options do not fit the project.
        """
        options = options or RoundOptions()
        self._end_stale()
        trainable = count_trainable(self._store)
        start, in_use = start_network(self._store, options), trained_round(self._store)
        if options.full and not trainable.pseudo:
            raise UserError(
                N_("There are no pseudo-labels for a full self-training."),
                N_("Predict the unreviewed faces first, or train one round."),
            )
        rounds = self._store.rounds.all()
        known = {**(probed or {}), **measured_speeds(rounds, options.device, start.backbone)}
        counts, audit = self._store.queue.counts(), self._store.audit.get()
        audited = len(audit.measuring)
        fits = network_fits(self._store, start.trained)
        learnt = StartKnowledge(
            fits=fits,
            knows_labels=fits and start.trained is not None and start.imagenet is None,
            # adjusted proposals have learnt from labels, too
            proposals_know_labels=in_use is not None
            or adjustment_in_force(self._store) is not None,
        )
        plan = plan_round(counts, trainable, audited, known, options, start, learnt)
        return replace(plan, number=self._store.rounds.next_number())

    def start_training(self, plan: RoundPlan, progress: Progress = no_progress) -> WriteResult:
        """Freeze the labels and start a training round.

        Raises:
            UserError: a round runs already, or the folder cannot be written.
            Cancelled: from `progress`; nothing was started.
        """
        with self.exclusive():
            frozen = self.freeze(plan, progress)
            round_id = self._store.rounds.add(
                RoundKind.TRAIN, plan.task, frozen.relative, frozen.summary
            )
            return self._launch_training(round_id, plan, frozen)

    def start_queued(
        self, round_id: int, options: RoundOptions, progress: Progress = no_progress
    ) -> WriteResult | None:
        """Start a training round that waits; None if it does not wait any more.

        Raises:
            UserError: a round runs already, or another program is writing; or the round cannot be
                started, and has failed.
            Cancelled: from `progress`; the round that waited is cancelled.
        """
        with self.exclusive():
            try:
                plan = self.plan(options)
                frozen = self.freeze(plan, progress)
                if not self._store.rounds.start_queued(
                    round_id, plan.task, frozen.relative, frozen.summary
                ):
                    shutil.rmtree(frozen.folder.path, ignore_errors=True)
                    return None
            except StoreBusyError:
                raise  # it goes on waiting
            except UserError as error:
                self._store.rounds.end(round_id, RoundStatus.FAILED, error.what)
                raise
            except Cancelled:
                self._store.rounds.end(round_id, RoundStatus.CANCELLED)
                raise
            return self._launch_training(round_id, plan, frozen)

    def _launch_training(self, round_id: int, plan: RoundPlan, frozen: FrozenRound) -> WriteResult:
        self._launch(round_id, RoundKind.TRAIN, frozen.folder)
        started = Message(N_("Round {number} started."), number=plan.number)
        return WriteResult(Changes(rounds=True), started)

    def freeze(self, plan: RoundPlan, progress: Progress) -> FrozenRound:
        """Write the run folder of a training round.

        Raises:
            UserError: it cannot be written, or no labelled photo can be used.
            Cancelled: from `progress`; nothing was written.
        """
        progress(0, 3)
        start = start_network(self._store, plan.options)
        folder, relative = self._new_folder(f"{plan.number:04d}")
        rows = self._store.faces.boxes()
        photos, table = freeze_faces(self._store, rows)
        progress(1, 3)
        labels = freeze_labels(self._store, plan.pseudo, table, progress)
        audit = freeze_audit(self._store, table)
        ledger = freeze_ledger(self._store, rows, table, labels, audit)
        progress(2, 3)
        in_use = trained_round(self._store)
        spec = run_spec(self._store, plan.options.device, start.trained) | {
            "kind": "train",
            "in_use": {
                "round": 0 if in_use is None else in_use.number,
                "weights": relative_weights(self._store, in_use),
                "sources": sources_of(self._store, in_use),
            },
            "sources": sources_of(self._store, start.trained),
            "options": plan.options.to_dict(),
            "imagenet": None if start.imagenet is None else str(start.imagenet),
            "number": plan.number, "task": plan.task, "epochs": plan.epochs,
            "recipe": asdict(plan.recipe), "seed": plan.number, "speeds": asdict(plan.speeds),
        }  # fmt: skip
        folder.create(spec, photos, table, labels, audit, ledger, start_calibration(start.weights))
        summary: dict[str, object] = {
            "manual": int(labels.manual.sum()), "pseudo": int((~labels.manual).sum()),
            "epochs": plan.epochs, "options": plan.options.to_dict(),
            "ledger": count_roles(ledger), "landmarks": count_landmarks(ledger, labels),
        }  # fmt: skip
        return FrozenRound(folder, relative, summary)

    def _new_folder(self, name: str) -> tuple[RunFolder, str]:
        relative = f"rounds/{name}-{uuid.uuid4().hex[:8]}"
        return RunFolder(self._store.folder / relative), relative

    def _launch(self, round_id: int, kind: RoundKind, folder: RunFolder) -> None:
        try:
            worker = Worker.start(folder)
        except UserError as error:
            self._store.rounds.end(round_id, RoundStatus.FAILED, error.what)
            raise
        self._slot.set(RunningRound(round_id, kind, folder, worker))
