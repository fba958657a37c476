"""Runs a packed round on a machine without its project, and writes its results to a file."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from labeltool.domain import Cancelled, Progress, RoundKind, UserError, not_written
from labeltool.rounds.liveness import RunningRound, Worker, failure
from labeltool.rounds.packs.archive import NAME, NO_ROOM, PACK, RESULTS, Archive, writing
from labeltool.rounds.packs.packing import IMAGENET, IN_USE, PHOTOS, START, TABLES
from labeltool.rounds.run_folder import Event, RunFolder
from pipnet.data.scheme import Scheme

POLL_SECONDS = 0.1
"""How often to look for events."""

RESULT_FILES = (
    "results.json", "model.safetensors", "model.onnx", "model.calibration.json", "problems.json",
    "samples.npz", "audit-errors.npz", "events.jsonl", "worker.log",
)  # fmt: skip
"""What a worker writes, beside its predictions."""

_FOLDERS = (PHOTOS, START, IN_USE, IMAGENET)


class PackRun:
    """The run of a packed round.

    Its files lie in `folder`, beside the results, until those are written: whoever is killed can
    start again and goes on.

    Args:
        pack: the file of the packed round. out: the file for its results, by default beside it.

    Raises:
        UserError: the file is missing, damaged or no packed round.
    """

    def __init__(self, pack: Path, out: Path | None = None) -> None:
        self.out = out or pack.with_name(f"{pack.stem}-results.zip")
        self._archive = Archive(pack, PACK)
        name = f"{pack.stem}-{self._archive.digest[:8]}.unfinished"
        self.folder = RunFolder(self.out.absolute().parent / name)

    def __enter__(self) -> PackRun:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def unpack(self, device: str | None, progress: Progress) -> None:
        """Unpack what the round needs, unless it is in use or not needed any more.

        `device` replaces the one that was chosen when the round was packed.

        Raises:
            UserError: the file is damaged, or the folder cannot be written.
            Cancelled: from `progress`.
        """
        if self.folder.is_worker_alive() or self.folder.results() is not None:
            return
        self._archive.unpack(self.folder.path, _place, progress)
        try:
            self._write_spec(device)
        except OSError as error:
            raise not_written(self.folder.path, error, NO_ROOM) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise UserError(PACK.refusal, PACK.remedy, file=self._archive.file) from error

    def _write_spec(self, device: str | None) -> None:
        """Write spec.json anew: no path of a pack is ever used."""
        spec = json.loads(self._archive.read("spec.json"))
        Scheme.from_json(spec["scheme"])
        for root, name, *_size in json.loads(self._archive.read("photos.json")):
            if root != 0 or not NAME.fullmatch(name):
                raise ValueError(name)
        networks = {name.partition("/")[0]: name for name in self._archive.names}
        imagenet = networks.get(IMAGENET)
        spec |= {
            "roots": {"0": PHOTOS},
            "weights": networks[START],
            "in_use": spec["in_use"] | {"weights": networks[IN_USE]},
            "imagenet": imagenet and str(self.folder.path / imagenet),
            "device": device or spec["device"],
        }
        (self.folder.path / "spec.json").write_text(json.dumps(spec, indent=1), encoding="utf-8")

    def run(self, on_event: Callable[[Event], None]) -> None:
        """Train and predict, or go on with that, write the results, and remove the folder.

        Ctrl-C, and whatever `on_event` raises, stops the worker.

        Raises:
            UserError: it failed, or the results cannot be written.
            Cancelled: Ctrl-C was pressed.
        """
        results = self.folder.results()
        if results is None:
            self._work(on_event)
            results = self.folder.results() or {"chunks": []}
        with writing(self.out, RESULTS) as writer:
            for name in (*RESULT_FILES, *results["chunks"]):
                if (self.folder.path / name).exists():
                    writer.add_file(name, self.folder.path / name)
            writer.finish({"pack": self._archive.digest})
        shutil.rmtree(self.folder.path, ignore_errors=True)

    def _work(self, on_event: Callable[[Event], None]) -> None:
        running = RunningRound(0, RoundKind.TRAIN, self.folder, self._worker())
        try:
            while not running.has_ended:
                for event in running.poll():
                    on_event(event)
                    if event.kind == "failed":
                        raise failure(event, self.folder)
                    if event.kind == "cancelled":
                        raise Cancelled
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            self.folder.cancel()
            raise Cancelled from None
        except (UserError, Cancelled):
            raise
        except BaseException:
            self.folder.cancel()
            raise
        finally:
            while not running.worker.has_exited():
                time.sleep(POLL_SECONDS)

    def _worker(self) -> Worker:
        """A new worker, or the one that goes on although the program that started it was killed."""
        if self.folder.is_worker_alive():
            return Worker(self.folder)
        _forget_end(self.folder)
        return Worker.start(self.folder)


def _place(name: str) -> str:
    """Where a file of a pack belongs. Raises ValueError if nowhere."""
    place, _, inner = name.rpartition("/")
    if name not in (*TABLES, "photos.json", "spec.json") and not (
        place in _FOLDERS and NAME.fullmatch(inner)
    ):
        raise ValueError(name)
    return name


def _forget_end(folder: RunFolder) -> None:
    """Remove what stopped an earlier worker, how it ended, and a line that it could not finish."""
    (folder.path / "cancel").unlink(missing_ok=True)
    file = folder.path / "events.jsonl"
    if file.exists():
        lines = file.read_bytes().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        kept = [line for line in whole if not Event.from_json(line).is_final]
        file.write_bytes(b"".join(kept))
