"""Rounds: predict, train, and take the results in."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from labeltool.domain import (
    Cancelled,
    Changes,
    NewPrediction,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    Said,
    UserError,
    Verdict,
    mark,
)
from labeltool.shapes import MEAN_FACE, mean_face, mean_proposal
from labeltool.store import Store
from labeltool.training.folder import Event, FaceTable, LabelTable, RunFolder, program
from labeltool.training.liveness import Job, JobSlot, Worker
from labeltool.training.plan import RoundPlan, measured, plan_round
from pipnet import resources
from pipnet.scheme import SchemeError, scheme_of

STARTER = "starter.safetensors"
"""A model file of this name in a project's folder is its starter, not the one that ships."""

SMALL = 16
"""Predictions written at once: about 5 ms, so a click never waits."""


P = ParamSpec("P")
T = TypeVar("T")


def _silent(_done: int, _total: int) -> None: ...


def _one_at_a_time(
    method: Callable[Concatenate[Rounds, P], T],
) -> Callable[Concatenate[Rounds, P], T]:
    """Refuse what starts a round, or does the work of one, while another one runs or starts."""

    @wraps(method)
    def guarded(self: Rounds, /, *args: P.args, **kwargs: P.kwargs) -> T:
        while self.attach() and self.end_stale():
            pass
        with self._slot.starting():
            return method(self, *args, **kwargs)

    return guarded


class Rounds:
    """Starts, follows and takes in the rounds of one project. One runs at a time.

    Background threads start rounds and take them in; the thread that follows them calls `poll`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slot = JobSlot()

    # What is going on

    @property
    def _job(self) -> Job | None:
        return self._slot.get()

    @property
    def running(self) -> bool:
        """Whether a round runs, as far as this process knows."""
        return self._job is not None

    @property
    def round_id(self) -> int | None:
        """Id of the round that runs."""
        job = self._job
        return None if job is None else job.round_id

    @property
    def alive(self) -> bool:
        """Whether its worker lives; a round that runs without one waits to be taken in."""
        job = self._job
        return job is not None and job.folder.is_alive()

    @property
    def running_kind(self) -> RoundKind | None:
        """What kind of round runs."""
        job = self._job
        return None if job is None else job.kind

    def attach(self) -> bool:
        """Find a round that another process, or this project's last window, started."""
        return self._slot.fill(self._find)

    def _find(self) -> Job | None:
        for row in reversed(self._store.rounds.all()):
            if row.status is RoundStatus.RUNNING and row.kind is not RoundKind.IMPORT:
                folder = RunFolder(row.folder)
                return Job(row.id, row.kind, folder, Worker(folder))
        return None

    def poll(self) -> list[Event]:
        """What happened since the last call; after one that `ends` call `take_in` or `end`."""
        job = self._job
        return [] if job is None else job.poll()

    def end_stale(self) -> bool:
        """End a round that is marked as running though its worker is gone and left no results.

        Returns whether there was one. It may have been left by a program that could not write that
        the round ended, or was killed before.
        """
        job = self._job
        event = None if job is None else job.worker.last_event()
        if event is None or event.kind == "finished":
            return False
        self.end(event)
        return True

    def cancel(self) -> None:
        """Ask the running round to stop; it says so by an event."""
        if (job := self._job) is not None:
            job.folder.cancel()

    def stop_early(self) -> None:
        """Ask the training to end now and keep its network."""
        if (job := self._job) is not None:
            job.folder.stop_early()

    def log_tail(self) -> str:
        """The end of the running or last run's log."""
        job = self._job
        return "" if job is None else job.folder.log_tail()

    # Predict

    def can_predict(self) -> bool:
        """Whether a model fits this project's scheme: its own rounds', or the starter."""
        return self._trained() is not None or self._starter_fits()

    @_one_at_a_time
    def start_predict(self, progress: Progress = lambda done, total: None) -> Changes:
        """Start a worker that proposes landmarks for every face without a proposal.

        Raises:
            UserError: something runs already, there is nothing to predict, or no model fits.
            Cancelled: out of `progress`; nothing was started.
        """
        progress(0, 3)
        wanted = [row for row in self._store.faces.boxes() if row[5] is None]
        wanted = [row for row in wanted if row[4] == Verdict.UNREVIEWED]
        if not wanted:
            raise UserError(
                mark("Every face has a proposal already."), mark("Import more photos first.")
            )
        trained = self._trained()
        if trained is None and not self._starter_fits():
            raise UserError(
                mark("There is no trained model for the scheme {scheme!r} yet."),
                mark("Place the landmarks of some faces by hand, then train a round."),
                scheme=self._store.scheme.name,
            )
        name = "starter" if trained is None else trained.model
        weights = self._starter() if trained is None else RunFolder(trained.folder).model
        if not weights.is_file():
            raise UserError(
                mark("The network of {model} is not in {folder} any more."),
                mark("Put it back, or offer the proposals of an earlier round and train again."),
                model=name,
                folder=weights.parent,
            )
        folder, relative = self._new_folder("predict")
        spec = self._spec("auto", trained) | {"kind": "predict", "predict_seconds": 0}
        progress(1, 3)
        photos, table = self._faces(wanted)
        progress(2, 3)
        folder.create(spec, photos, table)
        round_id = self._store.rounds.add(RoundKind.PREDICT, "", relative, {"faces": len(wanted)})
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        self._store.rounds.set_model(round_id, name, digest)
        self._launch(round_id, RoundKind.PREDICT, folder)
        return Changes(rounds=True)

    @_one_at_a_time
    def propose_mean_face(self, progress: Progress = _silent) -> Changes:
        """Propose the mean face of the manual labels, or an ellipse without any, to drag into
        place.

        For schemes no model knows yet. It needs no worker. Cancelled, it leaves the faces that have
        it already with it.
        """
        wanted = [
            row for row in self._store.faces.boxes() if row[5] is None and row[4] == "unreviewed"
        ]
        labels = [points for _face, _verdict, points, _seen in self._store.reviews.labels()]
        mean = mean_face(labels, self._store.scheme.count)
        round_id = self._store.rounds.add(
            RoundKind.PREDICT, "", f"rounds/mean-{uuid.uuid4().hex[:8]}", {"faces": len(wanted)}
        )
        self._store.rounds.set_model(
            round_id, MEAN_FACE, f"mean face {hashlib.sha256(mean.tobytes()).hexdigest()}"
        )
        batch = [mean_proposal(face, box, kind, mean) for face, _photo, box, kind, *_ in wanted]
        placed = 0
        with suppress(Cancelled):
            for start in range(0, len(batch), SMALL):
                progress(start, len(batch))
                with self._store.taking_turns():
                    self._store.rounds.offer(round_id, batch[start : start + SMALL])
                placed = min(start + SMALL, len(batch))
        changed = self._store.rounds.finish(round_id, {}, visible=False)
        told = mark("{count} faces got the mean face to start from: drag its points into place.")
        if placed < len(batch):
            told = mark("Cancelled: {count} of {total} faces got the mean face to start from.")
        note = Said(told, count=placed, total=len(batch))
        return Changes(all=True, rounds=changed.rounds, note=note)

    # Train

    @_one_at_a_time
    def plan(self, *, epochs: int | None = None, device: str = "auto") -> RoundPlan:
        """What a round would train on now, and how long it would take.

        Raises:
            UserError: something runs already, or there is no manual label.
        """
        counts = self._store.faces.counts()
        if counts.accepted + counts.corrected == 0:
            raise UserError(
                mark("There is no manual label to train on."),
                mark("Accept or correct at least one face, then start the round."),
            )
        available = self._store.faces.count_pseudo(MEAN_FACE)
        known = measured(self._store.rounds.all(), device)
        return plan_round(counts, available, known, epochs=epochs, device=device)

    @_one_at_a_time
    def start(
        self,
        plan: RoundPlan,
        device: str = "auto",
        progress: Progress = lambda done, total: None,
    ) -> Changes:
        """Freeze the labels and start a training round.

        Raises:
            UserError: something runs already, or the folder cannot be written.
            Cancelled: out of `progress`; nothing was started.
        """
        progress(0, 3)
        trained = self._trained()
        folder, relative = self._new_folder(f"{plan.number:04d}")
        photos, table = self._faces(self._store.faces.boxes())
        progress(1, 3)
        labels = self._labels(plan.pseudo, table)
        progress(2, 3)
        spec = self._spec(device, trained) | {
            "kind": "train", "number": plan.number, "task": plan.task, "epochs": plan.epochs,
            "batch": 16, "lr": 1e-4 if self.can_predict() else 1e-3, "seed": plan.number,
            "predict_seconds": plan.predict_seconds,
        }  # fmt: skip
        folder.create(spec, photos, table, labels)
        summary: dict[str, object] = {
            "manual": plan.manual, "pseudo": plan.pseudo, "epochs": plan.epochs,
        }  # fmt: skip
        round_id = self._store.rounds.add(RoundKind.TRAIN, plan.task, relative, summary)
        self._launch(round_id, RoundKind.TRAIN, folder)
        return Changes(rounds=True, note=Said(mark("Round {number} started."), number=plan.number))

    def _labels(self, pseudo: int, table: FaceTable) -> LabelTable:
        """Frozen labels of the faces in the table: a photo that cannot be read trains nothing."""
        usable = set(table.ids.tolist())
        labels = self._store.reviews.labels()
        manual = [(face, points) for face, _, points, _ in labels if face in usable]
        if not manual:
            raise UserError(
                mark("None of the labelled photos can be read."),
                mark("See what is wrong with them first."),
            )
        ours = self._store.faces.pseudo(MEAN_FACE, pseudo)
        rows = manual + [row for row in ours if row[0] in usable]
        return LabelTable(
            np.array([face for face, _ in rows], np.int64),
            np.stack([points for _, points in rows]),
            np.arange(len(rows)) < len(manual),
        )

    # Results

    def take_in(self, progress: Progress = _silent) -> Changes | None:
        """Take the finished round's results in; None if another process does it.

        Idempotent: a second call, or a second process, adds nothing. The write lock is held for a
        few milliseconds at a time, and the results of a training become visible in the last
        transaction.
        """
        job = self._job
        if job is None:
            return None
        row = self._row(job)
        if row.status is not RoundStatus.RUNNING:
            self._forget(job)
            return Changes(all=True, rounds=True)
        results = job.folder.results()
        if results is None:
            self.end(Event("failed", detail="The round ended without results."))
            raise UserError(mark("The round ended without results."), mark("Start it again."))
        if not self._store.rounds.lease(job.round_id):
            return None
        if job.kind is RoundKind.TRAIN:
            self._store.back_up("round")
            self._store.rounds.set_model(job.round_id, f"round {row.number}", results["digest"])
        add = self._store.rounds.add_predictions
        if job.kind is RoundKind.PREDICT:
            add = self._store.rounds.offer  # type: ignore[assignment]
        self._add(job, job.folder, results["chunks"], add, progress)
        summary = {k: v for k, v in results.items() if k not in ("chunks", "digest")}
        summary["host"] = platform.node()
        changes = self._store.rounds.finish(
            job.round_id, summary, visible=job.kind is RoundKind.TRAIN
        )
        self._forget(job)
        if job.kind is RoundKind.TRAIN:
            while self._store.rounds.prune():
                time.sleep(0.01)
            note = Said(
                mark("Round {number} is done: {count} faces have a new proposal to review."),
                number=row.number, count=self._store.faces.counts().proposed,
            )  # fmt: skip
            return Changes(all=True, rounds=True, note=note)
        return changes

    def take_chunk(self, event: Event) -> Changes:
        """Offer the predictions of one chunk of a running prediction at once."""
        job = self._job
        if (
            job is None
            or job.kind is not RoundKind.PREDICT
            or not self._store.rounds.lease(job.round_id)
        ):
            return Changes()
        faces = self._add(job, job.folder, [event.detail], self._store.rounds.offer, _silent)
        return Changes(faces=frozenset(faces))

    def _add(
        self,
        job: Job,
        folder: RunFolder,
        chunks: list[str],
        add: Callable[[int, list[NewPrediction]], object],
        progress: Progress,
    ) -> list[int]:
        """Add the predictions of some chunks; returns the faces of the last one."""
        rows: list[NewPrediction] = []
        for number, name in enumerate(chunks):
            try:
                rows = folder.predictions(name)
            except UserError as error:
                self.end(Event("failed", detail=str(error)))
                raise
            for start in range(0, len(rows), SMALL):
                with self._store.taking_turns():
                    add(job.round_id, rows[start : start + SMALL])
            self._store.rounds.lease(job.round_id)
            progress(number + 1, len(chunks))
        return [row.face_id for row in rows]

    def end(self, event: Event) -> Changes:
        """A round failed or was cancelled: note it; everything else stays as it was."""
        job = self._job
        if job is None:
            return Changes()
        status = RoundStatus.CANCELLED if event.kind == "cancelled" else RoundStatus.FAILED
        changes = self._store.rounds.end(job.round_id, status, event.detail or None)
        self._forget(job)
        return changes

    @_one_at_a_time
    def restore(self, round_id: int, progress: Progress = _silent) -> Changes:
        """Offer an earlier round's proposals again, from its folder; cancelled, none of them.

        Raises:
            UserError: something runs, or its folder is gone.
        """
        row = next(r for r in self._store.rounds.all() if r.id == round_id)
        folder = RunFolder(row.folder)
        results = folder.results()
        if results is None and row.kind is not RoundKind.IMPORT:
            raise UserError(
                mark("The results of this round are not in {folder} any more."), folder=row.folder
            )
        job = Job(row.id, row.kind, folder, Worker(folder))
        if results is not None:
            self._add(job, folder, results["chunks"], self._store.rounds.add_predictions, progress)
        self._store.rounds.finish(round_id, {})
        name = f"round {row.number}" if row.kind is RoundKind.TRAIN else row.model
        note = Said(mark("The proposals of {model} are offered again."), model=name)
        return Changes(all=True, rounds=True, note=note)

    def wait(self, on_event: Callable[[Event], None]) -> Changes:
        """Follow the running round to its end and take it in: for the command line.

        Ctrl-C, and whatever `on_event` raises, cancels the round.

        Raises:
            UserError: the round failed.
        """
        try:
            while True:
                for event in self.poll():
                    on_event(event)
                    changes = self._obey(event)
                    if changes is not None:
                        return changes
                time.sleep(0.1)
        except UserError:
            raise
        except BaseException as error:
            self._stop()
            if isinstance(error, KeyboardInterrupt):
                raise Cancelled from None
            raise

    def _obey(self, event: Event) -> Changes | None:
        """Do what an event asks for; what the whole round changed, after its last one."""
        if event.kind == "chunk":
            self.take_chunk(event)
        elif event.kind == "finished":
            while (changes := self.take_in()) is None:
                time.sleep(0.2)  # a window takes it in
            return changes
        elif event.kind == "failed":
            tail = self.log_tail()
            self.end(event)
            ends = mark("The log ends with:\n{tail}") if tail else ""
            raise UserError(mark("{reason}"), ends, reason=event.detail, tail=tail)
        elif event.kind == "cancelled":
            self.end(event)
            raise Cancelled
        return None

    def _stop(self) -> None:
        """Cancel the running round, and wait until its worker has gone."""
        self.cancel()
        while (job := self._job) is not None:
            if any(event.ends for event in job.poll()) or job.ended:
                self.end(Event("cancelled"))
            else:
                time.sleep(0.1)

    # Helpers

    def _row(self, job: Job) -> Round:
        return next(row for row in self._store.rounds.all() if row.id == job.round_id)

    def _forget(self, job: Job) -> None:
        if job.worker.process is not None:
            job.worker.process.wait()
        self._slot.clear(job)

    def _trained(self) -> Round | None:
        """The newest round on top that has a network of its own."""
        current = self._store.rounds.current()
        if current is not None and current.kind is RoundKind.TRAIN:
            return current
        ready = [
            row
            for row in self._store.rounds.all()
            if row.kind is RoundKind.TRAIN and row.status is RoundStatus.READY
        ]
        matching = [row for row in ready if current is not None and row.model == current.model]
        if matching:
            return matching[-1]
        return ready[-1] if ready and not self._starter_fits() else None

    def _starter(self) -> Path:
        """The project's own starter, if it has one, else the one that ships."""
        own = self._store.folder / STARTER
        return own if own.is_file() else resources.starter()

    def _starter_fits(self) -> bool:
        starter, scheme = self._starter(), self._store.scheme
        if starter == resources.starter():
            return scheme.name == "300w" and starter.exists()
        try:
            return scheme_of(starter).names == scheme.names
        except SchemeError as error:
            raise UserError(
                mark("{file} is not a model file."),
                mark("Put one there that 'pipnet train' wrote, or take it away."),
                file=starter,
            ) from error

    def _spec(self, device: str, trained: Round | None) -> dict[str, Any]:
        roots = {}
        for root_id, root in self._store.faces.roots().items():
            inside = root.is_relative_to(self._store.folder)
            # a photo folder inside the project moves with it
            roots[root_id] = (
                os.path.relpath(root, self._store.folder / "rounds" / "x") if inside else str(root)
            )
        weights = None if trained is None else f"../{trained.folder.name}/model.safetensors"
        if trained is None and self._starter() != resources.starter():
            weights = f"../../{STARTER}"
        return {
            "format": 1, "device": device, "scheme": self._store.scheme.to_json(),
            "weights": weights, "roots": roots,
        }  # fmt: skip

    def _faces(self, rows: list[Any]) -> tuple[list[tuple[int, str]], FaceTable]:
        index = self._store.faces.photo_index()
        place = {photo[0]: i for i, photo in enumerate(index)}
        rows = [row for row in rows if row[1] in place and row[4] != Verdict.EXCLUDED]
        return [(photo[1], photo[3]) for photo in index], FaceTable(
            np.array([row[0] for row in rows], np.int64),
            np.array([place[row[1]] for row in rows], np.int64),
            np.array([row[2] for row in rows], np.float64).reshape(-1, 4),
            np.array([row[3] for row in rows], np.str_),
        )

    def _new_folder(self, name: str) -> tuple[RunFolder, str]:
        relative = f"rounds/{name}-{uuid.uuid4().hex[:8]}"
        return RunFolder(self._store.folder / relative), relative

    def _launch(self, round_id: int, kind: RoundKind, folder: RunFolder) -> None:
        environment = os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
        try:
            with (folder.path / "worker.log").open("wb") as log:
                process = subprocess.Popen(
                    [*program(), "worker", str(folder.path)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env=environment, start_new_session=os.name == "posix",
                )  # fmt: skip
        except OSError as error:
            failed = UserError(
                mark("The worker cannot be started: {reason}."),
                mark("Free some space or memory, then try again."),
                reason=error.strerror or str(error),
            )
            self._store.rounds.end(round_id, RoundStatus.FAILED, failed.what)
            raise failed from error
        self._slot.set(Job(round_id, kind, folder, Worker(folder, process)))
