"""The training of a round: on the labels alone, then on labels and pseudo-labels; or a whole
self-training. Its state is in the folder `training` of the run, where another worker resumes it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from typing import Any

import numpy as np

from labeltool.rounds.planning import MAX_ADJUSTMENT_FACES, Recipe
from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_audit import Audit
from labeltool.workers.round_prediction import predict_table
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import RunProgress, Stage
from labeltool.workers.training_watch import StopEarly, TrainingWatch
from pipnet.data.boxes import tight_box
from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.training.config import TrainConfig
from pipnet.training.self_training import SelfTrainConfig, UnlabelledFace, self_train
from pipnet.training.self_training import Stage as Task
from pipnet.training.trainer import Step, train

SAVE_SECONDS = 60.0
"""The most work that a worker that is killed loses."""

MIN_FREE_NORM_SAMPLES = 16
"""The statistics of batch norm are trained too, unless there are fewer labels than this."""

CONVERGED_MOVEMENT = 0.002
"""A full self-training ends early once its pseudo-labels move by less than this share of a face."""

Samples = dict[int, Sample]
"""Training samples by face id."""


class RoundTraining:
    """Trains the network of a round; its other arguments are those of the run.

    Args:
        audit: measures the network while it learns.
    """

    def __init__(
        self,
        folder: RunFolder,
        spec: dict[str, Any],
        photos: RunPhotos,
        audit: Audit,
        detectors: RunDetectors,
        device: str,
        progress: RunProgress,
    ) -> None:
        self._folder, self._spec, self._photos = folder, spec, photos
        self._audit, self._detectors = audit, detectors
        self._device, self._progress = device, progress
        self._recipe, self._options = Recipe(**spec["recipe"]).on(device), spec.get("options", {})
        self._out = folder.path / "training"

    def run(self, start: Checkpoint, samples: Samples) -> Checkpoint:
        """Train `start` further.

        Raises:
            Cancelled: the user asked to cancel.
            DivergedError: the loss became NaN or infinite.
            UserError: no photo with a manual label can be used.
        """
        self._adjusting = min(len(samples), MAX_ADJUSTMENT_FACES)
        self._forget_other_training(samples)
        stopped = self._out / "stopped.safetensors"
        if stopped.exists():  # the worker that ended the training died later
            self._plan([])
            return load(stopped)
        self._watch = TrainingWatch(
            self._folder, self._photos, self._audit, self._progress, start, self._device,
            until_converged=bool(self._options.get("until_converged")), batch=self._recipe.batch,
        )  # fmt: skip
        pseudo = {face: sample for face, sample in samples.items() if sample.is_pseudo}
        manual = {face: sample for face, sample in samples.items() if not sample.is_pseudo}
        has_ended_early = False
        try:
            if self._options.get("full") and pseudo:
                self._self_train(start, manual, pseudo)
            else:
                self._train(start, manual, pseudo)
        except StopEarly:
            has_ended_early = True
        if has_ended_early:
            save(self._watch.newest, stopped)
        return self._watch.newest

    def _forget_other_training(self, samples: Samples) -> None:
        """Delete the state of a training on other samples or another device: another photo, or
        another GPU, can be used by now."""
        what = json.dumps(
            [self._spec, self._device, *([face, s.is_pseudo] for face, s in samples.items())]
        )
        key, file = hashlib.sha256(what.encode()).hexdigest(), self._out / "key"
        if not file.exists() or file.read_text("utf-8") != key:
            shutil.rmtree(self._out, ignore_errors=True)
            self._out.mkdir()
            file.write_text(key, encoding="utf-8")

    def _train(self, start: Checkpoint, manual: Samples, pseudo: Samples) -> None:
        recipe = self._recipe
        first = recipe.first_images if pseudo else 0
        predicts_again = first > 0 and recipe.predict_again
        stages = [self._training("labels", len(manual), first)] if first else []
        if predicts_again:
            stages.append(Stage("prepare", len(pseudo), cost=2.0))  # mirrored too
        rest = recipe.images - first
        on = "both" if pseudo else "labels"
        self._plan([*stages, self._training(on, len(manual) + len(pseudo), rest)])
        network = start
        if first:
            network = self._stage("labels", network, manual, first)
        if predicts_again:
            pseudo = self._predict_again(network, pseudo)
        self._stage("all", network, manual | pseudo, rest)

    def _plan(self, stages: list[Stage]) -> None:
        # by this network and the one in use before; and what the adjustment is fitted to
        measured = Stage("measure", 2 * self._audit.faces + self._adjusting)
        predicted = Stage("predict", len(self._folder.tables.faces().ids))
        self._progress.plan([*stages, measured, predicted])

    def _stage(self, name: str, start: Checkpoint, samples: Samples, images: int) -> Checkpoint:
        """One training, or the rest of it."""
        self._progress.begin_stage()
        config, out = self._config(start, len(samples), images), self._out / name
        config = replace(config, manual_share=self._recipe.manual_share)
        saved = out / "model.safetensors"
        self._watch.begin(
            load(saved) if saved.exists() else start, min(config.batch, len(samples)),
            config.epochs, is_last=name == "all",
        )  # fmt: skip
        return train(
            start, list(samples.values()), config, out=out, save_seconds=SAVE_SECONDS,
            on_progress=self._watch.on_progress, on_epoch=self._watch.on_epoch,
            on_unreadable=self._watch.on_unreadable,
            on_smaller_batch=self._watch.on_smaller_batch,
        )  # fmt: skip

    def _config(self, start: Checkpoint, samples: int, images: int) -> TrainConfig:
        recipe = self._recipe
        is_mobile = start.network.name.startswith("mobile")
        return TrainConfig(
            epochs=self._epochs(samples, images), batch=recipe.batch,
            lr=recipe.lr, seed=self._spec["seed"], device=self._device,
            ema_decay=recipe.ema_decay, freeze_batch_norm=samples < MIN_FREE_NORM_SAMPLES,
            frozen_stages=4 if is_mobile and self._device == "cpu" else 0,
        )  # fmt: skip

    def _epochs(self, samples: int, images: int) -> int:
        return max(1, round(images / self._epoch_images(samples)))

    def _epoch_images(self, samples: int) -> int:
        """Images of an epoch, which has whole batches only."""
        batch = min(self._recipe.batch, samples)
        return samples // batch * batch

    def _training(self, on: str, samples: int, images: int) -> Stage:
        """A training on about so many images."""
        return Stage("train", self._epochs(samples, images) * self._epoch_images(samples), on=on)

    def _predict_again(self, network: Checkpoint, pseudo: Samples) -> Samples:
        """The pseudo-labels with landmarks of this network, averaged with its mirror image; those
        whose photo cannot be used are left out."""
        self._progress.begin_stage()
        file = self._out / "pseudo.npz"
        if not file.exists():
            table, done = self._folder.tables.faces().of(pseudo), 0

            def on_batch(count: int) -> None:
                nonlocal done
                done += count
                self._watch.on_predicted(done)

            detector = self._detectors.for_faces(network, 2 * len(table.ids))  # mirrored too
            rows = predict_table(detector, table, self._photos, mirror=True, on_batch=on_batch)
            found = {int(table.ids[row]): face.points for row, face in rows}
            points = np.array(list(found.values())).reshape(len(found), network.scheme.count, 2)
            faces = np.array(list(found), np.int64)
            self._folder.write_table(f"{self._out.name}/{file.name}", faces=faces, points=points)
        with np.load(file, allow_pickle=False) as data:
            found = dict(zip(data["faces"].tolist(), data["points"], strict=True))
        return {
            face: replace(pseudo[face], points=row, boxes=(tight_box(row), *pseudo[face].boxes[1:]))
            for face, row in found.items()
        }

    def _self_train(self, start: Checkpoint, manual: Samples, pseudo: Samples) -> None:
        """All tasks of the curriculum in a row."""
        table, files = self._folder.tables.faces().of(pseudo), self._photos.files
        unlabelled = [
            UnlabelledFace(files[photo], tuple(box), str(kind))
            for photo, box, kind in zip(table.photos, table.boxes, table.kinds, strict=True)
        ]
        everything = len(manual) + len(pseudo)
        config = SelfTrainConfig(
            self._config(start, everything, self._recipe.images), converged=CONVERGED_MOVEMENT
        )
        epochs, tasks = config.train.epochs, len(config.tasks)
        first = Stage("train", epochs * self._epoch_images(len(manual)), on="labels")
        training = self._training("both", everything, self._recipe.images)
        both = [Stage("prepare", len(pseudo)), training]
        self._plan([first, *(both * tasks)])
        self._progress.begin_stage()
        out, task, predicted = self._out / "full", -1, 0
        done = sorted(out.glob("stage-*/finished.json")) or sorted(out.glob("stage-*/model.*"))
        finished = load(done[-1].with_name("model.safetensors")) if done else start
        self._watch.newest = finished

        def on_progress(now: Task, step: Step) -> None:
            nonlocal task, predicted, finished
            if now.index != task:
                task, predicted, finished = now.index, 0, self._watch.newest
                samples = len(manual) if now.index == 0 else everything
                self._progress.begin_stage(2 * now.index)
                self._watch.begin(
                    self._watch.newest, min(config.train.batch, samples), epochs,
                    is_last=now.index == tasks,
                )  # fmt: skip
            try:
                self._watch.on_progress(step)
            except StopEarly:
                if now.index > 0:  # every training starts anew
                    self._watch.newest = self._better(finished, self._watch.newest)
                raise

        def on_epoch(now: Task, epoch: int, checkpoint: Checkpoint) -> None:
            self._watch.on_epoch(epoch, checkpoint)

        def on_batch(following: Task, count: int) -> None:
            nonlocal predicted
            if predicted == 0:
                self._progress.begin_stage(2 * following.index - 1)
            predicted += count
            self._watch.on_predicted(predicted)

        self._watch.newest = self_train(
            lambda: start, list(manual.values()), unlabelled, config, out,
            save_seconds=SAVE_SECONDS, on_progress=on_progress, on_epoch=on_epoch,
            on_batch=on_batch, on_unreadable=self._watch.on_unreadable,
            on_smaller_batch=self._watch.on_smaller_batch,
            make_detector=lambda network: self._detectors.for_faces(network, len(pseudo)),
        )  # fmt: skip

    def _better(self, finished: Checkpoint, unfinished: Checkpoint) -> Checkpoint:
        """The network with the lower audit error; the finished one where nothing is measured."""
        before, after = (self._audit.measure(one) for one in (finished, unfinished))
        if before is None or after is None:
            return finished
        is_better = after.summary()["nme"] < before.summary()["nme"]
        return unfinished if is_better else finished
