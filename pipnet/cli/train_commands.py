"""Commands that make weights: train, selftrain."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipnet.cli.options import (
    EXISTING,
    TARGET,
    SkippedPhotos,
    add_detected_box,
    check_device,
    find_all_photos,
    output_folder,
    read_samples,
    split_by_photo,
    user_errors,
)
from pipnet.text import one_line
from pipnet.training.allocator import retain_freed_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipnet.data.sample import Sample
    from pipnet.data.scheme import Scheme
    from pipnet.inference.face_detection import FaceDetector
    from pipnet.models.checkpoint import Checkpoint
    from pipnet.training.recipes import Preset
    from pipnet.training.self_training import UnlabelledFace

EPOCHS_PER_MEASUREMENT = 10
"""Epochs between two measurements on held-out faces, without early stop."""


_RESULT_FILES = ("model.safetensors", "best.safetensors", "log.jsonl", "held_out.jsonl")
"""Files of a training beside `state.pt`, from which `--resume` continues."""


class _PatienceExceeded(Exception):  # noqa: N818 - not an error
    """The held-out error has not fallen for `--patience` epochs."""


def _recipe_options(command: Any) -> Any:
    """The options that `train` and `selftrain` share."""
    for option in (
        click.option("--device", default="cpu", show_default=True),
        click.option("--freeze", type=click.IntRange(min=0), help="First stages to keep."),
        click.option("--lr", type=click.FloatRange(min=0, min_open=True)),
        click.option("--batch", type=click.IntRange(min=1)),
        click.option("--epochs", type=click.IntRange(min=1)),
        click.option(
            "--neighbours", type=click.IntRange(min=0),
            help="C, 0 for none; if not given 10, or as many as the mean face allows.",
        ),
        click.option("--stride", default="32", type=click.Choice(["16", "32", "64", "128"]),
                     show_default=True, help="Others than 32 for the ResNets."),
        click.option(
            "--backbone", default="mobilenet_v2", show_default=True,
            help="Or resnet18, resnet50, resnet101, mobilenet_v3.",
        ),
        click.option(
            "--preset", default="best", type=click.Choice(["best", "paper"]), show_default=True,
            help="The recipe; epochs, batch, rate and freezing follow from it unless given.",
        ),
        click.option(
            "--start", type=EXISTING, help="ImageNet .pth or a model file for the backbone."
        ),
        click.option(
            "--scheme", default="300w", show_default=True, help="Name, number of points or TOML."
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def _recipe(
    preset: str, backbone: str, start: Path | None, device: str, **given: float | None
) -> Preset:
    """The preset with what the user gave instead."""
    from pipnet.training.recipes import preset as choose  # noqa: PLC0415

    if given["frozen_stages"] and not backbone.startswith("mobilenet"):
        raise click.ClickException(f"--freeze is for the MobileNets, {backbone} has no such stages")
    found = choose(preset, backbone, device, pretrained=start is not None)
    own: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(found, config=replace(found.config, **own))


def _fresh(
    scheme: Scheme, meanface: NDArray[np.float64], recipe: Preset, head: str, backbone: str,
    neighbours: int | None, stride: str, start: Path | None,
) -> Checkpoint:  # fmt: skip
    """The network before its training: the backbone of `start`, heads drawn from the seed."""
    import torch  # noqa: PLC0415

    from pipnet.models.checkpoint import Checkpoint, start_backbone  # noqa: PLC0415
    from pipnet.models.heads import build  # noqa: PLC0415
    from pipnet.models.neighbours import max_neighbours  # noqa: PLC0415
    from pipnet.models.terms import descent  # noqa: PLC0415

    torch.manual_seed(recipe.config.seed)
    count = max_neighbours(meanface) if neighbours is None else neighbours
    network = build(head, backbone, scheme.count, count, int(stride))
    if start is not None:
        start_backbone(network, start)
    return Checkpoint(network, scheme, meanface, recipe.convention, descent(start))


@click.command()
@click.option("--data", multiple=True, required=True, type=EXISTING, help="Label file or folder.")
@click.option("--out", required=True, type=TARGET, help="Folder for the result.")
@_recipe_options
@click.option(
    "--head", default="pip", type=click.Choice(["pip", "coord", "heatmap"]), show_default=True,
    help="pip, or one of its rivals: coordinate or heatmap regression.",
)  # fmt: skip
@click.option(
    "--holdout", default=0.0, type=click.FloatRange(0, 1), show_default=True,
    help="Share of photos kept for measuring.",
)  # fmt: skip
@click.option(
    "--patience", type=click.IntRange(min=1),
    help="Stop after this many epochs without a lower held-out error, and keep the best model.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True)
@click.option("--resume", is_flag=True, help="Go on with an interrupted training in OUT.")
def train(
    data: tuple[Path, ...],
    out: Path,
    scheme: str,
    start: Path | None,
    preset: str,
    backbone: str,
    stride: str,
    neighbours: int | None,
    epochs: int | None,
    batch: int | None,
    lr: float | None,
    freeze: int | None,
    device: str,
    head: str,
    holdout: float,
    patience: int | None,
    seed: int,
    resume: bool,
) -> None:
    """Train on labelled photos; the result is OUT/model.safetensors.

    On several GPUs: torchrun --nproc-per-node N -m pipnet train ... --device cuda
    """
    from pipnet.data.sample import mean_face  # noqa: PLC0415
    from pipnet.data.scheme import load_scheme  # noqa: PLC0415
    from pipnet.training.trainer import EndedByPeer  # noqa: PLC0415
    from pipnet.training.trainer import train as run  # noqa: PLC0415

    if (out / "state.pt").exists() and not resume:
        raise click.UsageError(f"{out} holds a training already; give --resume or another folder")
    output_folder(out, () if resume else _RESULT_FILES)
    if patience and not holdout:
        raise click.UsageError("--patience needs faces to measure on: give --holdout too")
    retain_freed_memory()
    with _processes(device) as (device, first):
        recipe = _recipe(
            preset, backbone, start, device,
            epochs=epochs, batch=batch, lr=lr, frozen_stages=freeze, seed=seed,
        )  # fmt: skip
        kind, convention = load_scheme(scheme), recipe.convention
        face_detector = _face_detector()
        samples = read_samples(data, kind.names)
        kept, held = split_by_photo(samples, holdout)
        if holdout and not held:
            raise click.ClickException(
                f"a holdout of {holdout} holds none of these {len(samples)} faces out; "
                "give a larger share or more photos"
            )
        with user_errors():
            mean = mean_face(kept, convention)
            begin = _fresh(kind, mean, recipe, head, backbone, neighbours, stride, start)
            begin.summary.update(
                data=[path.name for path in data], faces=len(kept),
                start=start and start.name, preset=preset,
            )  # fmt: skip
            _ = begin.table  # whether the mean face allows so many neighbours
            if face_detector is not None and recipe.detected_boxes:
                kept = [add_detected_box(item, convention, face_detector) for item in kept]
            skipped = SkippedPhotos()
            watch = _HeldOutEvaluation(out, held, face_detector, recipe.config.epochs, patience)
            with _bar("Training", first) as on_progress:
                try:
                    run(
                        begin, kept, recipe.config, out=out, augmentation=recipe.augmentation,
                        on_progress=lambda step: on_progress(step.done, step.total),
                        on_epoch=watch.on_epoch, on_unreadable=skipped.add,
                    )  # fmt: skip
                except EndedByPeer:
                    return
                except _PatienceExceeded:
                    pass
        skipped.report(kept)
        if first:
            watch.finish()


@contextmanager
def _processes(device: str) -> Iterator[tuple[str, bool]]:
    """Join the other processes that torchrun started; yields this one's device, and whether it is
    the first."""
    from torch import distributed  # noqa: PLC0415

    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield check_device(device), True
        return
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield check_device(device), distributed.get_rank() == 0
    finally:
        distributed.destroy_process_group()


def _face_detector() -> FaceDetector | None:
    from pipnet.inference.face_detection import FaceDetectorMissingError, load_face_detector  # noqa: PLC0415

    try:
        return load_face_detector()
    except FaceDetectorMissingError as error:
        click.echo(f"Training on landmark boxes only: {error}", err=True)
        return None


@contextmanager
def _bar(label: str, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar; yields what to call with (done, total)."""
    with click.progressbar(length=0, label=label, file=sys.stderr, hidden=not shown) as bar:

        def on_progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield on_progress


class _HeldOutEvaluation:
    """Measures on held-out faces after an epoch; writes `held_out.jsonl` and the best model."""

    def __init__(
        self,
        out: Path,
        faces: list[Sample],
        face_detector: FaceDetector | None,
        epochs: int,
        patience: int | None,
    ) -> None:
        self._out, self._faces, self._face_detector = out, faces, face_detector
        self._epochs, self._patience = epochs, patience
        self._unreadable: dict[str, None] = {}
        self._log, self._best = out / "held_out.jsonl", out / "best.safetensors"

    def on_epoch(self, epoch: int, checkpoint: Checkpoint) -> None:
        """Measure if this epoch is due. Raises `_PatienceExceeded`."""
        from pipnet.evaluation.evaluate import evaluate  # noqa: PLC0415
        from pipnet.inference.torch_detector import TorchDetector  # noqa: PLC0415
        from pipnet.models.checkpoint import save  # noqa: PLC0415

        last = epoch + 1 == self._epochs
        is_due = self._patience or last or (epoch + 1) % EPOCHS_PER_MEASUREMENT == 0
        if not (self._faces and is_due):
            return
        rows = [row for row in self._rows() if row["epoch"] <= epoch]
        detector = TorchDetector(checkpoint)
        measured = evaluate(detector, self._faces)
        self._unreadable |= dict.fromkeys(measured.unreadable)
        row: dict[str, Any] = {"epoch": epoch + 1, "landmarks": measured.summary()}
        if self._face_detector is not None and (last or not self._patience):
            with suppress(ValueError):  # the face detector finds none of them
                row["detect"] = evaluate(detector, self._faces, self._face_detector).summary()
        before = [(r["landmarks"]["nme"], r["epoch"]) for r in rows]
        rows.append(row)
        better = not before or row["landmarks"]["nme"] < min(before)[0]
        if self._patience and better:
            save(checkpoint, self._best)
        partial = self._log.with_name("held_out.jsonl.partial")
        partial.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        os.replace(partial, self._log)
        if self._patience and not better and epoch + 1 - min(before)[1] >= self._patience:
            raise _PatienceExceeded

    def _rows(self) -> list[dict[str, Any]]:
        if not self._log.exists():
            return []
        return [json.loads(line) for line in self._log.read_text("utf-8").splitlines()]

    def finish(self) -> None:
        """Print the result; with patience, the best model becomes `model.safetensors`."""
        for reason in self._unreadable:
            click.echo(f"  left out of the held-out faces: {reason}", err=True)
        if self._patience is not None and self._best.exists():
            partial = self._out / "model.safetensors.partial"
            shutil.copyfile(self._best, partial)
            os.replace(partial, self._out / "model.safetensors")
        for row in self._rows()[-1:]:
            best = min(self._rows(), key=lambda r: r["landmarks"]["nme"]) if self._patience else row
            click.echo(f"Held-out NME {best['landmarks']['nme']} % after epoch {best['epoch']}.")
        click.echo(f"Wrote {self._out / 'model.safetensors'}.")


@click.command()
@click.option("--labels", multiple=True, required=True, type=EXISTING, help="Label file or folder.")
@click.option("--unlabelled", multiple=True, required=True, type=EXISTING, help="Folder of photos.")
@click.option("--out", required=True, type=TARGET, help="Folder; an interrupted run is resumed.")
@_recipe_options
@click.option("--labels-coarse", is_flag=True, help="Labels train the coarse maps too (the paper).")
@click.option(
    "--converged", default=0.0, show_default=True,
    help="Stop when pseudo-labels move less than this share of the face; 0 runs every task.",
)  # fmt: skip
def selftrain(
    labels: tuple[Path, ...],
    unlabelled: tuple[Path, ...],
    out: Path,
    scheme: str,
    start: Path | None,
    preset: str,
    backbone: str,
    stride: str,
    neighbours: int | None,
    epochs: int | None,
    batch: int | None,
    lr: float | None,
    freeze: int | None,
    device: str,
    labels_coarse: bool,
    converged: float,
) -> None:
    """Train on labels, estimate pseudo-labels, join, train again, from easier to harder tasks."""
    from pipnet.data.sample import mean_face  # noqa: PLC0415
    from pipnet.data.scheme import load_scheme  # noqa: PLC0415
    from pipnet.training.self_training import SelfTrainConfig, Stage  # noqa: PLC0415
    from pipnet.training.self_training import self_train as run  # noqa: PLC0415
    from pipnet.training.trainer import Step  # noqa: PLC0415

    # an interrupted run is resumed
    output_folder(out, () if (out / "stage-0").is_dir() else ("model.safetensors", "ledger.csv"))
    retain_freed_memory()
    recipe = _recipe(
        preset, backbone, start, check_device(device),
        epochs=epochs, batch=batch, lr=lr, frozen_stages=freeze,
    )  # fmt: skip
    kind = load_scheme(scheme)
    samples = read_samples(labels, kind.names)
    with user_errors():
        mean = mean_face(samples, recipe.convention)
    fresh = partial(_fresh, kind, mean, recipe, "pip", backbone, neighbours, stride, start)
    faces = _unlabelled(unlabelled)
    config = SelfTrainConfig(
        recipe.config, recipe.augmentation, labels_coarse=labels_coarse, converged=converged
    )
    with user_errors(), _bar("Training", shown=True) as on_progress:
        last_index = -1

        def progress(stage: Stage, step: Step) -> None:
            nonlocal last_index
            if stage.index != last_index:
                last_index = stage.index
                click.echo(f"\ntask {stage.index + 1} of {stage.total}: {stage.task}", err=True)
            on_progress(stage.index * step.total + step.done, stage.total * step.total)

        skipped = SkippedPhotos()
        run(
            fresh, samples, faces, config, out,
            on_progress=progress, on_unreadable=skipped.add,
        )  # fmt: skip
    skipped.report(samples)
    click.echo(f"Wrote {out / 'model.safetensors'}; {out / 'ledger.csv'} lists the pseudo-labels.")


def _unlabelled(sources: tuple[Path, ...]) -> list[UnlabelledFace]:
    """The faces of photos without labels; unreadable photos are named and skipped."""
    from pipnet.data.images import ImageError, read_image  # noqa: PLC0415
    from pipnet.inference.face_detection import load_face_detector  # noqa: PLC0415
    from pipnet.training.self_training import UnlabelledFace  # noqa: PLC0415

    face_detector = load_face_detector()
    photos = find_all_photos(sources)
    faces = []
    with click.progressbar(photos, label="Finding faces", file=sys.stderr) as bar:
        for photo in bar:
            try:
                found = face_detector(read_image(photo))
            except ImageError as error:
                click.echo(one_line(f"  left out: {error.path} {error.reason}"), err=True)
                continue
            faces += [UnlabelledFace(photo, face.box) for face in found]
    if not faces:
        raise click.ClickException(f"no face was found in {len(photos)} unlabelled photos")
    return faces
