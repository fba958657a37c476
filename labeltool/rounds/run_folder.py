"""The run folder: the protocol between the app and the worker process of a round.

    spec.json           what to do, written once by the app
    faces.npz           the faces to predict: id, photo, box, kind of box
    photos.json         the photos, [root, relative path, width, height] each
    labels.npz          what a round trains on: face, points, whether a person labelled it
    audit.npz           the faces that measure the network, and their manual labels
    ledger.npz          what the round uses each face for
    calibration.json    the error model of the network that it starts from, if that has one
    events.jsonl        events, one a line, appended by the worker
    cancel, stop, pause exist while the user asks to cancel, to stop early and keep the model, or to
                        pause
    lock                held by the worker while it lives
    worker.log          what the worker printed
    training/           the state of the training, to resume it
    samples.npz         `faces` (K,), `points` (K, N, 2) and perhaps `errors` (K, N): a few faces,
                        with the landmarks that the network of the last measured epoch proposes
    audit-errors.npz    the landmarks and errors of the audit faces, see AuditErrorTable
    model.safetensors   the trained network
    model.onnx          the network that proposes, for the window
    model.calibration.json  the error model of both, which the expected errors come from
    predictions-*.npz   its predictions, a few hundred faces a file
    problems.json       the photos that could not be used, [place in photos.json, reason] each
    results.json        written last: the round is complete

Files instead of a pipe: the work continues when the app closes or crashes, another window finds it
again, and a person can repeat it with `labeltool worker FOLDER`. This module imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import portalocker
from numpy.typing import NDArray

from labeltool.domain import N_, Cancelled, Message, UserError, system_reason
from labeltool.rounds.run_tables import (
    AuditTable,
    FaceTable,
    LabelTable,
    LedgerTable,
    RunFolderError,
    RunPhoto,
    RunTables,
    reading,
    unreadable,
)

PAUSE_POLL_SECONDS = 0.2
"""How often a worker that pauses looks whether to go on."""


EXIT_DISK_FULL = 74
"""Exit code of a worker that cannot even report that the disk is full (EX_IOERR of sysexits.h)."""

FINAL_KINDS = ("finished", "cancelled", "failed")
"""Kinds of the last event of a round."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of events.jsonl.

    `kind`: waiting (another round uses the device, `reason` says which), started, progress, epoch
    (`values` are of a whole epoch), chunk (a predictions file is complete), notice (`reason` says
    what the worker had to change), paused, resumed, finished, cancelled or failed.
    `stage`: train, prepare (predict the pseudo-labels) or predict (every face); `done` of `total`
    images of all trainings, or faces; `seconds` left in the whole run.
    `losses` by name. `values`: learning_rate, images_per_second, memory_bytes, and for an epoch
    nme and nme_curve of the audit faces in percent; those that are known. `detail`: the file of a
    chunk, the device at the start; of a training, whether it is on `labels` alone or on `both`
    these and pseudo-labels. `reason`: why it failed; `expected`: that explains the failure,
    so nobody needs the log.
    """

    kind: str
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    detail: str = ""
    reason: Message | None = None
    expected: bool = False

    def to_json(self) -> str:
        """The line of events.jsonl."""
        values = asdict(replace(self, reason=None))
        return json.dumps(values | {"reason": self.reason and self.reason.to_dict()})

    @classmethod
    def from_json(cls, line: bytes) -> Event:
        """The event of a line that `to_json` wrote."""
        values = json.loads(line)
        reason = values.pop("reason", None)
        return cls(reason=None if reason is None else Message.from_dict(reason), **values)

    @property
    def is_final(self) -> bool:
        """Whether it is the last event of the round."""
        return self.kind in FINAL_KINDS


class RunFolder:
    """A run folder, for both sides: the app creates it, reads events and cancels; the worker does
    the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.model = path / "model.safetensors"
        self.onnx = path / "model.onnx"
        self.calibration = path / "model.calibration.json"
        self.start_calibration = path / "calibration.json"
        self.log = path / "worker.log"
        self.tables = RunTables(path)
        self._offset = 0

    # The app's side

    def create(
        self,
        spec: dict[str, Any],
        photos: list[RunPhoto],
        faces: FaceTable,
        labels: LabelTable | None = None,
        audit: AuditTable | None = None,
        ledger: LedgerTable | None = None,
        calibration: str | None = None,
    ) -> None:
        """Write the inputs; `calibration` is JSON. The folder appears complete or not at all.

        Raises:
            UserError: it cannot be written.
        """
        partial = self.path.with_name(self.path.name + ".partial")
        try:
            partial.mkdir(parents=True)
            (partial / "spec.json").write_text(json.dumps(spec, indent=1), encoding="utf-8")
            (partial / "photos.json").write_text(json.dumps(photos), encoding="utf-8")
            np.savez(partial / "faces.npz", **asdict(faces))
            if calibration is not None:
                (partial / self.start_calibration.name).write_text(calibration, encoding="utf-8")
            for name, table in ("labels", labels), ("audit", audit), ("ledger", ledger):
                if table is not None:
                    columns = {k: v for k, v in asdict(table).items() if v is not None}
                    np.savez(partial / f"{name}.npz", **columns)
            partial.rename(self.path)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise _not_written(self.path, error) from error

    def cancel(self) -> None:
        """Ask the worker to stop and keep nothing.

        Raises:
            UserError: the folder cannot be written.
        """
        self._ask("cancel")

    def stop_early(self) -> None:
        """Ask the worker to end the training now, also a paused one, and continue with the network
        it has.

        Raises:
            UserError: the folder cannot be written.
        """
        self._ask("stop")
        self.resume()

    def pause(self) -> None:
        """Ask the worker to pause: it stops between two steps and keeps its state.

        Raises:
            UserError: the folder cannot be written.
        """
        self._ask("pause")

    def resume(self) -> None:
        """Ask a worker that pauses to go on.

        Raises:
            UserError: the folder cannot be written.
        """
        try:
            (self.path / "pause").unlink(missing_ok=True)
        except OSError as error:
            raise _not_written(self.path, error) from error

    @property
    def is_paused(self) -> bool:
        """Whether the user asked for a pause."""
        return self._is_asked("pause")

    def _ask(self, name: str) -> None:
        try:
            (self.path / name).touch()
        except OSError as error:
            raise _not_written(self.path, error) from error

    def _is_asked(self, name: str) -> bool:
        return (self.path / name).exists()

    def ensure_exists(self) -> None:
        """Check that the folder is still there.

        Raises:
            RunFolderError: it is not.
        """
        if not self.path.is_dir():
            raise RunFolderError(
                N_("The run folder {folder} is not there any more."),
                N_("Start the round again."),
                folder=self.path,
            )

    def new_events(self, max_bytes: int = -1) -> list[Event]:
        """The complete lines added since the last call, or the first of them: those within
        `max_bytes`, which is more than a line has.

        Raises:
            RunFolderError: a line is damaged, or the file cannot be read.
        """
        file = self.path / "events.jsonl"
        with reading(file):
            if not file.exists():
                return []
            with file.open("rb") as stream:
                stream.seek(self._offset)
                whole, newline, _rest = stream.read(max_bytes).rpartition(b"\n")
            self._offset += len(whole) + len(newline)
            return [Event.from_json(line) for line in whole.splitlines()]

    def is_worker_alive(self) -> bool:
        """Whether a worker holds the lock; the kernel releases it however the worker
        ends.

        Raises:
            RunFolderError: nobody may read the lock.
        """
        try:
            with (self.path / "lock").open("rb") as stream:  # also where nobody may write
                portalocker.lock(
                    stream, portalocker.LockFlags.SHARED | portalocker.LockFlags.NON_BLOCKING
                )
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise unreadable(self.path / "lock", error) from error
        except portalocker.LockException:
            return True
        return False

    def results(self) -> dict[str, Any] | None:
        """The content of results.json, None until it exists.

        Raises:
            RunFolderError: it is damaged.
        """
        file = self.path / "results.json"
        with reading(file):
            if not file.exists():
                return None
            return dict(json.loads(file.read_text(encoding="utf-8")))

    def missing_files(self) -> list[str]:
        """Names of the files of a complete training that this folder lacks."""
        try:
            results = self.results()
        except RunFolderError:
            results = None
        if results is None:
            return ["results.json"]
        return [
            name
            for name in (self.model.name, *results["chunks"])
            if not (self.path / name).is_file()
        ]

    def problems(self) -> dict[int, Message]:
        """Why photos could not be used, by place in `photo_rows`.

        Raises:
            RunFolderError: the file is damaged.
        """
        file = self.path / "problems.json"
        with reading(file):
            if not file.exists():
                return {}
            rows = json.loads(file.read_text(encoding="utf-8"))
            return {place: Message.from_dict(problem) for place, problem in rows}

    def log_tail(self, lines: int = 30) -> str:
        """The last lines that the worker printed."""
        if not self.log.exists():
            return ""
        return "\n".join(
            self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        )

    # The worker's side

    def spec(self) -> dict[str, Any]:
        """The content of spec.json."""
        return dict(json.loads((self.path / "spec.json").read_text(encoding="utf-8")))

    def report(self, event: Event) -> None:
        """Append an event; raise Cancelled if the user asked to stop."""
        with (self.path / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(event.to_json() + "\n")
        if event.kind in ("progress", "chunk"):
            self.check_cancel()

    def check_cancel(self) -> None:
        """Raise Cancelled if the user asked to stop."""
        if self._is_asked("cancel"):
            raise Cancelled

    def wait_while_paused(self) -> float:
        """Sleep while the user wants a pause; returns for how many seconds.

        Raises:
            Cancelled: the user asked to cancel.
        """
        if not self._is_asked("pause"):
            return 0.0
        began = time.monotonic()
        self.report(Event("paused"))
        while self._is_asked("pause"):
            self.check_cancel()
            time.sleep(PAUSE_POLL_SECONDS)
        self.report(Event("resumed"))
        return time.monotonic() - began

    @property
    def should_stop_early(self) -> bool:
        """Whether the user asked to keep the network as it is."""
        return self._is_asked("stop")

    def write_predictions(
        self, name: str, *, is_offered: bool = True, **columns: NDArray[Any]
    ) -> None:
        """Write one predictions file, then report it as a chunk if the window may offer it before
        the others are there."""
        self.write_table(name, **columns)
        if is_offered:
            self.report(Event("chunk", "predict", detail=name))

    def write_table(self, name: str, **columns: NDArray[Any]) -> None:
        """Write an .npz file of these columns, whole or not at all."""
        with self._atomic_file(name) as file:
            np.savez(file, allow_pickle=False, **columns)

    def write_calibration(self, content: str) -> None:
        """Write the error model of the network, as JSON."""
        with self._atomic_file(self.calibration.name) as file:
            file.write(content.encode())

    def write_problems(self, problems: dict[int, Message]) -> None:
        """The photos that could not be used, see `problems`."""
        with self._atomic_file("problems.json") as file:
            rows = [(place, problems[place].to_dict()) for place in sorted(problems)]
            file.write(json.dumps(rows, indent=1).encode())

    def write_results(self, results: dict[str, Any]) -> None:
        """Write the last file, which completes the run."""
        with self._atomic_file("results.json") as file:
            file.write(json.dumps(results, indent=1).encode())

    @contextmanager
    def _atomic_file(self, name: str) -> Iterator[BinaryIO]:
        """A file that appears complete and flushed to the disk.

        Without the flush, the system would write many megabytes at once, with the next decision
        in the window, which would wait for them.
        """
        partial = self.path / f"{name}.partial"
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self.path / name)

    @contextmanager
    def hold_lock(self) -> Iterator[None]:
        """Hold the lock of the folder, which shows that a worker is alive.

        Raises:
            UserError: another worker has it.
        """
        with (self.path / "lock").open("a+") as file:
            for attempt in range(20):
                try:
                    portalocker.lock(
                        file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING
                    )
                    break
                except portalocker.LockException as error:
                    # `is_worker_alive` in another process holds it for an instant
                    if attempt == 19:
                        raise UserError(
                            N_("Another worker is busy in {folder}."), folder=self.path
                        ) from error
                    time.sleep(0.05)
            self._drop_partial_event()
            yield

    def _drop_partial_event(self) -> None:
        """Cut off what the power failure that ended another worker left of its last event."""
        file = self.path / "events.jsonl"
        if file.exists():
            with file.open("rb+") as stream:
                whole = stream.read().rpartition(b"\n")
                stream.truncate(len(whole[0]) + len(whole[1]))


def _not_written(folder: Path, error: OSError) -> UserError:
    return UserError(
        N_("The run folder {folder} cannot be written: {reason}."),
        N_("Free some space or check the folder's permissions, then try again."),
        folder=folder,
        reason=system_reason(error),
    )


def layout_of(folder: RunFolder) -> int | None:
    """Of which landmarks the results in a folder are, see `labeltool.store.arrays`; None where it
    is not said.

    Raises:
        RunFolderError: its spec.json is damaged.
    """
    with reading(folder.path / "spec.json"):
        found = folder.spec().get("layout")
        return None if found is None else int(found)


def takes_over_proposals(folder: RunFolder) -> bool:
    """Whether a prediction is offered in place of other proposals, for a person chose its detector.

    Raises:
        RunFolderError: its spec.json is damaged.
    """
    with reading(folder.path / "spec.json"):
        return bool(folder.spec().get("detector", {}).get("is_chosen"))
