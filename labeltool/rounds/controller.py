"""Rounds: predict, train, and take the results in."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from labeltool.domain import (
    N_,
    Cancelled,
    Changes,
    Message,
    NewPrediction,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    UserError,
    Verdict,
)
from labeltool.rounds.liveness import Job, JobSlot, Worker
from labeltool.rounds.mean_face import MEAN_FACE, mean_face, mean_proposal
from labeltool.rounds.planning import RoundPlan, measured, plan_round
from labeltool.rounds.run_folder import Event, RunFolder, RunFolderError
from labeltool.rounds.run_inputs import (
    freeze_faces,
    freeze_labels,
    run_spec,
    starter,
    starter_fits,
    trained_round,
)
from labeltool.rounds.skipped_photos import (
    LeftOut,
    keep_problems,
    predicted_note,
    read_left_out,
    trained_note,
)
from labeltool.store import Store
from labeltool.worker_process import program
from pipnet import resources
from pipnet.data.scheme import read_scheme

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
    `left_out`: what the last round that ended could not use.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slot = JobSlot()
        self.left_out = LeftOut()

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
        if self._store.read_only:  # to take it in is to write
            return None
        for row in reversed(self._store.rounds.all()):
            if row.status is RoundStatus.RUNNING and row.kind is not RoundKind.IMPORT:
                folder = RunFolder(row.folder)
                return Job(row.id, row.kind, folder, Worker(folder))
        return None

    def poll(self) -> list[Event]:
        """What happened since the last call; after one that `ends` call `take_in` or `end`."""
        job = self._job
        events = [] if job is None else job.poll()
        if job is not None and any(event.ends for event in events):
            self.note_left_out(job.folder)
        return events

    def note_left_out(self, folder: RunFolder) -> None:
        """Keep what the round of this folder could not use as `left_out`; nothing of a damaged one,
        which `take_in` tells of."""
        self.left_out = LeftOut()
        with suppress(RunFolderError):
            self.left_out = read_left_out(self._store, folder)

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

    def log_file(self) -> Path | None:
        """The running or last run's log."""
        job = self._job
        return None if job is None else job.folder.log

    # Predict

    def can_predict(self) -> bool:
        """Whether a model fits this project's scheme: its own rounds', or the starter."""
        return trained_round(self._store) is not None or starter_fits(self._store)

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
                N_("Every face has a proposal already."), N_("Import more photos first.")
            )
        trained = trained_round(self._store)
        if trained is None and not starter_fits(self._store):
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
        folder, relative = self._new_folder("predict")
        spec = run_spec(self._store, "auto", trained) | {"kind": "predict", "predict_seconds": 0}
        progress(1, 3)
        photos, table = freeze_faces(self._store, wanted)
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
        labels = [points for _face, _verdict, points, _seen in self._store.decisions.labels()]
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
                with self._store.background_write():
                    self._store.rounds.offer(round_id, batch[start : start + SMALL])
                placed = min(start + SMALL, len(batch))
        changed = self._store.rounds.finish(round_id, {}, visible=False)
        told = (
            N_("1 face got the mean face to start from: drag its points into place.")
            if placed == 1
            else N_("{count} faces got the mean face to start from: drag its points into place.")
        )
        if placed < len(batch):
            told = N_("Cancelled: {count} of {total} faces got the mean face to start from.")
        own = starter(self._store)
        unused = ""
        if own != resources.starter() and not starter_fits(self._store):
            unused = N_(
                "{file} is of the scheme '{other}', not of this project's scheme '{scheme}': it "
                "proposes nothing, and the first training starts from its backbone."
            )
        note = Message(
            told, unused, count=placed, total=len(batch), file=own,
            other=read_scheme(own).name if unused else "", scheme=self._store.scheme.name,
        )  # fmt: skip
        return Changes(all=True, rounds=changed.rounds, note=note, back=True)

    # Train

    @_one_at_a_time
    def plan(self, *, epochs: int | None = None, device: str = "auto") -> RoundPlan:
        """What a round would train on now, and how long it would take.

        Raises:
            UserError: something runs already, or there is no manual label.
        """
        counts = self._store.queue.counts()
        if counts.accepted + counts.corrected == 0:
            raise UserError(
                N_("There is no manual label to train on."),
                N_("Accept or correct at least one face, then start the round."),
            )
        available = self._store.faces.count_pseudo_labels(MEAN_FACE)
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
        trained = trained_round(self._store)
        folder, relative = self._new_folder(f"{plan.number:04d}")
        photos, table = freeze_faces(self._store, self._store.faces.boxes())
        progress(1, 3)
        labels = freeze_labels(self._store, plan.pseudo, table)
        progress(2, 3)
        spec = run_spec(self._store, device, trained) | {
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
        return Changes(rounds=True, note=Message(N_("Round {number} started."), number=plan.number))

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
            return Changes(all=True, rounds=True, back=True)
        results, total = self._read_results(job)
        if not self._store.rounds.lease(job.round_id):
            return None
        if job.kind is RoundKind.TRAIN:
            self._store.back_up("round")
            self._store.rounds.set_model(job.round_id, f"round {row.number}", results["digest"])
        add = self._store.rounds.add_predictions
        if job.kind is RoundKind.PREDICT:
            add = self._store.rounds.offer  # type: ignore[assignment]
        self._add(job, job.folder, results["chunks"], add, progress)
        with self._failing():
            keep_problems(self._store, job.folder, finished=True)
        summary = {k: v for k, v in results.items() if k not in ("chunks", "digest")}
        summary |= {"host": platform.node(), "left_out": len(self.left_out.photos)}
        if job.kind is RoundKind.TRAIN:
            summary["manual_used"] = int(str(row.summary["manual"])) - self.left_out.manual
        changes = self._store.rounds.finish(
            job.round_id, summary, visible=job.kind is RoundKind.TRAIN
        )
        self._forget(job)
        if job.kind is RoundKind.TRAIN:
            while self._store.rounds.prune():
                time.sleep(0.01)
        note = predicted_note(self.left_out, total)
        if job.kind is RoundKind.TRAIN:
            note = trained_note(self.left_out, row, self._store.queue.counts().proposed)
        return replace(changes, photos=True, note=note, back=True)

    def _read_results(self, job: Job) -> tuple[dict[str, Any], int]:
        """What a finished round says of itself, and of how many faces; sets `left_out`."""
        with self._failing():
            results = job.folder.results()
            if results is None:
                raise RunFolderError(N_("The round ended without results."), N_("Start it again."))
            self.left_out = read_left_out(self._store, job.folder)
            return results, len(job.folder.faces().ids)

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
            with self._failing():
                rows = folder.predictions(name)
            for start in range(0, len(rows), SMALL):
                with self._store.background_write():
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
        with suppress(RunFolderError):  # it may be why it failed
            changes = changes.joined(keep_problems(self._store, job.folder, finished=False))
        self._forget(job)
        return changes

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Around reading results: the round whose files are damaged is ended as failed."""
        try:
            yield
        except RunFolderError as error:
            self.end(Event("failed", detail=str(error.what), expected=True))
            raise

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
                N_("The results of this round are not in {folder} any more."), folder=row.folder
            )
        job = Job(row.id, row.kind, folder, Worker(folder))
        if results is not None:
            self._add(job, folder, results["chunks"], self._store.rounds.add_predictions, progress)
        self._store.rounds.finish(round_id, {})
        name = f"round {row.number}" if row.kind is RoundKind.TRAIN else row.model
        note = Message(N_("The proposals of {model} are offered again."), model=name)
        return Changes(all=True, rounds=True, note=note, back=True)

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
            log, tail = self.log_file(), "" if event.expected else self.log_tail()
            self.end(event)
            ends = N_("The log {file} ends with:\n{tail}") if tail else ""
            raise UserError(N_("{reason}"), ends, reason=event.detail, file=log, tail=tail)
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

    def _new_folder(self, name: str) -> tuple[RunFolder, str]:
        relative = f"rounds/{name}-{uuid.uuid4().hex[:8]}"
        return RunFolder(self._store.folder / relative), relative

    def _launch(self, round_id: int, kind: RoundKind, folder: RunFolder) -> None:
        environment = os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
        try:
            with folder.log.open("wb") as log:
                process = subprocess.Popen(
                    [*program(), "worker", str(folder.path.absolute())],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env=environment, start_new_session=os.name == "posix",
                )  # fmt: skip
        except OSError as error:
            failed = UserError(
                N_("The worker cannot be started: {reason}."),
                N_("Free some space or memory, then try again."),
                reason=error.strerror or str(error),
            )
            self._store.rounds.end(round_id, RoundStatus.FAILED, failed.what)
            raise failed from error
        self._slot.set(Job(round_id, kind, folder, Worker(folder, process)))
