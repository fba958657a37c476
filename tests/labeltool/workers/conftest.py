"""Run folders on four of the shipped pictures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from labeltool.rounds.planning import Recipe
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import AuditTable, FaceTable, LabelTable, RunPhoto
from pipnet import resources
from pipnet.data.boxes import tight_box
from pipnet.data.images import read_header
from pipnet.data.scheme import load_scheme
from pipnet.models.checkpoint import load, save

NAMES = [f"portrait-{number:04d}.jpg" for number in (1, 2, 3, 4)]

ONE_STEP = Recipe(images=4, batch=4, lr=1e-4, manual_share=0.75)

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def photos(sample: Path, tmp_path: Path) -> Path:
    """Four photos of one labelled face each."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(sample / name, folder)
    return folder


@pytest.fixture
def truth(sample: Path) -> NDArray[np.float64]:
    """The true landmarks of the four faces, (4, 68, 2)."""
    table = json.loads((sample / "truth.json").read_text("utf-8"))
    ids = {image["file_name"]: image["id"] for image in table["images"]}
    rows = {row["image_id"]: row["keypoints"] for row in table["annotations"]}
    return np.stack([np.reshape(rows[ids[name]], (-1, 3))[:, :2] for name in NAMES])


@pytest.fixture(scope="session")
def light_starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter with crops of half the side, which take a quarter of the time."""
    starter, file = (
        load(resources.starter()),
        tmp_path_factory.mktemp("light") / "light.safetensors",
    )
    convention = replace(starter.convention, side=starter.convention.side // 2)
    save(replace(starter, convention=convention), file)
    return file


@pytest.fixture
def make_run(
    photos: Path, truth: NDArray[np.float64], tmp_path: Path, light_starter: Path
) -> MakeRun:
    """Makes a run folder whose faces 0 to 3 have tight boxes, and that starts from `light_starter`.

    `manual`, `pseudo`, `audit`: faces with manual labels, pseudo-labels, and those to measure by,
    all with their true landmarks; `recipe`: by default one step; `visibility` of the labels,
    `boxes` of the faces; `calibration` of the start, as JSON. Other arguments go into the spec.
    """

    def make(
        manual: tuple[int, ...] = (0, 1, 2),
        pseudo: tuple[int, ...] = (3,),
        audit: tuple[int, ...] = (),
        visibility: NDArray[np.int8] | None = None,
        boxes: NDArray[np.float64] | None = None,
        name: str = "x",
        recipe: Recipe = ONE_STEP,
        calibration: str | None = None,
        **spec: Any,
    ) -> RunFolder:
        sizes = [read_header(photos / name) for name in NAMES]
        run = RunFolder(tmp_path / "project" / "rounds" / name)
        trained = list(manual + pseudo)
        tight = np.array([tight_box(row) if np.isfinite(row).any() else [0] * 4 for row in truth])
        run.create(
            {
                "kind": "train", "task": "std", "recipe": asdict(recipe), "seed": 1,
                "device": "cpu", "scheme": load_scheme("300w").to_json(),
                "weights": str(light_starter), "in_use": {"round": 0, "weights": None},
                "roots": {1: str(photos)}, **spec,
            },
            [RunPhoto(1, n, size.width, size.height) for n, size in zip(NAMES, sizes, strict=True)],
            FaceTable(
                np.arange(4), np.arange(4), tight if boxes is None else boxes,
                np.array(["landmarks"] * 4),
            ),
            LabelTable(np.array(trained), truth[trained], np.isin(trained, manual), visibility),
            AuditTable(np.array(audit), truth[list(audit)]) if audit else None,
            calibration=calibration,
        )  # fmt: skip
        return run

    return make


@pytest.fixture
def folder(make_run: MakeRun) -> RunFolder:
    """A run that trains on the labels of the four photos; the last one is a pseudo-label."""
    return make_run()
