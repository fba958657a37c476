"""Commands about model files: info, convert, export, and self-training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipnet import resources

if TYPE_CHECKING:
    from pipnet.data import Sample

Existing = click.Path(exists=True, path_type=Path)
Target = click.Path(path_type=Path)


def register(group: click.Group) -> None:
    """Add the commands to the command line."""
    for command in (info, convert, export, selftrain):
        group.add_command(command)


@click.command()
@click.argument("weights", required=False, type=Existing)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(weights: Path | None, as_json: bool) -> None:
    """What a model file is: backbone, scheme, crop convention, training."""
    from pipnet.checkpoint import load  # noqa: PLC0415

    found = load(weights or resources.starter())
    row = {
        "backbone": found.network.name,
        "landmarks": found.scheme.count,
        "scheme": found.scheme.name,
        "neighbours": found.network.neighbours,
        "stride": found.network.stride,
        "parameters": sum(p.numel() for p in found.network.parameters()),
        "crop": found.convention.to_mapping(),
        "summary": found.summary,
    }
    if as_json:
        click.echo(json.dumps(row))
    else:
        for name, value in row.items():
            click.echo(f"{name:12} {value}")


@click.command()
@click.argument("source", type=Existing)
@click.argument("target", type=Target)
@click.option("--backbone", help="For a .pth: resnet18, mobilenet_v2, ...")
@click.option("--scheme", help="For a .pth: its scheme, e.g. 300w.")
@click.option("--meanface", type=Existing, help="For a .pth: its meanface.txt.")
def convert(
    source: Path,
    target: Path,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
) -> None:
    """Turn an authors' .pth into a model file of ours, or a model file into a plain .pth."""
    import torch  # noqa: PLC0415

    from pipnet.__main__ import load_weights  # noqa: PLC0415
    from pipnet.checkpoint import save  # noqa: PLC0415

    if {source.suffix, target.suffix} != {".pth", ".safetensors"}:
        raise click.UsageError("one of the files must end in .pth, the other in .safetensors")
    found = load_weights(source, backbone, scheme, meanface)
    if target.suffix == ".safetensors":
        save(found, target)
    else:
        torch.save(found.network.export_state(), target)
    click.echo(f"Wrote {target}.")


@click.command()
@click.argument("target", type=Target)
@click.option("--weights", type=Existing, help="Model file; the starter if not given.")
@click.option(
    "--data", multiple=True, type=Existing, help="Labelled faces to check and calibrate on."
)
@click.option("--int8", is_flag=True, help="8-bit, calibrated on half of --data; prints its cost.")
def export(target: Path, weights: Path | None, data: tuple[Path, ...], int8: bool) -> None:
    """Write an ONNX file: images (faces, side, side, 3) of bytes in, points in crop units out."""
    from pipnet.__main__ import _samples  # noqa: PLC0415
    from pipnet.checkpoint import load  # noqa: PLC0415
    from pipnet.evaluate import evaluate  # noqa: PLC0415
    from pipnet.export import export_onnx  # noqa: PLC0415
    from pipnet.onnx_detector import OnnxDetector  # noqa: PLC0415
    from pipnet.quantize import quantize  # noqa: PLC0415

    found = load(weights or resources.starter())
    samples = _samples(data, found.scheme.count)
    if int8 and len(samples) < 32:
        raise click.UsageError("--int8 needs at least 32 labelled faces in --data")
    crops = _crops(samples[::2][:128], found.convention) if samples else None
    export_onnx(found, target, crops)
    if not int8 or crops is None:
        click.echo(f"Wrote {target}; its landmarks are those of torch.")
        return
    held = samples[1::2]
    before = evaluate(OnnxDetector(target), held).summary()["nme"]
    quantize(target, target, crops)
    after = evaluate(OnnxDetector(target), held).summary()["nme"]
    click.echo(f"Wrote {target}: NME {after} % on {len(held)} faces, {before} % in fp32.")


def _crops(samples: list[Sample], convention: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    from pipnet.crop import warp  # noqa: PLC0415
    from pipnet.images import read_image  # noqa: PLC0415

    return np.stack(
        [
            warp(
                read_image(item.image),
                convention.matrix(convention.crop_box(item.boxes[0])),
                convention.side,
            )
            for item in samples
        ]
    )


@click.command()
@click.option("--labels", multiple=True, required=True, type=Existing, help="Folder or COCO JSON.")
@click.option("--unlabelled", multiple=True, required=True, type=Existing, help="Folder of photos.")
@click.option("--out", required=True, type=Target, help="Folder; an interrupted run goes on.")
@click.option("--scheme", default="300w", show_default=True, help="Name, number of points or TOML.")
@click.option("--start", type=Existing, help="ImageNet .pth or a model file for the backbone.")
@click.option("--backbone", default="mobilenet_v2", show_default=True)
@click.option("--neighbours", default=10, type=click.IntRange(min=0), show_default=True)
@click.option("--epochs", default=60, type=click.IntRange(min=1), show_default=True)
@click.option("--freeze", default=0, show_default=True, help="First stages to keep as they are.")
@click.option("--labels-coarse", is_flag=True, help="Labels train the coarse maps too (the paper).")
@click.option("--converged", default=0.0, help="Stop when pseudo-labels move less than this.")
@click.option("--device", default="cpu", show_default=True)
def selftrain(
    labels: tuple[Path, ...],
    unlabelled: tuple[Path, ...],
    out: Path,
    scheme: str,
    start: Path | None,
    backbone: str,
    neighbours: int,
    epochs: int,
    freeze: int,
    labels_coarse: bool,
    converged: float,
    device: str,
) -> None:
    """Train on labels, estimate pseudo-labels, join, train again, from easier to harder tasks."""
    from pipnet.__main__ import _samples  # noqa: PLC0415
    from pipnet.checkpoint import Checkpoint, start_backbone  # noqa: PLC0415
    from pipnet.crop import CropConvention  # noqa: PLC0415
    from pipnet.data import mean_face  # noqa: PLC0415
    from pipnet.faces import face_finder  # noqa: PLC0415
    from pipnet.images import find_photos, read_image  # noqa: PLC0415
    from pipnet.network import PIPNet  # noqa: PLC0415
    from pipnet.scheme import load_scheme  # noqa: PLC0415
    from pipnet.selftrain import SelfTrainConfig, Stage, Unlabelled  # noqa: PLC0415
    from pipnet.selftrain import selftrain as run  # noqa: PLC0415
    from pipnet.train import Step, TrainConfig  # noqa: PLC0415

    kind, convention, finder = load_scheme(scheme), CropConvention(), face_finder()
    samples = _samples(labels, kind.count)
    mean = mean_face(samples, convention)

    def fresh() -> Checkpoint:
        network = PIPNet(backbone, kind.count, neighbours)
        if start is not None:
            start_backbone(network, start)
        return Checkpoint(network, kind, mean, convention)

    photos = [p for s in unlabelled for p in (find_photos(s)[0] if s.is_dir() else [s])]
    faces = [Unlabelled(photo, face.box) for photo in photos for face in finder(read_image(photo))]
    if not faces:
        raise click.ClickException(f"no face was found in {len(photos)} unlabelled photos")
    config = SelfTrainConfig(
        TrainConfig(epochs=epochs, freeze=freeze, device=device),
        labels_coarse=labels_coarse, converged=converged,
    )  # fmt: skip
    said = -1

    def on_progress(stage: Stage, step: Step) -> None:
        nonlocal said
        if step.epoch != said:
            said = step.epoch
            click.echo(
                f"training {stage.index + 1} of {stage.total} ({stage.task}), "
                f"epoch {step.epoch + 1} of {epochs}", err=True,
            )  # fmt: skip

    run(fresh, samples, faces, config, out, on_progress=on_progress)
    click.echo(f"Wrote {out / 'model.safetensors'}.")
