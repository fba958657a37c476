"""Commands about model files: info, convert, export."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipnet import resources
from pipnet.cli.options import (
    EXISTING,
    TARGET,
    force_option,
    load_weights,
    output_file,
    read_samples,
    user_errors,
)

if TYPE_CHECKING:
    from pipnet.calibration.adjustment import Adjustment
    from pipnet.data.sample import Sample


@click.command()
@click.argument("weights", required=False, type=EXISTING)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(weights: Path | None, as_json: bool) -> None:
    """What a model file is: backbone, scheme, crop convention, training, terms; or what is read of
    an ONNX file and the TOML file beside it."""
    file = weights or resources.starter()
    row = _onnx_facts(file) if file.suffix.lower() == ".onnx" else _model_facts(file)
    if as_json:
        click.echo(json.dumps(row))
        return
    if row["adjustment"] is not None:
        row["adjustment"] = f"learned from {row['adjustment']['faces']} faces"
    for name, value in row.items():
        click.echo(f"{name:12} {value}")


def _model_facts(file: Path) -> dict[str, Any]:
    from pipnet.models.checkpoint import load  # noqa: PLC0415

    found = load(file)
    summary = dict(found.summary)
    return {
        "terms": summary.pop("terms"),
        "lineage": summary.pop("lineage"),
        "backbone": found.network.name,
        "head": found.network.head,
        "landmarks": found.scheme.count,
        "scheme": found.scheme.name,
        "neighbours": found.network.neighbours,
        "stride": found.network.stride,
        "parameters": sum(p.numel() for p in found.network.parameters()),
        "crop": found.convention.to_mapping(),
        "adjustment": _adjustment_facts(found.adjustment),
        "summary": summary,
    }


def _onnx_facts(file: Path) -> dict[str, Any]:
    from pipnet.inference.described_onnx import DescribedOnnx, description_of  # noqa: PLC0415
    from pipnet.inference.opening import open_onnx  # noqa: PLC0415

    found = open_onnx(file)
    row: dict[str, Any] = {
        "landmarks": found.scheme.count,
        "scheme": found.scheme.name,
        "crop": found.convention.to_mapping(),
        "adjustment": _adjustment_facts(found.adjustment),
    }
    if isinstance(found, DescribedOnnx):
        said = found.description
        row |= {
            "described": str(description_of(file)),
            "layout": said.layout,
            "channels": said.channels,
            "mean": list(said.mean),
            "std": list(said.std),
            "output": f"{said.output} in units of {said.units}" if said.units else said.output,
        }
    return row


def _adjustment_facts(found: Adjustment | None) -> dict[str, int] | None:
    return None if found is None else {"faces": found.faces}


@click.command()
@click.argument("source", type=EXISTING)
@click.argument("target", type=TARGET)
@click.option("--backbone", help="For a .pth: resnet18, mobilenet_v2, ...")
@click.option("--scheme", help="For a .pth: its scheme, e.g. 300w.")
@click.option("--meanface", type=EXISTING, help="For a .pth: its meanface.txt.")
@force_option
def convert(
    source: Path,
    target: Path,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    force: bool,
) -> None:
    """Turn an authors' .pth into a model file of ours, or a model file into a plain .pth."""
    import torch  # noqa: PLC0415

    from pipnet.models.checkpoint import save  # noqa: PLC0415
    from pipnet.output import MODEL, WEIGHTS, replacing  # noqa: PLC0415

    if {source.suffix, target.suffix} != {".pth", ".safetensors"}:
        raise click.UsageError("one of the files must end in .pth, the other in .safetensors")
    ours = target.suffix == ".safetensors"
    inputs = [path for path in (source, meanface) if path is not None]
    file = output_file(target, MODEL if ours else WEIGHTS, inputs=inputs, force=force)
    found = load_weights(source, backbone, scheme, meanface)
    if ours:
        save(found, file)
    else:
        data = io.BytesIO()  # torch's own error for a full disk does not name the file
        torch.save(found.network.export_state(), data)
        with replacing(file) as partial:
            partial.write_bytes(data.getbuffer())
    click.echo(f"Wrote {target}.")
    if not ours and found.adjustment is not None:
        click.echo("Its landmarks are not adjusted: such a file holds weights alone.", err=True)


@click.command()
@click.argument("target", type=TARGET)
@click.option("--weights", type=EXISTING, help="Model file; the starter if not given.")
@click.option(
    "--data", multiple=True, type=EXISTING, help="Labelled faces to check and calibrate on."
)
@click.option("--int8", is_flag=True, help="8-bit, calibrated on half of --data; prints its cost.")
@force_option
def export(
    target: Path, weights: Path | None, data: tuple[Path, ...], int8: bool, force: bool
) -> None:
    """Write an ONNX file: images (faces, side, side, 3) of bytes in, points in crop units out.

    The calibration of the weights is written beside it, but not for 8 bits, whose errors differ.
    """
    from pipnet.calibration.calibration_file import beside  # noqa: PLC0415
    from pipnet.evaluation.evaluate import evaluate  # noqa: PLC0415
    from pipnet.export.onnx import ExportError, export_onnx  # noqa: PLC0415
    from pipnet.export.quantize import quantize  # noqa: PLC0415
    from pipnet.inference.onnx_detector import OnnxDetector  # noqa: PLC0415
    from pipnet.models.checkpoint import load  # noqa: PLC0415
    from pipnet.output import CALIBRATION, ONNX, replacing  # noqa: PLC0415

    weights = weights or resources.starter()
    found = load(weights)
    samples = read_samples(data, found.scheme.names)
    if int8 and len(samples) < 32:
        raise click.UsageError("--int8 needs at least 32 labelled faces in --data")
    inputs = [weights, *data, *(item.image for item in samples)]
    file = output_file(target, ONNX, inputs=inputs, force=force)
    if beside(weights).exists() and not int8:
        output_file(beside(file), CALIBRATION, inputs=[beside(weights)], force=force)
    crops = _crops(samples[::2][:128], found.convention) if samples else None
    if not int8 or crops is None:
        with user_errors(ExportError):
            export_onnx(found, file, crops)
        click.echo(f"Wrote {target}; its landmarks are those of torch.")
        _export_calibration(weights, file)
        return
    held = samples[1::2]
    with user_errors(ValueError, ExportError), replacing(file) as partial:
        export_onnx(found, partial, crops)
        before = evaluate(OnnxDetector(partial), held).summary()["nme"]
        quantize(partial, partial, crops)
        after = evaluate(OnnxDetector(partial), held).summary()["nme"]
    click.echo(f"Wrote {target}: NME {after} % on {len(held)} faces, {before} % in fp32.")


def _export_calibration(weights: Path, onnx: Path) -> None:
    """Write the calibration of the weights, if there is one, beside the exported file."""
    from pipnet.calibration.calibration_file import beside, digest, find, save  # noqa: PLC0415

    model = find(weights)
    if model is not None:
        save(replace(model, models=(digest(onnx),)), beside(onnx))
        click.echo(f"Wrote {beside(onnx)}, which says what errors to expect.")


def _crops(samples: list[Sample], convention: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    from pipnet.data.crop import warp  # noqa: PLC0415
    from pipnet.data.images import read_image  # noqa: PLC0415

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
