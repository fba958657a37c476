"""What people wear on the head: spectacles, face masks, hats and scarves."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from sample.hair import Head, Tuft, normals
from sample.surface import FRAME, GLASS, KNIT, PAPER
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Piece:
    """A mesh on the unposed head: `vertices` (V, 3), `faces` (T, 3), its material and colour."""

    vertices: np.ndarray
    faces: np.ndarray
    material: int
    colour: np.ndarray
    hides_hair: bool = False


def put_on(choice: dict, head: Head) -> list[Piece]:
    """The pieces of a choice: `glasses`, `mask`, `hat`, `scarf`, each with what it needs."""
    pieces = []
    if "mask" in choice:
        pieces += _mask(head, choice["mask"])
    if "hat" in choice:
        pieces += _hat(head, choice["hat"])
    if "scarf" in choice:
        pieces += _scarf(head, choice["scarf"])
    if "glasses" in choice:
        pieces += _glasses(head, choice["glasses"])
    return pieces


def cover(tufts: list[Tuft], worn: list[Piece], head: Head) -> list[Tuft]:
    """The strands of hair that are not covered."""
    hats = [piece for piece in worn if piece.hides_hair]
    if not hats:
        return tufts
    shell = np.concatenate([piece.vertices for piece in hats])
    outward = np.concatenate([normals(piece.vertices, piece.faces) for piece in hats])
    tree = cKDTree(shell)
    out = []
    for tuft in tufts:
        if len(tuft.points) < 3000:  # brows and lashes
            out.append(tuft)
            continue
        points = tuft.points.copy()
        flat = points.reshape(-1, 3)
        reach, near = tree.query(flat)
        depth = ((flat - shell[near]) * outward[near]).sum(axis=1)
        flat -= outward[near] * (np.clip(depth + 0.03, 0, None) * (reach < 0.35))[:, None]
        out.append(Tuft(points, tuft.width, tuft.colour, tuft.gloss))
    return out


def _shell(head: Head, centre, axis, start, end, gap: float, tent: int, reach: float = 9.0):
    """A smooth cover around the head: vertices and faces.

    Seen from `centre` along `axis`, it spans from the outline `start` (or the axis, if None) to the
    outline `end`; outlines are lists of places of the mean head, one side of it. Hollows up to
    `tent` cells wide are bridged, as by cloth.
    """
    centre = np.asarray(centre, float) + head.shift
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    up = np.array([0.0, 1.0, 0.0]) if abs(axis[1]) < 0.8 else np.array([0.0, 0.0, 1.0])
    up -= axis * (up @ axis)
    up /= np.linalg.norm(up)
    side = np.cross(up, axis)
    around = np.linspace(0, 2 * np.pi, 97)[:-1]

    def opening(outline):
        if outline is None:
            return np.full(len(around), 0.0005)
        arm = np.asarray(outline, float) + head.shift - centre
        arm = np.concatenate([arm, arm * [-1, 1, 1]])
        along = arm @ axis
        angle = np.arctan2(np.linalg.norm(arm - along[:, None] * axis, axis=1), along)
        turn = np.arctan2(arm @ side, arm @ up) % (2 * np.pi)
        order = np.argsort(turn)
        return np.interp(around, turn[order], angle[order], period=2 * np.pi)

    first = opening(start)
    last = np.full(len(around), np.pi - 0.01) if end is None else opening(end)
    angle = first + (last - first) * np.linspace(0, 1, 70)[:, None]  # (70, 96)
    across = np.cos(around)[:, None] * up + np.sin(around)[:, None] * side
    direction = np.cos(angle)[..., None] * axis + np.sin(angle)[..., None] * across
    skin = head.body[head.body[:, 1] > centre[1] - 1.9] - centre
    far = np.linalg.norm(skin, axis=1)
    near = cKDTree(skin / far[:, None]).query(direction.reshape(-1, 3), k=4)[1]
    radius = np.minimum(far[near].max(axis=1), reach).reshape(angle.shape).astype(np.float32)
    # Cloth goes on beyond the seam of the grid, and over the axis to the other side.
    pad, half = 40, len(around) // 2
    over = (
        np.roll(radius, half, axis=1)[pad - 1 :: -1] if start is None else radius[:1].repeat(pad, 0)
    )
    wide = np.concatenate([over, radius, radius[-1:].repeat(pad, 0)])
    wide = np.concatenate([wide[:, -pad:], wide, wide[:, :pad]], axis=1)
    if tent:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (tent, tent))
        wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel)
    soft = cv2.GaussianBlur(wide, (0, 0), 4)
    for _ in range(3):
        lack = cv2.dilate(np.maximum(wide - soft, 0), np.ones((7, 7)))
        soft = soft + cv2.GaussianBlur(lack, (0, 0), 4)
    radius = soft[pad:-pad, pad:-pad] + gap
    vertices = centre + direction * radius[..., None]
    rows, columns = angle.shape
    k = np.arange(rows * columns).reshape(rows, columns)
    a, b = k[:-1].ravel(), np.roll(k, -1, axis=1)[:-1].ravel()
    c, d = k[1:].ravel(), np.roll(k, -1, axis=1)[1:].ravel()
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)
    if (normals(vertices.reshape(-1, 3), faces) * direction.reshape(-1, 3)).sum() < 0:
        faces = faces[:, ::-1].copy()
    return vertices.reshape(-1, 3), faces


def _mask(head: Head, how: dict) -> list[Piece]:
    colour = np.asarray(how["colour"])
    outline = [
        [0, 7.15, 1.5], [0.16, 7.09, 1.4], [0.4, 6.97, 1.2], [0.53, 6.93, 0.95], [0.53, 6.75, 0.95],
        [0.49, 6.55, 0.95], [0.38, 6.35, 1.02], [0.2, 6.22, 1.15], [0, 6.19, 1.2],
    ]  # fmt: skip
    pieces = [
        Piece(*_shell(head, [0, 6.75, 0.35], [0, 0, 1], None, outline, 0.02, 31), PAPER, colour)
    ]
    for sign in (1, -1):
        for low, ear in ((6.9, 7.3), (6.6, 6.98)):
            path = np.linspace([sign * 0.6, low, 0.85], [sign * 0.78, ear, 0.35], 12)
            path = head.on_skin(path, 0.015)
            path[1:-1] = (path[:-2] + path[1:-1] * 2 + path[2:]) / 4
            pieces.append(_tube(path, 0.012, colour * 0.9, closed=False, material=PAPER))
    return pieces


def _hat(head: Head, how: dict) -> list[Piece]:
    colour, low = np.asarray(how["colour"]), how["height"]
    edge = np.array(
        [
            [0, 7.86, 1.4],
            [0.4, 7.8, 1.2],
            [0.72, 7.62, 0.6],
            [0.72, 7.42, 0.2],
            [0.4, 7.1, -0.3],
            [0, 7.0, -0.4],
        ]
    )
    edge[:, 1] += low
    centre, axis = [0, 7.55, 0.4], [0, 1, -0.15]
    vertices, faces = _shell(head, centre, axis, None, edge, 0.07, 9)
    top = vertices[:, 1].max()
    vertices[:, 1] += np.clip((vertices[:, 1] - top + 0.6) / 0.6, 0, 1) ** 2 * how["tall"]
    brim = _shell(
        head, centre, axis, edge + np.array([0, 0.3, 0]), edge - np.array([0, 0.02, 0]), 0.1, 9
    )
    return [
        Piece(vertices, faces, KNIT, colour, hides_hair=True),
        Piece(*brim, KNIT, colour * how["brim"], hides_hair=True),
    ]


def _scarf(head: Head, how: dict) -> list[Piece]:
    face = [
        [0, 7.97, 1.3], [0.3, 7.9, 1.25], [0.54, 7.65, 1.05], [0.62, 7.25, 0.9], [0.58, 6.9, 0.9],
        [0.46, 6.55, 0.95], [0.25, 6.27, 1.12], [0, 6.17, 1.2],
    ]  # fmt: skip
    shell = _shell(head, [0, 7.0, 0.35], [0, 0, 1], face, None, 0.05, 15, reach=1.5)
    return [Piece(*shell, PAPER, np.asarray(how["colour"]), hides_hair=True)]


def _tube(
    path: np.ndarray, radius: float, colour: np.ndarray, *, closed: bool, material: int = FRAME
) -> Piece:
    """A tube along a path (N, 3)."""
    count, around = len(path), 8
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    if not closed:
        ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-9
    side = np.cross(ahead, [0.3, 0.2, 1.0])
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    up = np.cross(side, ahead)
    turn = np.linspace(0, 2 * np.pi, around, endpoint=False)
    ring = side[:, None] * np.cos(turn)[None, :, None] + up[:, None] * np.sin(turn)[None, :, None]
    vertices = (path[:, None] + ring * radius).reshape(-1, 3)
    faces = []
    for i in range(count if closed else count - 1):
        j = (i + 1) % count
        for a in range(around):
            b = (a + 1) % around
            p, q, r, s = i * around + a, i * around + b, j * around + a, j * around + b
            faces += [[p, q, r], [q, s, r]]
    return Piece(vertices, np.array(faces, np.int32), material, np.asarray(colour))


def _glasses(head: Head, how: dict) -> list[Piece]:
    marks = head.marks
    colour, radius = np.asarray(how["colour"]), how["thick"]
    pieces = []
    nose = marks[27]
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    edges = {}
    for sign, eye in ((-1, marks[36:42]), (1, marks[42:48])):
        middle = eye.mean(axis=0)
        centre = np.array(
            [
                sign * max(abs(middle[0]) + 0.01, how["width"] / 2 + 0.07),
                middle[1] - 0.035,
                max(eye[:, 2].max(), nose[2] - 0.06) + 0.1,
            ]
        )
        n = how["square"]
        c, s = np.cos(turn), np.sin(turn)
        x = np.sign(c) * np.abs(c) ** (2 / n) * how["width"] / 2
        y = np.sign(s) * np.abs(s) ** (2 / n) * how["height"] / 2
        y = y * (1 + 0.12 * (x * sign / how["width"]))
        z = -0.28 * (x * sign) ** 2 - 0.12 * (x * sign)
        path = centre + np.stack([x, y, z], axis=1)
        edges[sign] = path
        pieces.append(_tube(path, radius, colour, closed=True))
        if how["tint"] is not None:
            fan = np.concatenate([path, path.mean(axis=0, keepdims=True)])
            k = np.arange(48)
            faces = np.stack([k, (k + 1) % 48, np.full(48, 48)], axis=1).astype(np.int32)
            pieces.append(Piece(fan, faces, GLASS, np.asarray(how["tint"])))
        hinge = path[np.argmax(path[:, 0] * sign)] + [0, 0.06, 0]
        ear = head.on_skin(np.array([[sign * 0.75, 7.42, 0.3]]), radius)[0]
        path = np.linspace(hinge, ear, 14)
        path[:, 0] += sign * 0.05 * np.sin(np.linspace(0, np.pi, 14))
        path[2:] = head.keep_out(path[2:], np.full(12, radius + 0.004))
        pieces.append(_tube(path, radius * 0.9, colour, closed=False))
    left = edges[-1][np.argmax(edges[-1][:, 0])]
    right = edges[1][np.argmin(edges[1][:, 0])]
    bridge = np.linspace(left, right, 9) + np.array([0, 0.05, 0])
    bridge[:, 1] += 0.04 * np.sin(np.linspace(0, np.pi, 9))
    bridge[:, 2] = np.maximum(bridge[:, 2], nose[2] + 0.03)
    pieces.append(_tube(bridge, radius, colour, closed=False))
    return pieces


def _shade(rng: np.random.Generator, low: float = 0.02, high: float = 0.6) -> np.ndarray:
    return np.clip(rng.uniform(low, high) * (1 + 0.5 * rng.uniform(-1, 1, 3)), 0.01, 0.8)


def hat(rng: np.random.Generator) -> dict:
    """A knitted hat."""
    return {
        "hat": {
            "colour": _shade(rng), "height": rng.uniform(-0.05, 0.08),
            "tall": rng.uniform(0, 0.16), "brim": rng.uniform(0.6, 1.2),
        }
    }  # fmt: skip


def choose(rng: np.random.Generator, *, often: bool = False) -> dict:
    """Choose at random what a person wears; `often` covers more of the face."""
    more = 1.6 if often else 1.0
    choice = {}
    if rng.random() < 0.22 * more:
        dark, metal = rng.random() < 0.3, rng.random() < 0.4
        choice["glasses"] = {
            "colour": np.array([0.4, 0.36, 0.3]) if metal else _shade(rng, 0.005, 0.08),
            "thick": rng.uniform(0.01, 0.014) if metal else rng.uniform(0.016, 0.03),
            "width": rng.uniform(0.46, 0.56), "height": rng.uniform(0.3, 0.46),
            "square": rng.uniform(2, 4.5), "tint": _shade(rng, 0.01, 0.03) if dark else None,
        }  # fmt: skip
    if rng.random() < 0.05 * more:
        blue = rng.random() < 0.5
        choice["mask"] = {
            "colour": np.array([0.25, 0.45, 0.55]) if blue else _shade(rng, 0.02, 0.7)
        }
    other = rng.random()
    if other < 0.09 * more:
        choice.update(hat(rng))
    elif other < 0.14 * more:
        choice["scarf"] = {"colour": _shade(rng, 0.03, 0.6)}
    return choice
