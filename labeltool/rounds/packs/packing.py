"""Packs a training round for another machine, with everything that it needs."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Progress,
    RoundKind,
    RoundStatus,
    UserError,
    WriteResult,
)
from labeltool.rounds.launcher import RoundLauncher
from labeltool.rounds.packs.archive import PACK, ArchiveWriter, writing
from labeltool.rounds.planning import RoundPlan
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunPhoto
from labeltool.store import Store
from pipnet import resources

PHOTOS = "photos"
"""The folder of the photos in a pack."""

START, IN_USE, IMAGENET = "start", "in-use", "imagenet"
"""The folders of the networks in a pack: what the training starts from, the network whose proposals
are offered now, and the weights of a new backbone."""

TABLES = ("faces.npz", "labels.npz", "audit.npz", "ledger.npz", "calibration.json")
"""What a pack holds of the run folder as it is, as far as it is there."""


def pack_round(
    store: Store, launcher: RoundLauncher, plan: RoundPlan, file: Path, progress: Progress
) -> WriteResult:
    """Freeze a training round, and write it to a file for another machine.

    The project remembers the round as packed until its results are brought in. Photos that cannot
    be opened are left out, as a round here would leave them out.

    Raises:
        UserError: the round cannot be frozen, or the file cannot be written; nothing was packed.
        Cancelled: from `progress`; nothing was packed.
    """
    frozen = launcher.freeze(plan, lambda _done, _total: progress(0, 1))
    round_id = None
    try:
        with writing(file, PACK) as writer:
            left_out = _add_inputs(writer, frozen.folder, progress)
            digest = writer.finish({"round": frozen.folder.path.name})
            # before the file gets its name: no file is then unknown to the project that packed it
            round_id = store.rounds.add(
                RoundKind.TRAIN, plan.task, frozen.relative, frozen.summary | {"pack": digest},
                RoundStatus.PACKED,
            )  # fmt: skip
    except BaseException:
        if round_id is not None:
            store.rounds.end(round_id, RoundStatus.CANCELLED)
        shutil.rmtree(frozen.folder.path, ignore_errors=True)
        raise
    return WriteResult(Changes(rounds=True), _packed_message(file, left_out))


def _packed_message(file: Path, left_out: int) -> Message:
    missing = Message.counted(
        left_out,
        N_("1 photo could not be opened and is not in it."),
        N_("{count} photos could not be opened and are not in it."),
    )
    return Message.join(
        Message(N_("The round is packed in {file}."), file=file),
        missing if left_out else None,
        Message(
            N_("Train it on another machine with 'labeltool round run', then bring its results in.")
        ),
    )


def _add_inputs(writer: ArchiveWriter, folder: RunFolder, progress: Progress) -> int:
    """Add all that a worker reads; returns how many photos are left out."""
    used = np.unique(folder.tables.faces().photos).tolist()
    files, rows = folder.tables.photos(), folder.tables.photo_rows()
    # Names of photos may be impossible on another system, and are nobody's business there.
    names = [f"{place:06d}{_suffix(row.path)}" for place, row in enumerate(rows)]
    left_out = 0
    for done, place in enumerate(used):
        progress(done, len(used))
        try:
            if not files[place].is_file():
                raise FileNotFoundError
            photo = files[place].open("rb")
        except OSError:
            left_out += 1
            continue
        with photo:
            writer.add(f"{PHOTOS}/{names[place]}", photo)
    packed = [
        RunPhoto(0, name, row.width, row.height) for name, row in zip(names, rows, strict=True)
    ]
    _add_json(writer, "photos.json", packed)
    for table in TABLES:
        if (folder.path / table).exists():
            writer.add_file(table, folder.path / table)
    spec = folder.spec() | {"roots": {"0": PHOTOS}}
    for place, network in _networks(spec, folder).items():
        if not network.is_file():
            raise UserError(
                N_("The network {file} is not there any more."),
                N_("Put it back, or choose another start."),
                file=network,
            )
        writer.add_file(f"{place}/{network.name}", network)
    _add_json(writer, "spec.json", spec)
    progress(len(used), len(used))
    return left_out


def _suffix(path: str) -> str:
    """The suffix of a photo, which its reader may look at, if every system can write it."""
    suffix = Path(path).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""


def _add_json(writer: ArchiveWriter, name: str, content: Any) -> None:
    writer.add(name, io.BytesIO(json.dumps(content, indent=1).encode()))


def _networks(spec: dict[str, Any], folder: RunFolder) -> dict[str, Path]:
    """The networks that a spec names, by their folder in the pack. They keep their names, which a
    model file's lineage states."""

    def file(named: str | None) -> Path:
        return resources.starter() if named is None else folder.path / named

    found = {START: file(spec["weights"]), IN_USE: file(spec["in_use"]["weights"])}
    return found | ({IMAGENET: file(spec["imagenet"])} if spec["imagenet"] else {})
