"""The command line: `pipnet` or `python -m pipnet`."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipnet import resources

if TYPE_CHECKING:
    from pipnet.checkpoint import Checkpoint
    from pipnet.crop import Box
    from pipnet.detector import CropDetector

Existing = click.Path(exists=True, path_type=Path)


def _weights_options(command: Any) -> Any:
    """`--weights`, and what an authors' `.pth` needs beside it."""
    for option in (
        click.option("--meanface", type=Existing, help="For a .pth: its meanface.txt."),
        click.option("--scheme", help="For a .pth: its scheme, e.g. 300w."),
        click.option("--backbone", help="For a .pth: resnet18, mobilenet_v2, ..."),
        click.option("--weights", type=Existing, help="Model file; the starter if not given."),
    ):
        command = option(command)
    return command


def load_weights(
    weights: Path | None, backbone: str | None, scheme: str | None, meanface: Path | None
) -> Checkpoint:
    """A model file of ours, or an authors' `.pth` with its backbone, scheme and mean face."""
    from pipnet.checkpoint import load, load_authors  # noqa: PLC0415
    from pipnet.meanface import read_meanface  # noqa: PLC0415
    from pipnet.scheme import load_scheme  # noqa: PLC0415

    if weights is None or weights.suffix == ".safetensors":
        return load(weights or resources.starter())
    if backbone is None or scheme is None or meanface is None:
        raise click.UsageError(
            f"{weights.name} carries weights only: give --backbone, --scheme and --meanface too"
        )
    with _mendable():
        return load_authors(weights, backbone, load_scheme(scheme), read_meanface(meanface))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="labeltool")
def cli() -> None:
    """Facial landmarks with PIPNet: predict, evaluate, train."""


@cli.command()
@click.argument("sources", nargs=-1, required=True, type=Existing)
@_weights_options
@click.option("--boxes", default="detect", show_default=True, help="detect | whole | a JSON file.")
@click.option("--device", default="cpu", show_default=True)
@click.option("--json", "out", required=True, type=click.Path(path_type=Path), help="Output file.")
def predict(
    sources: tuple[Path, ...],
    weights: Path | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    boxes: str,
    device: str,
    out: Path,
) -> None:
    """Write the landmarks of photos (files or folders) as JSON."""
    from pipnet.faces import face_finder  # noqa: PLC0415
    from pipnet.images import ImageError, find_photos, read_image  # noqa: PLC0415
    from pipnet.predict import Detector  # noqa: PLC0415

    if not out.parent.is_dir():
        raise click.ClickException(f"there is no folder {out.parent} to write {out.name} into")
    given = None if boxes in ("detect", "whole") else _given_boxes(Path(boxes))
    detector = Detector(load_weights(weights, backbone, scheme, meanface), _device(device))
    photos = [p for s in sources for p in (find_photos(s)[0] if s.is_dir() else [s])]
    finder = face_finder() if boxes == "detect" else None
    rows: list[dict[str, Any]] = []
    unread: list[str] = []
    with click.progressbar(photos, label="Predicting", file=sys.stderr) as bar:
        for photo in bar:
            try:
                image = read_image(photo)
            except ImageError as error:
                unread.append(str(error))
                continue
            kind = "detected"
            if finder is not None:
                areas = [face.box for face in finder(image)]
            elif given is not None:
                areas = given.get(str(photo), given.get(photo.name, []))
            else:
                areas, kind = [_whole(image.shape[1], image.shape[0], detector)], "whole"
            for face, area in zip(detector.predict(image, areas, kind), areas, strict=True):
                rows.append(
                    {
                        "image": str(photo),
                        "box": list(area),
                        "points": face.points.tolist(),
                        "scores": face.scores.tolist(),
                    }
                )
    out.write_text(json.dumps({"faces": rows}), encoding="utf-8")
    for reason in unread:
        click.echo(f"  left out: {reason}", err=True)
    if unread:
        raise click.ClickException(f"{len(unread)} of {len(photos)} photos could not be read")


@cli.command()
@click.option("--data", multiple=True, required=True, type=Existing, help="Folder or COCO JSON.")
@_weights_options
@click.option(
    "--boxes", type=click.Choice(["landmarks", "detect"]), default="landmarks", show_default=True
)
@click.option("--device", default="cpu", show_default=True)
@click.option(
    "--holdout", type=float, help="Only the faces that training with this share held out."
)
@click.option("--regions", is_flag=True, help="Also the error of each region.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    data: tuple[Path, ...],
    weights: Path | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    boxes: str,
    device: str,
    holdout: float | None,
    regions: bool,
    as_json: bool,
) -> None:
    """Compare with labelled photos: NME and failure rate in percent."""
    from pipnet.evaluate import evaluate as measure  # noqa: PLC0415
    from pipnet.faces import face_finder  # noqa: PLC0415
    from pipnet.predict import Detector  # noqa: PLC0415

    detector = Detector(load_weights(weights, backbone, scheme, meanface), _device(device))
    samples = _samples(data, detector.checkpoint.scheme.count)
    if holdout is not None:
        samples = _split(samples, holdout)[1]
    with _mendable():
        result = measure(detector, samples, face_finder() if boxes == "detect" else None)
    row = result.summary() | ({"regions": result.per_region()} if regions else {})
    if as_json:
        click.echo(json.dumps(row))
    else:
        for name, value in row.items():
            click.echo(f"{name:10} {value}")


@cli.command()
@click.option("--data", multiple=True, required=True, type=Existing, help="Folder or COCO JSON.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the result."
)
@click.option("--scheme", default="300w", show_default=True, help="Name, number of points or TOML.")
@click.option("--start", type=Existing, help="ImageNet .pth or a model file to take weights from.")
@click.option("--backbone", default="mobilenet_v2", show_default=True)
@click.option(
    "--neighbours", default=10, type=click.IntRange(min=0), show_default=True, help="C, 0 for none."
)
@click.option("--epochs", default=60, type=click.IntRange(min=1), show_default=True)
@click.option("--batch", default=16, type=click.IntRange(min=1), show_default=True)
@click.option("--lr", default=5e-4, show_default=True)
@click.option("--freeze", default=0, show_default=True, help="First stages to keep as they are.")
@click.option(
    "--holdout",
    default=0.0,
    type=click.FloatRange(0, 1),
    show_default=True,
    help="Share of photos kept for measuring.",
)
@click.option("--device", default="cpu", show_default=True)
@click.option("--resume", is_flag=True, help="Go on with an interrupted training in OUT.")
def train(
    data: tuple[Path, ...],
    out: Path,
    scheme: str,
    start: Path | None,
    backbone: str,
    neighbours: int,
    epochs: int,
    batch: int,
    lr: float,
    freeze: int,
    holdout: float,
    device: str,
    resume: bool,
) -> None:
    """Train on labelled photos; the result is OUT/model.safetensors."""
    from pipnet.checkpoint import Checkpoint, start_backbone  # noqa: PLC0415
    from pipnet.crop import CropConvention  # noqa: PLC0415
    from pipnet.data import mean_face  # noqa: PLC0415
    from pipnet.evaluate import evaluate as measure  # noqa: PLC0415
    from pipnet.faces import FinderMissingError, face_finder  # noqa: PLC0415
    from pipnet.network import PIPNet  # noqa: PLC0415
    from pipnet.predict import Detector  # noqa: PLC0415
    from pipnet.scheme import load_scheme  # noqa: PLC0415
    from pipnet.train import Step, TrainConfig  # noqa: PLC0415
    from pipnet.train import train as run  # noqa: PLC0415

    if (out / "state.pt").exists() and not resume:
        raise click.UsageError(f"{out} holds a training already; give --resume or another folder")
    if freeze and not backbone.startswith("mobilenet"):
        raise click.ClickException(f"--freeze is for the MobileNets, {backbone} has no such stages")
    kind, convention = load_scheme(scheme), CropConvention()
    try:
        finder = face_finder()
    except FinderMissingError as error:
        finder = None
        click.echo(f"Training on landmark boxes only: {error}", err=True)
    samples = _samples(data, kind.count)
    kept, held = _split(samples, holdout)
    with _mendable():
        network = PIPNet(backbone, kind.count, neighbours)
        if start is not None:
            start_backbone(network, start)
        begin = Checkpoint(
            network, kind, mean_face(kept, convention), convention,
            {
                "data": [path.name for path in data], "faces": len(kept),
                "start": start and start.name,
            },
        )  # fmt: skip
        _ = begin.table  # whether the mean face allows so many neighbours
    with_boxes = [_with_detected(item, convention, finder) if finder else item for item in kept]
    config = TrainConfig(
        epochs=epochs, batch=batch, lr=lr, freeze=freeze, device=_device(device), average=0.999
    )

    def on_epoch(epoch: int, checkpoint: Checkpoint) -> None:
        if held and ((epoch + 1) % 10 == 0 or epoch + 1 == epochs):
            detector = Detector(checkpoint, device)
            rows = {
                "landmarks": measure(detector, held).summary(),
            }
            if finder is not None:
                rows["detect"] = measure(detector, held, finder).summary()
            with (out / "held_out.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps({"epoch": epoch + 1, **rows}) + "\n")

    with click.progressbar(length=0, label="Training", file=sys.stderr) as bar:

        def on_progress(step: Step) -> None:
            bar.length = step.total
            bar.update(step.done - bar.pos)

        run(begin, with_boxes, config, out=out, on_progress=on_progress, on_epoch=on_epoch)


def _whole(width: int, height: int, detector: CropDetector) -> Box:
    """The whole image as a box: from pixel edge to pixel edge, as the convention counts them."""
    edge = -0.5 - detector.convention.pixel_edge
    return (edge, edge, float(width), float(height))


def _device(name: str) -> str:
    import torch  # noqa: PLC0415

    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise click.ClickException(f"device {name!r} cannot be used here") from error
    return name


@contextmanager
def _mendable() -> Iterator[None]:
    """What the library refuses with a ValueError is the user's to mend: one sentence."""
    try:
        yield
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _given_boxes(path: Path) -> dict[str, list[Box]]:
    """Boxes from JSON: {path or name of a photo: [[x, y, width, height], ...]}."""
    try:
        data = json.loads(path.read_text("utf-8"))
        given = {
            photo: [(float(x), float(y), float(w), float(h)) for x, y, w, h in rows]
            for photo, rows in data.items()
        }
    except OSError as error:
        raise click.ClickException(f"{path} could not be read: {error.strerror}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise click.ClickException(
            f"{path} must hold {{photo: [[x, y, width, height], ...]}} as JSON"
        ) from error
    for photo, rows in given.items():
        if any(not (w > 0 and h > 0) for _, _, w, h in rows):
            raise click.ClickException(f"{path} has a box without a size for {photo}")
    return given


def _samples(sources: Sequence[Path], count: int) -> list[Any]:
    from pipnet.crop import tight_box  # noqa: PLC0415
    from pipnet.data import Sample  # noqa: PLC0415
    from pipnet.labels import load_labelled  # noqa: PLC0415

    rows = []
    for source in sources:
        for face in load_labelled(source):
            if len(face.points) != count:
                raise click.ClickException(
                    f"{face.image} has {len(face.points)} landmarks, the scheme {count}"
                )
            rows.append(Sample(face.image, face.points, (tight_box(face.points),)))
    return rows


def _split(samples: list[Any], share: float) -> tuple[list[Any], list[Any]]:
    """Samples to train on and held out, by photo: `name_1` and `name_2` are one photo's faces."""

    def held(item: Any) -> bool:
        photo = re.sub(r"_\d$", "", item.image.stem)
        return int(hashlib.sha256(photo.encode()).hexdigest()[:8], 16) / 2**32 < share

    return [s for s in samples if not held(s)], [s for s in samples if held(s)]


def _with_detected(item: Any, convention: Any, finder: Any) -> Any:
    """The sample with the face detector's box beside its own, where the detector finds the face."""
    from dataclasses import replace  # noqa: PLC0415

    from pipnet.evaluate import match_box  # noqa: PLC0415
    from pipnet.images import read_image  # noqa: PLC0415

    boxes = [convention.landmark_box(f.box, "detected") for f in finder(read_image(item.image))]
    match = match_box(item.boxes[0], boxes)
    return item if match is None else replace(item, boxes=(*item.boxes, boxes[match]))


def main() -> None:
    """Entry point; what the user can mend is one sentence and exit code 1."""
    from pipnet import model_commands  # noqa: PLC0415
    from pipnet.checkpoint import CheckpointError  # noqa: PLC0415
    from pipnet.faces import FinderMissingError  # noqa: PLC0415
    from pipnet.images import ImageError  # noqa: PLC0415
    from pipnet.labels import LabelError  # noqa: PLC0415
    from pipnet.scheme import SchemeError  # noqa: PLC0415
    from pipnet.train import DivergedError  # noqa: PLC0415

    model_commands.register(cli)
    known = (CheckpointError, DivergedError, FinderMissingError, ImageError, LabelError)
    try:
        cli()
    except (*known, SchemeError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
