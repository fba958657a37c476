"""The worker process of a round: `labeltool worker FOLDER`. It loads torch."""

from __future__ import annotations

import errno
import hashlib
import platform
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from labeltool.domain import N_, Cancelled, Message, UserError, photo_problem
from labeltool.rounds.run_folder import EXIT_DISK_FULL, Event, RunFolder
from labeltool.workers.device.device_lock import DeviceLock
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_adjustment import with_adjustment
from labeltool.workers.round_audit import Audit
from labeltool.workers.round_calibration import (
    refitted,
    start_error_model,
    write_error_model,
)
from labeltool.workers.round_prediction import predict_faces, predict_faces_with_other
from labeltool.workers.round_start import (
    averaged_with_starter,
    continued,
    knows_landmarks,
    starting_network,
)
from labeltool.workers.round_training import RoundTraining
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import RunProgress, Stage, run_speeds
from labeltool.workers.run_samples import read_samples, with_detected_boxes
from pipnet import resources
from pipnet.data.images import ImageError
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme
from pipnet.inference.onnx_detector import OnnxError
from pipnet.inference.plugins import PluginError
from pipnet.memory import is_out_of_memory
from pipnet.models.checkpoint import Checkpoint, CheckpointError, load, save
from pipnet.models.devices import DeviceError, peak_memory_bytes, usable_device
from pipnet.models.terms import descent
from pipnet.training.trainer import DivergedError


def work(folder: RunFolder) -> int:
    """Do what a run folder asks for; the exit code is 0 unless it failed."""
    try:
        photos = RunPhotos(folder)
        try:
            results = _run(folder, photos)
        finally:
            folder.write_problems(photos.problems)
        folder.write_results(results)
        folder.report(Event("finished"))
    except Cancelled:
        folder.report(Event("cancelled"))
    except Exception as error:  # noqa: BLE001 - any failure must reach the run folder
        with suppress(OSError):  # the log may be on the disk that is full
            traceback.print_exc()
            sys.stderr.flush()
        expected = _expected(error)
        unexpected = f"{type(error).__name__}: {error}"
        reason = expected or Message(N_("Unexpected error: {error}"), error=unexpected)
        try:
            folder.report(Event("failed", reason=reason, expected=expected is not None))
        except OSError as unreported:
            if _is_disk_full(unreported):
                return EXIT_DISK_FULL
            raise
        return 1
    return 0


def _expected(error: BaseException) -> Message | None:
    """A sentence for the person who started the round; None for an unexpected error."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, CheckpointError | PluginError | OnnxError):
        return Message(str(error))
    if isinstance(error, ImageError):
        return photo_problem(error, error.path)
    if isinstance(error, torch.OutOfMemoryError):
        return Message(
            N_(
                "The GPU has not enough memory. Close other programs that use it, or train on the "
                "CPU."
            )
        )
    if is_out_of_memory(error):
        return Message(N_("There is not enough memory. Close other programs, then try again."))
    if isinstance(error, DivergedError):
        return Message(
            N_("The training diverged: {error}. Look for wrong labels, then try again."),
            error=str(error),
        )
    if _is_disk_full(error):
        return Message(N_("The disk is full. Free some space, then try again."))
    return None


def _is_disk_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _run(folder: RunFolder, photos: RunPhotos) -> dict[str, Any]:
    spec = folder.spec()
    device = _device(spec["device"])
    lock = DeviceLock(folder, spec, device)
    with lock.held():
        return _run_on(device, lock, folder, spec, photos)


def _run_on(
    device: str, lock: DeviceLock, folder: RunFolder, spec: dict[str, Any], photos: RunPhotos
) -> dict[str, Any]:
    folder.report(Event("started", detail=_device_name(device)))
    scheme = Scheme.from_json(spec["scheme"])
    # the host, for its speed says nothing about the machine of the project
    results: dict[str, Any] = {"device": device, "host": platform.node()}
    progress, detectors = RunProgress(folder, run_speeds(spec), lock), RunDetectors(folder, device)
    if "detector" in spec:
        name, file = spec["detector"]["name"], spec["detector"]["file"]
        progress.plan([Stage("predict", len(folder.tables.faces().ids))])
        progress.begin_stage(-1)
        detector = detectors.other(name, None if file is None else Path(file))
        # without a speed: it says nothing about the networks of the project
        return results | predict_faces_with_other(folder, detector, scheme, photos, progress)
    weights = resources.starter() if spec["weights"] is None else folder.path / spec["weights"]
    checkpoint, error_model = load(weights), None
    if knows_landmarks(checkpoint.scheme, scheme, spec.get("sources")):
        checkpoint, error_model = (
            replace(checkpoint, scheme=scheme),
            start_error_model(folder, scheme),
        )
    if folder.tables.labels() is None:
        if checkpoint.scheme != scheme:
            raise UserError(
                N_("{file} has another landmark scheme than this project."), file=weights.name
            )
        progress.plan([Stage("predict", len(folder.tables.faces().ids))])
    else:
        audit = Audit(folder, photos, scheme, detectors, error_model)
        samples = read_samples(folder, photos, spec["task"])
        start = starting_network(continued(checkpoint, weights), scheme, samples.values(), spec)
        samples = with_detected_boxes(folder, start.convention, samples)
        checkpoint = RoundTraining(folder, spec, photos, audit, detectors, device, progress).run(
            start, samples
        )
        checkpoint = averaged_with_starter(checkpoint)
        checkpoint, adjustment = with_adjustment(
            checkpoint, _that_know_labels(samples, spec), folder, photos, detectors
        )
        terms = descent(Path(spec["imagenet"]) if spec.get("imagenet") else weights)
        checkpoint = replace(checkpoint, summary={**checkpoint.summary, **terms})
        save(checkpoint, folder.model)
        in_use, number = _in_use(folder, spec, scheme)
        measured = audit.measure(checkpoint)
        error_model = refitted(error_model, measured, scheme)
        results |= terms | audit.results(measured, in_use, number) | {"adjustment": adjustment}
    network = folder.model if folder.model.exists() else weights
    results["digest"] = hashlib.sha256(network.read_bytes()).hexdigest()
    detectors.write_onnx(checkpoint, network)
    if error_model is not None:
        files = [file for file in (network, folder.onnx) if file.exists()]
        results["calibration"] = write_error_model(folder, error_model, files)
    progress.begin_stage(-1)
    detector = detectors.of_run(checkpoint, error_model)
    chunks = predict_faces(folder, detector, photos, progress)
    if folder.tables.labels() is not None:
        photos.check_labelled()
    results |= {"backbone": checkpoint.network.name, "memory_bytes": peak_memory_bytes(device)}
    return results | progress.average_speeds() | {"chunks": chunks}


def _that_know_labels(samples: dict[int, Sample], spec: dict[str, Any]) -> dict[int, Sample]:
    """The samples without pseudo-labels that the round predicted itself: these tell nothing of what
    its network gets wrong."""
    if spec["recipe"].get("predict_again") or spec.get("options", {}).get("full"):
        return {face: sample for face, sample in samples.items() if not sample.is_pseudo}
    return samples


def _in_use(
    folder: RunFolder, spec: dict[str, Any], scheme: Scheme
) -> tuple[Checkpoint | None, int]:
    """The network whose proposals were offered before, None without one for this scheme, and the
    round that trained it, 0 for the starter."""
    row = spec.get("in_use")
    if row is None:
        return None, 0
    weights = row["weights"]
    found = load(resources.starter() if weights is None else folder.path / weights)
    knows = knows_landmarks(found.scheme, scheme, row.get("sources"))
    return replace(found, scheme=scheme) if knows else None, int(row["round"])


def _device(wanted: str) -> str:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UserError(
            N_("There is no usable CUDA device."), N_("Choose the device 'cpu' or 'auto'.")
        )
    try:
        return str(usable_device(wanted))
    except DeviceError as error:
        raise UserError(
            N_("This computer cannot train or predict on {device}: {reason}."),
            N_("Choose the device 'cpu' or 'auto'."),
            device=wanted,
            reason=str(error),
        ) from error


def _device_name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else device.upper()
