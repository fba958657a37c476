"""Colour and gloss of surfaces at each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from sample import assets, raster
from sample.person import Person

SKIN, EYE, TEETH, TONGUE, CLOTH, FRAME, KNIT, PAPER, GLASS = range(9)


@dataclass
class Surface:
    """N pixels: `albedo` (N, 3) linear, `gloss` and `rough` (N,), and `bump` (N, 3), the change
    of the normal by small shapes."""

    albedo: np.ndarray
    gloss: np.ndarray
    rough: np.ndarray
    bump: np.ndarray


@dataclass(frozen=True)
class Pixels:
    """N pixels: their `material`, position on the mean head `rest` (N, 3), the
    weights `spots` (N, 6) of `person.Places`, texture coordinates `uv`, the colour of the worn."""

    material: np.ndarray
    rest: np.ndarray
    spots: np.ndarray
    uv: np.ndarray
    worn: np.ndarray


def paint(person: Person, style: str, at: Pixels) -> Surface:
    """The surface of a person with a hair style."""
    count = len(at.material)
    one = np.ones(count, np.float32)
    out = Surface(
        np.zeros((count, 3), np.float32), 0.3 * one, 0.5 * one, np.zeros((count, 3), np.float32)
    )
    # Clothes are painted on the body.
    dip = np.exp(-((at.rest[:, 0] / 0.35) ** 2)) * (at.rest[:, 2] > 0) * person.neckline
    dressed = (at.material == SKIN) & (at.rest[:, 1] < person.collar - dip)
    material = np.where(dressed, CLOTH, at.material)
    _skin(person, style, at, material == SKIN, out)
    seed = person.seed % 9973
    eye = material == EYE
    out.albedo[eye] = _eyes(person, at.rest[eye], seed)
    out.gloss[eye], out.rough[eye] = 0.25, 0.08
    teeth = material == TEETH
    out.albedo[teeth] = [0.56, 0.5, 0.42]
    out.gloss[teeth], out.rough[teeth] = 0.6, 0.2
    out.albedo[material == TONGUE] = [0.3, 0.09, 0.08]
    out.rough[material == GLASS] = 0.1
    cloth = material == CLOTH
    place = np.ascontiguousarray(at.rest[cloth])
    weave = raster.noise(place, 70.0, seed) * 0.25 + raster.noise(place, 5.0, seed + 1) * 0.2
    out.albedo[cloth] = _pattern(person, place) * (1 + weave)[:, None]
    out.gloss[cloth], out.rough[cloth] = 0.05, 0.8
    kinds = ((FRAME, 0.7, 0.25, 0.0), (KNIT, 0.03, 0.9, 0.5), (PAPER, 0.05, 0.8, 0.12))
    for kind, gloss, rough, grain in kinds:
        here = material == kind
        place = np.ascontiguousarray(at.rest[here])
        ribs = np.sin(np.arctan2(place[:, 0], place[:, 2] - 0.4) * 90) * (kind == KNIT) * 0.25
        shade = 1 + grain * raster.noise(place, 40.0, seed) + ribs
        out.albedo[here] = at.worn[here] * shade[:, None]
        out.gloss[here], out.rough[here] = gloss, rough
    out.albedo = np.clip(out.albedo, 0.002, 0.95)
    return out


def _mix(under: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    return under * (1 - share[:, None]) + over * share[:, None]


def _skin(person: Person, style: str, at: Pixels, where: np.ndarray, out: Surface) -> None:
    place = np.ascontiguousarray(at.rest[where])
    scalp, beard, moustache, red, under_eye, brow = at.spots[where].T
    rng = np.random.default_rng(person.seed + 1)
    seed = person.seed % 9973
    tone, hair = skin_tone(person.melanin), person.hair_colour
    wide, mid, fine = (raster.noise(place, s, seed + k) for k, s in enumerate((3.0, 14.0, 60.0)))
    colour = tone * (1 + 0.16 * wide + 0.14 * mid + 0.10 * fine)[:, None]
    ruddy = rng.uniform(0.25, 1.0) * (1 - 0.5 * person.melanin)
    red = np.clip(red * (1 + 1.2 * mid) * ruddy, 0, 1)
    colour *= 1 - red[:, None] * [0.02, 0.22, 0.2]
    colour *= 1 - (under_eye * rng.uniform(0.1, 0.5))[:, None] * [0.22, 0.28, 0.2]
    if person.melanin < 0.35 and rng.random() < 0.35:
        freckles = np.clip(raster.noise(place, 38.0, seed + 7) * 4 - 0.95, 0, 1)
        colour *= 1 - (freckles * np.clip(red * 2 + 0.2, 0, 1))[:, None] * [0.25, 0.4, 0.5]
    if person.age > 0.7:
        blotch = np.clip(raster.noise(place, 11.0, seed + 5) * 4 - 1.1, 0, 1)
        colour *= 1 - (blotch * (person.age - 0.7) * 2)[:, None] * [0.2, 0.3, 0.35]
    shadow = (
        (beard + moustache) * person.stubble * (0.75 + 0.8 * raster.noise(place, 90.0, seed + 3))
    )
    colour = _mix(colour, hair * 0.6 + tone * 0.25, 0.5 * np.clip(shadow, 0, 1))
    colour = _mix(colour, hair * 0.7 + tone * 0.3, 0.4 * brow)
    colour = _mix(colour, hair * 0.5, scalp * {"bald": 0.0, "buzz": 0.75}.get(style, 0.92))
    lip = _sample(assets.mask("lips"), at.uv[where])
    natural = tone * [0.92, 0.6, 0.62] + [0.02, 0.0, 0.005]
    stick = rng.uniform([0.25, 0.02, 0.03], [0.6, 0.14, 0.14])
    lips = natural * (1 - 0.7 * person.lipstick) + stick * 0.7 * person.lipstick
    colour = _mix(colour, lips * (1 + 0.3 * mid + 0.25 * fine)[:, None], 0.9 * lip)
    inside = _sample(assets.mask("inside-mouth"), at.uv[where])
    out.albedo[where] = _mix(colour, np.array([0.16, 0.04, 0.035]), inside)
    oil = rng.uniform(0.5, 1.3)
    out.gloss[where] = (0.22 + 0.1 * wide + 0.25 * lip * (0.5 + person.lipstick)) * oil
    out.rough[where] = np.clip(0.42 + 0.15 * mid - 0.12 * lip, 0.2, 0.8)
    here = raster.noise(place, 45.0, seed + 4)
    beside = [
        raster.noise(place + step, 45.0, seed + 4) for step in 0.01 * np.eye(3, dtype=np.float32)
    ]
    depth = 0.2 + 0.4 * max(person.age - 0.5, 0)
    out.bump[where] = (np.stack(beside, axis=1) - here[:, None]) * depth


def _sample(mask: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """A mask (H, W) at texture coordinates (N, 2), from the bottom left: (N,)."""
    size = np.array([mask.shape[1] - 1, mask.shape[0] - 1])
    at = (np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1) * size).astype(np.float32)
    out = [np.zeros(0, np.float32)]
    for start in range(0, len(at), 32000):  # OpenCV remaps no more rows at once
        piece = at[start : start + 32000]
        out.append(
            cv2.remap(mask, piece[:, :1].copy(), piece[:, 1:].copy(), cv2.INTER_LINEAR)[:, 0]
        )
    return np.concatenate(out)


def skin_tone(melanin: float) -> np.ndarray:
    """The linear albedo of skin by its melanin, 0 the palest."""
    tones = np.array(
        [
            [0.66, 0.43, 0.33],
            [0.56, 0.35, 0.24],
            [0.42, 0.24, 0.145],
            [0.22, 0.115, 0.066],
            [0.085, 0.045, 0.028],
        ]
    )
    return np.array([np.interp(melanin, [0, 0.25, 0.5, 0.75, 1], tones[:, k]) for k in range(3)])


def _pattern(person, q):
    rng = np.random.default_rng(person.seed + 2)
    colour = np.broadcast_to(person.cloth_colour, q.shape).copy()
    kind = rng.random()
    if kind < 0.25:
        stripe = np.sin(q[:, 1] * rng.uniform(15, 45)) > rng.uniform(0, 0.6)
        colour[stripe] = colour[stripe] * 0.3 + 0.5 * rng.uniform(0.1, 0.9, 3)
    elif kind < 0.35:
        check = (np.sin(q[:, 1] * 26) > 0.3).astype(float) + (np.sin(q[:, 0] * 26) > 0.3)
        colour *= (1 - 0.35 * check)[:, None]
    return colour


def _eyes(person, d, seed):
    """Albedo of the eyeball by direction from its centre, z to the front."""
    d = np.ascontiguousarray(d / (np.linalg.norm(d, axis=1, keepdims=True) + 1e-9))
    r = np.hypot(d[:, 0], d[:, 1])
    r = np.where(d[:, 2] > 0, r, 2.0)
    angle = np.arctan2(d[:, 1], d[:, 0])
    rays = np.stack([np.cos(angle) * 6, np.sin(angle) * 6, r * 2.5], axis=1).astype(np.float32)
    fibre = raster.noise(rays, 2.2, seed)
    iris = (
        person.eye_colour
        * (0.75 + 0.9 * fibre)[:, None]
        * (1.15 - 0.9 * np.clip((r - 0.38) / 0.1, 0, 1))[:, None]
    )
    white = np.array([0.5, 0.45, 0.415]) * (1 - 0.12 * person.melanin)
    veins = np.clip(np.abs(d[:, 0]) - 0.45, 0, 1)[:, None] * np.array([0.05, 0.28, 0.28])
    vein_noise = np.clip(raster.noise(d.astype(np.float32), 9.0, seed + 3) + 0.5, 0, 1)[:, None]
    sclera = white * (1 - veins * (0.4 + vein_noise))
    edge = np.clip((r - 0.45) / 0.05, 0, 1)[:, None]
    out = iris * (1 - edge) + sclera * edge
    pupil = np.clip((r - (0.15 + 0.06 * ((seed % 10) / 10))) / 0.03, 0, 1)[:, None]
    # The lids and lashes shade the eye, the upper ones most.
    shade = 1 - 0.6 * np.clip((d[:, 1:2] - 0.02) / 0.35, 0, 1)
    return (out * pupil + 0.004 * (1 - pupil)) * shade
