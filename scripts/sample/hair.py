"""Hair, brows, lashes and beards as strands: polylines (S, K, 3) on the unposed head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sample import assets
from sample.person import Person, landmarks, mean, places, refine
from scipy.spatial import cKDTree

STYLES = ("bald", "buzz", "short", "forward", "side", "back", "bob", "long", "curly", "bun")
KNOTS = 14
LASHES = (13364, 13369, 6841, 11483, 11465, 11466, 11467, 11468, 11469, 6802)
"""Vertices along the edge of the left upper lid, inner to outer."""


@dataclass(frozen=True)
class Tuft:
    """Strands of one kind: `points` (S, K, 3), `width` in decimetres, linear colour."""

    points: np.ndarray
    width: float
    colour: np.ndarray
    gloss: float = 1.0


def normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals of vertices (V, 3)."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    out = np.zeros_like(vertices)
    for k in range(3):
        for axis in range(3):
            out[:, axis] += np.bincount(triangles[:, k], across[:, axis], len(vertices))
    return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-12)


class Head:
    """The refined body of a person, to grow hair on."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.body = refine(person.vertices)["body"]
        self.triangles = assets.smooth("body").triangles
        self.normals = normals(self.body, self.triangles)
        self.marks = landmarks(self.body)
        self.places = places()
        self.tree = cKDTree(self.body)
        self.rest_tree = cKDTree(self.places.rest)
        # What is known of the mean head's places moves with this head.
        rest = landmarks(self.places.rest)
        self.shift = self.marks[36:48].mean(axis=0) - rest[36:48].mean(axis=0)

    def roots(self, weight: np.ndarray, count: int, rng: np.random.Generator):
        """Draw places on the skin by weight per vertex: points, normals, rest points (N, 3)."""
        tri = self.triangles
        a, b, c = (self.body[tri[:, k]] for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1) * weight[tri].min(axis=1)
        if count == 0 or area.sum() <= 0:
            return np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3))
        chosen = tri[rng.choice(len(tri), count, p=area / area.sum())]
        u, v = rng.random((2, count, 1))
        over = u + v > 1
        u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
        mix = np.stack([1 - u - v, u, v], axis=1)
        return tuple(
            (values[chosen] * mix).sum(axis=1)
            for values in (self.body, self.normals, self.places.rest)
        )

    def on_skin(self, rest: np.ndarray, gap: float) -> np.ndarray:
        """Places on this head by places (N, 3) of the mean one, a gap above the skin."""
        near = self.rest_tree.query(rest)[1]
        return self.body[near] + self.normals[near] * gap

    def keep_out(self, points: np.ndarray, gap: np.ndarray) -> np.ndarray:
        """Push points (N, 3) out of the skin by at least a gap (N,)."""
        near = self.tree.query(points)[1]
        normal = self.normals[near]
        depth = ((points - self.body[near]) * normal).sum(axis=1)
        return points + normal * np.maximum(gap - depth, 0)[:, None]


def _unit(v: np.ndarray) -> np.ndarray:
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def _guides(head: Head, style: str, length: float, volume: float, rng: np.random.Generator):
    count = 1100
    root, normal, rest = head.roots(head.places.scalp, count, rng)
    part = float(
        rng.choice([-0.3, 0.3] if style in ("side", "back", "short") else [-0.2, 0.2, 0.0, 0.0])
    )
    crown = np.array([0.1 * np.sign(part), 8.25, -0.05])
    front = np.clip((rest[:, 2] - 0.3) / 0.8, 0, 1)[:, None]
    away = np.sign(rest[:, 0] - part + rng.normal(0, 0.02, count))[:, None]
    x, y, z = np.eye(3)
    fall = -y
    if style in ("short", "forward"):
        comb = _unit(rest - crown) + 0.25 * fall
        if style == "short":
            comb += front * (1.1 * y - 0.4 * z + 0.9 * away * x)
    elif style == "side":
        comb = away * x * 1.1 - 0.25 * z + 0.25 * y * front
    elif style in ("back", "bun"):
        comb = -1.2 * z + 0.35 * y * front - 0.45 * y * (1 - front)
    elif style == "curly":
        comb = normal * 1.5 + 0.2 * fall
    else:
        comb = away * x * 1.0 - 0.45 * z + 0.0 * y
    pull = {"bob": 1.6, "long": 1.6, "side": 0.6, "back": 0.3, "curly": 0.1}.get(style, 0.5)
    lasts = {"bob": 0.55, "long": 0.55, "side": 0.5}.get(style, 1.2)
    gap = 0.015 + volume * rng.uniform(0.15, 1, count)
    long = length * rng.uniform(0.75, 1.1, count)
    low = rest[:, 1] < 7.5
    if style not in ("long", "bob", "bun", "curly"):
        long = np.where(
            low,
            np.minimum(long, 0.22 + 0.2 * length) * np.clip((rest[:, 1] - 6.6) / 0.9, 0.25, 1),
            long,
        )
    path = [root + normal * 0.004]
    going = _unit(normal * (0.8 if style != "bun" else 0.2) + comb * 0.7)
    for knot in range(1, KNOTS):
        t = knot / (KNOTS - 1)
        gone = long[:, None] * t
        wish = comb * np.exp(-((gone / lasts) ** 2)) + fall * (
            0.15 + pull * (1 - np.exp(-gone / 0.3))
        )
        wish += normal * (0.45 * np.exp(-gone / 0.2) if style != "bun" else 0)
        going = _unit(going * 0.55 + _unit(wish) * 0.45)
        point = path[-1] + going * (long / (KNOTS - 1))[:, None]
        grown = gap * min(1.0, 0.25 + 2 * t)
        point = head.keep_out(point, grown)
        if style in ("long", "bob"):
            # Hair that would hang over the face falls beside it.
            eye_y, face_z = head.marks[36:48, 1].mean(), head.marks[45, 2]
            wide = abs(head.marks[45, 0]) + 0.17
            over = (
                (point[:, 2] > face_z - 0.32)
                & (np.abs(point[:, 0]) < wide)
                & (point[:, 1] < eye_y + 0.55)
            )
            push = (wide - np.abs(point[:, 0])) * np.where(point[:, 0] > 0, 1, -1)
            point[over, 0] += 0.6 * push[over]
            point[over, 2] -= 0.05
        path.append(point)
    return root, np.stack(path, axis=1)


def grow(head: Head, style: str, rng: np.random.Generator, *, flat: bool = False) -> list[Tuft]:
    """The hair of a head; `flat` keeps it close, as under a hat."""
    person = head.person
    if style == "bald":
        return []
    if style == "buzz":
        return [
            _short(head, head.places.scalp, 16000, 0.03, 0.06, person.hair_colour, rng, lie=0.5)
        ]
    length = {
        "short": rng.uniform(0.25, 0.5), "forward": rng.uniform(0.25, 0.45),
        "side": rng.uniform(0.35, 0.6), "back": rng.uniform(0.6, 1.1),
        "bob": rng.uniform(1.2, 1.7), "long": rng.uniform(2.2, 3.8),
        "curly": rng.uniform(0.25, 0.8), "bun": rng.uniform(1.0, 1.3),
    }[style]  # fmt: skip
    volume = rng.uniform(0.06, 0.2) if style != "bun" and not flat else 0.02
    if style == "curly":
        volume = length * 0.7
    anchor, guides = _guides(head, style, length, volume, rng)
    count = 17000
    root, _, _ = head.roots(head.places.scalp, count, rng)
    near = cKDTree(anchor).query(root, k=3)[1][np.arange(count), rng.integers(0, 3, count)]
    t = np.linspace(0, 1, KNOTS)[None, :, None]
    points = guides[near] + (root - anchor[near])[:, None] * (1 - 0.35 * t)
    frizz = rng.uniform(0.01, 0.035) * (3 if style == "curly" else 1)
    points = points + rng.normal(0, 1, (count, 1, 3)) * frizz * np.minimum(t * 3, 1)
    if style == "curly":
        turn = rng.uniform(9, 16) * t + rng.uniform(0, 6.3, (count, 1, 1))
        curl = rng.uniform(0.02, 0.05)
        points = points + curl * np.concatenate(
            [np.cos(turn), np.sin(turn), np.sin(turn * 0.7)], axis=2
        ) * np.minimum(t * 4, 1)
    elif rng.random() < 0.5:
        wave = np.sin(t * rng.uniform(6, 14) + anchor[near][:, None, :1] * 6)
        points = points + wave * rng.uniform(0.005, 0.03) * t * (
            1 if style in ("long", "bob") else 0.5
        )
    points[:, 0] = root
    tufts = [
        Tuft(
            points,
            0.0075 if style != "curly" else 0.009,
            person.hair_colour,
            1 - 0.5 * (style == "curly"),
        )
    ]
    if style == "bun":
        tufts.append(_bun(head, rng))
    return tufts


def _bun(head: Head, rng: np.random.Generator) -> Tuft:
    size = rng.uniform(0.28, 0.42)
    place = np.array([0, 8.1, -0.55]) if rng.random() < 0.5 else np.array([0, 7.6, -0.75])
    centre = place + head.shift
    axis = _unit(rng.normal(0, 1, (1500, 3)))
    turn = _unit(np.cross(axis, rng.normal(0, 1, (1500, 3))))
    t = np.linspace(0, rng.uniform(2.0, 2.8, 1500), KNOTS).T[..., None]
    ring = axis[:, None] * np.cos(t) + turn[:, None] * np.sin(t)
    return Tuft(centre + ring * size * [1, 0.85, 0.8], 0.0085, head.person.hair_colour)


def _short(head, weight, count, low, high, colour, rng, lie=0.7, down=0.6, width=0.0055) -> Tuft:
    root, normal, _ = head.roots(weight, count, rng)
    flow = np.array([0, -down, 0]) + 0.25 * normal
    flow = flow - (flow * normal).sum(axis=1, keepdims=True) * normal * lie
    going = _unit(_unit(flow) * lie + normal * (1 - lie) + rng.normal(0, 0.22, root.shape))
    t = np.linspace(0, 1, 4)[None, :, None]
    long = rng.uniform(low, high, (count, 1, 1))
    return Tuft(root[:, None] + going[:, None] * t * long, width, colour, 0.5)


def brows(head: Head, rng: np.random.Generator) -> Tuft:
    """Both eyebrows, along landmarks 17 to 26."""
    person = head.person
    count = int(rng.uniform(170, 300) * (0.8 + 0.4 * person.male))
    thick = rng.uniform(0.022, 0.036) + 0.012 * person.male
    strands = []
    for side in (range(22, 27), range(21, 16, -1)):
        curve = head.marks[list(side)]
        t = rng.beta(1.05, 1.15, count)
        at = np.stack([np.interp(t, np.linspace(0, 1, 5), curve[:, k]) for k in range(3)], axis=1)
        ahead = _unit(
            np.stack(
                [
                    np.interp(np.minimum(t + 0.12, 1.12), np.linspace(0, 1, 5), curve[:, k])
                    for k in range(3)
                ],
                axis=1,
            )
            - at
            + 1e-6
        )
        up = np.array([0, 1, 0])
        off = (
            rng.normal(0, 0.5, count) * thick * np.interp(t, [0, 0.15, 0.6, 1], [0.85, 1, 0.8, 0.3])
        )
        # The landmarks of 300W follow the upper half of the brow.
        root = at + (off - 0.022)[:, None] * up
        near = head.tree.query(root)[1]
        root = root - head.normals[near] * ((root - head.body[near]) * head.normals[near]).sum(
            axis=1, keepdims=True
        )
        lift = (
            np.interp(t, [0, 0.2, 0.6, 1], [1.1, 0.55, 0.1, -0.1])[:, None]
            - off[:, None] / thick * 0.35
        )
        going = _unit(
            ahead + lift * up + 0.3 * head.normals[near] + rng.normal(0, 0.15, root.shape)
        )
        s = np.linspace(0, 1, 4)[None, :, None]
        line = root[:, None] + going[:, None] * s * rng.uniform(0.05, 0.1, (count, 1, 1))
        bent = head.normals[near][:, None] * 0.012 - 0.02 * s**2 * up
        strands.append(line + bent * np.minimum(s * 2, 1))
    colour = person.hair_colour * 0.75 + 0.004
    return Tuft(np.concatenate(strands), 0.0042, colour, 0.2)


def lashes(head: Head) -> Tuft:
    """Upper and lower lashes of both eyes."""
    rng = np.random.default_rng(head.person.seed)
    body = assets.smooth("body")
    edge = head.body[body.index[list(LASHES)]]
    mirrored = cKDTree(mean()).query(mean()[list(LASHES)] * [-1, 1, 1])[1]
    other = head.body[body.index[mirrored]]
    strands = []
    long = 0.065 if head.person.male < 0.5 else 0.042
    for curve, sign in ((edge, 1), (other, -1)):
        t = np.sort(rng.uniform(0.08, 1, 60))
        knots = np.linspace(0, 1, len(curve))
        root = np.stack([np.interp(t, knots, curve[:, k]) for k in range(3)], axis=1)
        out = np.stack(
            [sign * np.interp(t, [0, 1], [-0.35, 0.9]), np.full(60, 0.15), np.full(60, 1.0)], axis=1
        )
        s = np.linspace(0, 1, 5)[None, :, None]
        line = root[:, None] + _unit(out)[:, None] * s * long * rng.uniform(0.7, 1.1, (60, 1, 1))
        strands.append(line + np.array([0, 1, 0]) * (s**2 * 0.035 - s * 0.012))
    return Tuft(np.concatenate(strands), 0.003, np.array([0.012, 0.009, 0.008]), 0.1)


def beard(head: Head, rng: np.random.Generator) -> list[Tuft]:
    """A beard, a moustache, or both."""
    where, odds = head.places, rng.random()
    weight = (
        where.beard + where.moustache
        if odds < 0.6
        else where.moustache
        if odds < 0.8
        else where.beard * (np.abs(where.rest[:, 0]) < 0.3)
    )
    long = rng.uniform(0.04, 0.2)
    colour = head.person.hair_colour * 0.8 + 0.003
    count = int(9000 * min(1.0, weight.sum() / 1500 + 0.25))
    return [
        _short(head, weight, count, long * 0.5, long, colour, rng, lie=0.75, down=1.0, width=0.006)
    ]
