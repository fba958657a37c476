"""A random person: shape of the head, expression, pose, colours, and the 68 landmarks."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sample import assets
from scipy.spatial import cKDTree

MACRO = "mpfb2/targets/macrodetails"
RACES = ("african", "asian", "caucasian")
PARTS = {
    "body": 0,
    "helper-l-eye": 1,
    "helper-r-eye": 1,
    "helper-upper-teeth": 2,
    "helper-lower-teeth": 2,
    "helper-tongue": 3,
}
"""The parts of the mesh that are drawn, and the material of each."""

# What makes a head its own: pairs of shapes, and how far (1: as the file has it) they may go.
DETAILS = {
    "head/head-age": 0.5, "head/head-fat": 0.6, "head/head-scale-depth": 0.5,
    "head/head-scale-horiz": 0.5, "head/head-scale-vert": 0.6, "head/head-angle:in,out": 0.4,
    "forehead/forehead-scale-vert": 0.6, "forehead/forehead-nubian": 0.5,
    "forehead/forehead-temple": 0.5, "forehead/forehead-trans:backward,forward": 0.4,
    "nose/nose-base:down,up": 0.5, "nose/nose-curve:concave,convex": 0.5,
    "nose/nose-flaring": 0.5, "nose/nose-hump": 0.5, "nose/nose-greek": 0.4,
    "nose/nose-point:down,up": 0.5, "nose/nose-point-width": 0.5, "nose/nose-scale-depth": 0.4,
    "nose/nose-scale-horiz": 0.5, "nose/nose-scale-vert": 0.5, "nose/nose-volume": 0.5,
    "nose/nose-trans:down,up": 0.3, "nose/nose-width1": 0.5, "nose/nose-width2": 0.5,
    "nose/nose-width3": 0.5,
    "mouth/mouth-scale-horiz": 0.5, "mouth/mouth-scale-vert": 0.5, "mouth/mouth-trans:down,up": 0.4,
    "mouth/mouth-lowerlip-height": 0.5, "mouth/mouth-upperlip-height": 0.5,
    "mouth/mouth-lowerlip-volume": 0.5, "mouth/mouth-upperlip-volume": 0.5,
    "mouth/mouth-cupidsbow": 0.6, "mouth/mouth-angles:down,up": 0.4,
    "mouth/mouth-laugh-lines:in,out": 0.4,
    "chin/chin-height": 0.5, "chin/chin-width": 0.5, "chin/chin-prominent": 0.5,
    "chin/chin-bones": 0.5, "chin/chin-jaw-drop": 0.4, "chin/chin-cleft": 0.5,
    "eyebrows/eyebrows-angle:down,up": 0.6, "eyebrows/eyebrows-trans:down,up": 0.5,
    "neck/neck-scale-horiz": 0.4, "neck/neck-double": 0.4,
}  # fmt: skip
SIDED = {
    "cheek/{}-cheek-bones": 0.5, "cheek/{}-cheek-volume": 0.5, "cheek/{}-cheek-inner": 0.4,
    "cheek/{}-cheek-trans:down,up": 0.4,
    "ears/{}-ear-flap": 0.4, "ears/{}-ear-scale": 0.5, "ears/{}-ear-lobe": 0.5,
    "ears/{}-ear-wing": 0.5, "eyes/{}-eye-bag": 0.5, "eyes/{}-eye-scale": 0.4,
    "eyes/{}-eye-height1": 0.4, "eyes/{}-eye-height2": 0.4, "eyes/{}-eye-height3": 0.4,
    "eyes/{}-eye-trans:in,out": 0.5, "eyes/{}-eye-trans:down,up": 0.3,
    "eyes/{}-eye-corner1:down,up": 0.4, "eyes/{}-eye-corner2:down,up": 0.4,
    "eyes/{}-eye-eyefold-angle:down,up": 0.4, "eyes/{}-eye-epicanthus:in,out": 0.4,
    "eyes/{}-eye-push1:in,out": 0.3,
}  # fmt: skip
SHAPES = ("oval", "round", "square", "rectangular", "triangular", "invertedtriangular", "diamond")

# Expressions: units (of both sides where the name ends in *) with their full strength.
MOODS = {
    "neutral": {},
    "smile": {"mouthSmile*": 0.8, "cheekSquint*": 0.45, "eyeSquint*": 0.25, "mouthDimple*": 0.2},
    "laugh": {
        "mouthSmile*": 0.85, "jawOpen": 0.3, "cheekSquint*": 0.6, "eyeSquint*": 0.4,
        "mouthUpperUp*": 0.35, "mouthLowerDown*": 0.2,
    },
    "grin": {
        "mouthSmile*": 0.8, "mouthUpperUp*": 0.4, "mouthLowerDown*": 0.35, "cheekSquint*": 0.4,
        "jawOpen": 0.06,
    },
    "talk": {"jawOpen": 0.3, "mouthFunnel": 0.3, "mouthLowerDown*": 0.2},
    "surprise": {"jawOpen": 0.5, "browInnerUp": 0.8, "browOuterUp*": 0.7, "eyeWide*": 0.7},
    "frown": {"browDown*": 0.8, "mouthFrown*": 0.6, "eyeSquint*": 0.3, "mouthPress*": 0.4},
    "sad": {"browInnerUp": 0.8, "mouthFrown*": 0.7, "mouthShrugLower": 0.4},
    "pucker": {"mouthPucker": 0.7, "browOuterUp*": 0.2},
    "blink": {"eyeBlink*": 1.0, "mouthSmile*": 0.2},
    "disgust": {"noseSneer*": 0.8, "browDown*": 0.5, "mouthUpperUp*": 0.4},
    "smirk": {"mouthSmileLeft": 0.7, "browOuterUpRight": 0.4},
    "wide": {"jawOpen": 0.75, "mouthStretch*": 0.5, "eyeSquint*": 0.3},
}  # fmt: skip


@dataclass
class Person:
    """The random choices. Lengths in decimetres, angles in radians, colours linear 0..1."""

    vertices: np.ndarray  # (V, 3) of the mesh, expression in, pose not
    male: float
    age: float  # 0.19 child, 0.5 young, 1 old
    melanin: float
    angles: tuple[float, float, float]  # yaw (to the person's left), pitch (down), roll
    hair_colour: np.ndarray
    eye_colour: np.ndarray
    cloth_colour: np.ndarray
    lipstick: float
    stubble: float
    seed: int
    collar: float  # up to where the cloth reaches, on the mean body
    neckline: float  # how far the collar dips in front
    wear: dict = field(default_factory=dict)


def _pair(name: str) -> tuple[str, str]:
    stem, _, ends = name.partition(":")
    low, high = ends.split(",") if ends else ("decr", "incr")
    return f"mpfb2/targets/{stem}-{low}.target", f"mpfb2/targets/{stem}-{high}.target"


class _Shaper:
    def __init__(self) -> None:
        self.vertices = assets.base().vertices.copy()

    def add(self, name: str, weight: float) -> None:
        if weight > 1e-3:
            index, offset = assets.target(name)
            self.vertices[index] += offset * weight

    def lean(self, name: str, amount: float) -> None:
        low, high = _pair(name)
        self.add(high if amount > 0 else low, abs(amount))

    def macro(
        self, races: np.ndarray, male: float, age: float, muscle: float, weight: float
    ) -> None:
        ages = {"child": max(0.0, 1 - (age - 0.1875) / 0.3125)} if age < 0.5 else {}
        ages["young"] = 1 - ages.get("child", 0) if age < 0.5 else 1 - (age - 0.5) * 2
        ages["old"] = max(0.0, (age - 0.5) * 2)
        for gender, g in (("male", male), ("female", 1 - male)):
            for stage, a in ages.items():
                for race, r in zip(RACES, races, strict=True):
                    self.add(f"{MACRO}/{race}-{gender}-{stage}.target", g * a * r)
                for m_name, m in _steps("muscle", muscle):
                    for w_name, w in _steps("weight", weight):
                        name = f"universal-{gender}-{stage}-{m_name}-{w_name}.target"
                        self.add(f"{MACRO}/{name}", g * a * m * w)

    def express(self, units: dict[str, float]) -> None:
        for unit, amount in units.items():
            sides = [unit[:-1] + "Left", unit[:-1] + "Right"] if unit.endswith("*") else [unit]
            for name in sides:
                self.add(f"faceunits01/targets/faceunits/{name}.target", amount)


def _steps(what: str, value: float) -> list[tuple[str, float]]:
    away = abs(value - 0.5) * 2
    return [(f"average{what}", 1 - away), (f"{'max' if value > 0.5 else 'min'}{what}", away)]


@functools.cache
def mean() -> np.ndarray:
    """The vertices (V, 3) of the mean adult, on which regions of the head are defined."""
    shaper = _Shaper()
    shaper.macro(np.full(3, 1 / 3), 0.5, 0.5, 0.5, 0.5)
    return shaper.vertices


@functools.cache
def _marks() -> np.ndarray:
    rows = json.loads((Path(__file__).parent / "landmarks.json").read_text())
    matrix = np.zeros((len(rows), len(assets.base().vertices)))
    for number, row in enumerate(rows):
        for vertex, weight in row:
            matrix[number, vertex] = weight
    return matrix


@functools.cache
def _marks_fine() -> np.ndarray:
    rows = _marks()
    body = assets.smooth("body")
    matrix = np.zeros((len(rows), body.matrix.shape[0]))
    number, vertex = np.nonzero(rows)
    matrix[number, body.index[vertex]] = rows[number, vertex]
    return matrix


def landmarks(body: np.ndarray) -> np.ndarray:
    """The 68 landmarks (68, 3) on the refined vertices of the body."""
    return _marks_fine() @ body


def refine(vertices: np.ndarray) -> dict[str, np.ndarray]:
    """Refined vertices of every drawn part, by part."""
    return {name: assets.smooth(name).matrix @ vertices for name in PARTS}


@dataclass(frozen=True)
class Places:
    """Regions of the refined body of the mean adult as weights 0..1 per vertex (F,)."""

    rest: np.ndarray
    scalp: np.ndarray
    beard: np.ndarray
    moustache: np.ndarray
    red: np.ndarray
    under_eye: np.ndarray
    brow: np.ndarray


def _blob(points: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
    return np.exp(-((np.abs(points - centre) / size) ** 2).sum(axis=1))


def _ramp(x: np.ndarray, low: float, high: float) -> np.ndarray:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


@functools.cache
def places() -> Places:
    """The places of the head."""
    rest = refine(mean())["body"]
    marks = landmarks(rest)
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    side = np.stack([x, y, z], axis=1)
    ears = np.zeros(len(rest))
    body = assets.smooth("body")
    mask = assets.mask("ears")
    where = (body.uv * [[mask.shape[1] - 1, mask.shape[0] - 1]]).astype(int)
    for corner in range(3):
        value = mask[mask.shape[0] - 1 - where[:, corner, 1], where[:, corner, 0]]
        np.maximum.at(ears, body.triangles[:, corner], value)
    # The hairline: how high it is at each angle from the front (0) to the nape (180).
    angle = np.degrees(np.arctan2(x, z - 0.45))
    line = np.interp(
        angle,
        [0, 20, 33, 40, 46, 60, 72, 80, 92, 120, 150, 180],
        [7.99, 8.0, 7.98, 7.90, 7.74, 7.62, 7.55, 7.18, 7.25, 6.98, 6.82, 6.78],
    )
    scalp = _ramp(y - line, -0.03, 0.05) * (1 - _ramp(ears, 0.2, 0.6)) * (y > 6.5)
    lip = np.minimum.reduce([np.linalg.norm((rest - m)[:, :2], axis=1) for m in marks[48:60]])
    inside = (y < marks[51, 1]) & (y > marks[57, 1]) & (x < marks[54, 0])
    off_lips = _ramp(np.where(inside, 0, lip), 0.015, 0.05)
    jaw_line = np.interp(x, [0, 0.2, 0.45, 0.62, 0.75], [6.66, 6.62, 6.62, 6.85, 7.1])
    beard = _ramp(jaw_line - y, -0.05, 0.05) * _ramp(y - 6.12, -0.1, 0.1) * _ramp(z, 0.5, 0.7)
    moustache = _ramp(6.87 - y, -0.02, 0.03) * _ramp(y - 6.6, -0.06, 0.04)
    moustache *= _ramp(0.28 - x, -0.03, 0.05) * (z > 1)
    cheek = _blob(side, np.array([0.36, 6.98, 1.3]), 0.2)
    nose = _blob(rest, marks[30], 0.13)
    red = np.clip(0.8 * cheek + 0.9 * nose + 0.8 * ears + 0.3 * _blob(rest, marks[8], 0.15), 0, 1)
    under = _blob(side, marks[46] + [0, -0.09, 0.0], 0.12)
    curve = np.concatenate([np.linspace(marks[k], marks[k + 1], 8) for k in range(22, 26)])
    distance = cKDTree(curve - [0, 0.022, 0]).query(side)[0]
    return Places(
        rest=rest,
        scalp=scalp,
        beard=beard * off_lips,
        moustache=moustache * off_lips,
        red=red,
        under_eye=under,
        brow=np.exp(-((distance / 0.055) ** 2)),
    )


HAIRS = np.array(
    [
        [0.012, 0.009, 0.008],
        [0.03, 0.017, 0.01],
        [0.07, 0.036, 0.018],
        [0.15, 0.075, 0.033],
        [0.33, 0.2, 0.09],
        [0.5, 0.36, 0.19],
        [0.22, 0.06, 0.02],
    ]
)
EYES = np.array(
    [
        [0.06, 0.03, 0.015],
        [0.12, 0.06, 0.025],
        [0.16, 0.12, 0.05],
        [0.12, 0.2, 0.14],
        [0.14, 0.24, 0.36],
        [0.22, 0.28, 0.32],
    ]
)


def draw(rng: np.random.Generator, *, calm: bool = False) -> Person:
    """Choose a random person; `calm` keeps to the moods and poses of a portrait."""
    male = float(np.clip(rng.normal(rng.choice([0.08, 0.92]), 0.1), 0, 1))
    age = float(
        rng.choice(
            [rng.uniform(0.26, 0.45), rng.uniform(0.5, 0.68), rng.uniform(0.65, 0.98)],
            p=[0.15, 0.55, 0.3],
        )
    )
    races = rng.dirichlet([0.35, 0.35, 0.35])
    shaper = _Shaper()
    shaper.macro(
        races,
        male,
        age,
        float(rng.uniform(0.3, 0.75)),
        float(np.clip(rng.normal(0.52, 0.17), 0.15, 0.95)),
    )
    child = age < 0.5
    lot = 0.55 if child else 0.8
    for name, reach in DETAILS.items():
        shaper.lean(name, float(np.clip(rng.normal(0, 0.5), -1, 1)) * reach * lot)
    for name, reach in SIDED.items():
        both = float(np.clip(rng.normal(0, 0.5), -1, 1)) * reach * lot
        for letter in "lr":
            shaper.lean(name.format(letter), both + float(rng.normal(0, 0.06)))
    shaper.add(f"mpfb2/targets/head/head-{rng.choice(SHAPES)}.target", float(rng.uniform(0, 0.5)))
    for name in ("brown-1", "cheek-1", "eye-1", "eye-4", "jaw-1", "mouth-1", "nose-1", "nose-3"):
        shaper.add(
            f"mpfb2/targets/asym/asym-{name}-{rng.choice(list('lr'))}.target",
            float(rng.uniform(0, 0.35)),
        )
    _express(shaper, rng, calm)
    dark = races @ [0.86, 0.36, 0.16]
    melanin = float(np.clip(rng.normal(dark, 0.09), 0.03, 0.97))
    grey = float(np.clip(rng.normal((age - 0.72) * 3, 0.25), 0, 1)) if age > 0.6 else 0.0
    light = max(0.0, 1 - melanin / 0.3) * races[2]
    kinds = np.array([3, 2, 1, 1, 0.8, 0.5, 0.5]) * np.where(np.arange(7) < 2, 1, light) + 1e-9
    hair = HAIRS[rng.choice(7, p=kinds / kinds.sum())] * rng.uniform(0.8, 1.25)
    eyes = np.array([3, 2, 0.7, 0.8, 1.2, 0.7]) * np.where(np.arange(6) < 2, 1, light) + 1e-9
    wide = (0.3, 0.13, 0.1) if calm else (0.34, 0.2, 0.16)
    limit = np.radians([35, 18, 20])
    angles = np.clip(rng.normal(0, wide), -limit, limit)
    if not calm and rng.random() < 0.5:
        angles[0] = rng.uniform(-limit[0], limit[0])
    return Person(
        vertices=shaper.vertices,
        male=male,
        age=age,
        melanin=melanin,
        angles=tuple(float(a) for a in angles),
        hair_colour=hair * (1 - grey) + grey * np.array([0.42, 0.4, 0.38]),
        eye_colour=EYES[rng.choice(6, p=eyes / eyes.sum())] * rng.uniform(0.8, 1.3),
        cloth_colour=_cloth(rng),
        lipstick=float(rng.uniform(0.2, 1))
        if male < 0.5 and not child and rng.random() < 0.55
        else 0.0,
        stubble=float(rng.uniform(0, 0.8)) if male > 0.5 and age > 0.47 else 0.0,
        seed=int(rng.integers(2**31)),
        collar=float(rng.choice([6.12, 5.95, 5.85, 5.75])),
        neckline=float(rng.choice([0.0, 0.05, 0.3])),
    )


def flatten_ears(person: Person) -> None:
    """Lay the ears against the head, as a scarf does."""
    for side in "lr":
        for name in ("wing-decr", "scale-decr", "scale-depth-decr", "flap-decr"):
            index, offset = assets.target(f"mpfb2/targets/ears/{side}-ear-{name}.target")
            person.vertices[index] += offset


def _express(shaper: _Shaper, rng: np.random.Generator, calm: bool) -> None:
    names = list(MOODS)
    calm_odds = [6, 6, 3, 4, 2, 0.7, 0.7, 0.5, 0.3, 0.25, 0.2, 1, 0]
    odds = np.array(calm_odds if calm else [4, 4, 3, 3, 3, 2, 2, 1.5, 1.5, 1, 1.2, 1.2, 1.2])
    mood = MOODS[names[rng.choice(len(names), p=odds / odds.sum())]]
    strength = rng.uniform(0.55, 1.1)
    units = {name: amount * strength * rng.uniform(0.8, 1.2) for name, amount in mood.items()}
    small = (
        "browInnerUp",
        "browDown*",
        "eyeSquint*",
        "mouthPress*",
        "mouthLeft",
        "mouthRight",
        "eyeWide*",
        "mouthSmileLeft",
        "mouthSmileRight",
    )
    for name in small:
        if rng.random() < 0.3:
            units[name] = units.get(name, 0) + rng.uniform(0, 0.25)
    if rng.random() < 0.4 and "eyeBlink*" not in units:
        units["eyeBlink*"] = rng.uniform(0, 0.25)
    across, up = rng.normal(0, 0.3, 2)
    shaper.express(units)
    left, right = ("Out", "In") if across > 0 else ("In", "Out")
    shaper.express(
        {f"eyeLook{left}Left": min(abs(across), 0.7), f"eyeLook{right}Right": min(abs(across), 0.7)}
    )
    shaper.express({f"eyeLook{'Up' if up > 0 else 'Down'}*": min(abs(up), 0.5)})


def _cloth(rng: np.random.Generator) -> np.ndarray:
    hue = rng.uniform(0, 2 * np.pi)
    chroma = rng.uniform(0, 0.5)
    wheel = 1 + chroma * np.cos(hue + np.array([0, 2.1, 4.2]))
    return np.clip(wheel * rng.uniform(0.03, 0.5), 0.01, 0.85)


def turn(
    axis_angle: np.ndarray, points: np.ndarray, about: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Turn points (N, 3) about a point by a rotation vector, each by its share `weight` (N,)."""
    angle = np.linalg.norm(axis_angle)
    if angle < 1e-9:
        return points.copy()
    axis = axis_angle / angle
    arm = points - about
    cos, sin = np.cos(angle * weight)[:, None], np.sin(angle * weight)[:, None]
    along = (arm @ axis)[:, None] * axis
    return about + along + (arm - along) * cos + np.cross(axis, arm) * sin
