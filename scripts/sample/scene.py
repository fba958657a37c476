"""Scenes: light, lens, background, people, and the conversion to a photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from sample import hair, look, person, wear


@dataclass(frozen=True)
class Shot:
    """A finished picture: `image` (H, W, 3) uint8 RGB, `faces` a list of landmarks (68, 2)."""

    image: np.ndarray
    faces: list[np.ndarray]


def _warm(rng, reach=0.25):
    t = rng.uniform(-reach, reach)
    return np.array([1 + t, 1 + 0.1 * t, 1 - t])


def _from(yaw, pitch):
    """The direction of a lamp: yaw to the right of the picture, pitch up, in degrees."""
    yaw, pitch = np.radians([yaw, pitch])
    return np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])


def draw_light(rng: np.random.Generator, *, calm: bool = False) -> look.Light:
    """Random light, as in a studio, at a window, in a street or in the evening."""
    side = rng.choice([-1, 1])
    key = rng.uniform(0.9, 2.0) if calm else rng.uniform(0.3, 2.6)
    around = rng.uniform(0.35, 0.7) if calm else rng.uniform(0.15, 0.8)
    low = 10 if calm else -5
    lamps = [
        (
            _from(side * rng.uniform(15, 55 if calm else 85), rng.uniform(low, 55)),
            rng.uniform(0.06, 0.3),
            key * _warm(rng),
        )
    ]
    if rng.random() < 0.6:
        lamps.append(
            (
                _from(-side * rng.uniform(20, 70), rng.uniform(-5, 40)),
                0.3,
                key * rng.uniform(0.1, 0.45) * _warm(rng),
            )
        )
    if rng.random() < 0.6:
        lamps.append(
            (
                _from(-side * rng.uniform(120, 165), rng.uniform(5, 45)),
                0.1,
                rng.uniform(0.5, 2.2) * _warm(rng),
            )
        )
    boxes = [
        (
            _from(rng.uniform(-80, 80), rng.uniform(0, 60)),
            rng.uniform(4, 14),
            rng.uniform(0.2, 1.2) * _warm(rng),
        )
        for _ in range(rng.integers(1, 4))
    ]
    up = around * _warm(rng, 0.2) * rng.uniform(0.8, 1.4)
    return look.Light(up, around * _warm(rng, 0.2) * rng.uniform(0.25, 0.8), boxes, lamps)


def background(
    rng: np.random.Generator, width: int, height: int, *, calm: bool = False
) -> np.ndarray:
    """The blurred background, linear (H, W, 3)."""
    base = np.clip(rng.uniform(0.03, 0.5) * (1 + 0.35 * rng.uniform(-1, 1, 3)), 0.01, 0.9)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(width, height)
    centre = rng.uniform(0.2, 0.8, 2)
    fall = 1.25 - 0.9 * np.hypot(x - centre[0], y - centre[1])
    out = base * fall[..., None]
    kind = rng.random()
    if kind > (0.4 if calm else 0.15):
        # Shapes of a room or a street, then out of focus.
        for _ in range(rng.integers(6, 26)):
            colour = np.clip(
                base * rng.uniform(0.2, 2.5) * (1 + 0.6 * rng.uniform(-1, 1, 3)), 0.005, 1.2
            )
            a = rng.uniform([-0.2, -0.2], [1.1, 1.1]) * [width, height]
            b = a + rng.uniform(0.04, 0.5, 2) * [width, height]
            if rng.random() < 0.7:
                cv2.rectangle(
                    out, a.astype(int).tolist(), b.astype(int).tolist(), colour.tolist(), -1
                )
            else:
                cv2.circle(
                    out,
                    a.astype(int).tolist(),
                    int(rng.uniform(0.02, 0.2) * width),
                    colour.tolist(),
                    -1,
                )
        far = rng.uniform(0.012, 0.05) if calm or rng.random() < 0.7 else rng.uniform(0.001, 0.01)
        out = cv2.GaussianBlur(out, (0, 0), far * max(width, height))
        if rng.random() < 0.35:
            lights = np.zeros_like(out)
            for _ in range(rng.integers(5, 30)):
                at = rng.uniform([0, 0], [width, height * 0.8]).astype(int).tolist()
                cv2.circle(
                    lights,
                    at,
                    int(rng.uniform(0.01, 0.04) * width),
                    (rng.uniform(0.1, 0.8) * _warm(rng, 0.5)).tolist(),
                    -1,
                    cv2.LINE_AA,
                )
            out = out + cv2.GaussianBlur(lights, (0, 0), 1.5)
    return out.astype(np.float32)


def _exposure(picture: np.ndarray, faces: list[np.ndarray]) -> float:
    """The factor that exposes the faces as a photographer would."""
    levels = []
    for marks in faces:
        face = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillConvexPoly(face, cv2.convexHull(marks.astype(np.int32)), 1)
        if face.any():
            levels.append(float(np.median(picture[face > 0].mean(axis=1))))
    # Dark skin stays darker than pale skin: only part of the way is corrected.
    return float((0.24 / max(np.mean(levels), 0.02)) ** 0.7) if levels else 1.0


def develop(
    picture: np.ndarray, faces: list[np.ndarray], rng: np.random.Generator, *, calm: bool = False
) -> np.ndarray:
    """From linear light (H, W, 3) to an uint8 photo: exposure, curve, white balance, noise."""
    height, width = picture.shape[:2]
    spread = 0.1 if calm else 0.35
    gain = _exposure(picture, faces) * np.exp(rng.normal(0, spread))
    picture = picture * gain * _warm(rng, 0.05 if calm else 0.14)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    picture = picture * (1 - rng.uniform(0, 0.25) * (x**2 + y**2) / 2)[..., None]
    glow = cv2.GaussianBlur(np.clip(picture, 0, 4), (0, 0), 0.02 * width)
    picture = picture * 0.94 + glow * 0.06
    toned = picture * 0.8
    toned = (toned * (2.51 * toned + 0.03)) / (toned * (2.43 * toned + 0.59) + 0.14)
    out = np.clip(toned, 0, 1) ** (1 / 2.2)
    grain = rng.uniform(0.003, 0.009) if calm else rng.uniform(0.002, 0.016)
    noise = rng.normal(0, grain, (height, width, 1)) + rng.normal(
        0, grain * 0.4, (height, width, 3)
    )
    out = out + cv2.GaussianBlur(noise, (0, 0), 0.6) * 1.5
    if not calm and rng.random() < 0.06:
        out = np.repeat(out.mean(axis=2, keepdims=True), 3, axis=2)
    if not calm and rng.random() < 0.3:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.4))
    return (np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8)


def _someone(rng: np.random.Generator, *, calm: bool) -> tuple[person.Person, str]:
    who = person.draw(rng, calm=calm)
    who.wear.update(wear.choose(rng, often=not calm))
    man, child = who.male > 0.5, who.age < 0.5
    if man and who.wear.pop("scarf", None):
        who.wear.update(wear.hat(rng))
    odds = (
        [0.8, 1.6, 3, 2.2, 2.5, 2, 0.15, 0.25, 1.2, 0.15]
        if man
        else [0.05, 0.15, 0.5, 0.5, 1, 0.8, 2.5, 4, 1.2, 2]
    )
    odds = np.array(odds) * (np.array([0, 0.3, 1, 1.5, 1, 0.5, 1.2, 1, 1, 1]) if child else 1)
    style = str(rng.choice(hair.STYLES, p=odds / odds.sum()))
    if "scarf" in who.wear:
        person.flatten_ears(who)
        style = "bald"
    elif "hat" in who.wear:
        style = "buzz" if man else str(rng.choice(["bob", "long"]))
    if man and who.age > 0.48 and rng.random() < 0.3:
        who.wear["beard"] = True
    return who, style


def portrait(seed: int, size: tuple[int, int], *, calm: bool = False, fine: float = 2.0) -> Shot:
    """A picture of one random person."""
    rng = np.random.default_rng([seed, 1])
    width, height = size
    who, style = _someone(rng, calm=calm)
    light = draw_light(rng, calm=calm)
    tall = height * (rng.uniform(0.36, 0.5) if calm else rng.uniform(0.4, 0.68))
    spot = rng.normal(0, 0.03 if calm else 0.05, 2) * size
    camera = look.Camera(
        distance=rng.uniform(9, 22), scale=tall / 1.9,
        centre=(width / 2 + spot[0], height * 0.5 + spot[1]), size=size, fine=fine,
    )  # fmt: skip
    drawn, marks = look.render(who, style, light, camera, rng)
    behind = background(rng, width, height, calm=calm)
    picture = drawn[..., :3] + behind * (1 - drawn[..., 3:])
    if not calm and rng.random() < 0.12:
        picture = _in_front(picture, rng)
    return Shot(develop(picture, [marks], rng, calm=calm), [marks])


def _in_front(picture, rng):
    """Cover a part of the face with an object."""
    height, width = picture.shape[:2]
    cover = np.zeros((height, width), np.float32)
    centre = rng.uniform(0.2, 0.8, 2) * [width, height]
    box = (
        centre.tolist(),
        (rng.uniform(0.08, 0.3, 2) * width).tolist(),
        float(rng.uniform(0, 180)),
    )
    cv2.fillPoly(cover, [cv2.boxPoints(box).astype(np.int32)], 1.0, cv2.LINE_AA)
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.5, 4))[..., None]
    return picture * (1 - cover) + cover * rng.uniform(0.02, 0.7, 3)


def group(seed: int, size: tuple[int, int], people: int, *, fine: float = 2.0) -> Shot:
    """Several people, the ones in front over the ones behind."""
    rng = np.random.default_rng([seed, 2])
    width, height = size
    light = draw_light(rng, calm=True)
    picture = background(rng, width, height, calm=True)
    rows = 1 if people <= 3 else 2
    faces = []
    for row in range(rows):
        here = people // rows + (people % rows if row == 0 else 0)
        tall = height * (0.4 if rows == 1 else 0.26 + 0.03 * row) * rng.uniform(0.95, 1.05)
        for number in range(here):
            who, style = _someone(rng, calm=True)
            who.wear.pop("mask", None)
            share = (number + 0.5 + (0.25 if row % 2 else 0) * (rows > 1)) / (
                here + (0.25 if rows > 1 else 0)
            )
            centre = (
                width * share + rng.normal(0, 0.01) * width,
                height * (0.42 if rows == 1 else 0.25 + 0.37 * row) + rng.normal(0, 0.02) * height,
            )
            camera = look.Camera(
                rng.uniform(18, 30), tall * rng.uniform(0.93, 1.07) / 1.9, centre, size, fine
            )
            drawn, marks = look.render(who, style, light, camera, rng)
            picture = drawn[..., :3] + picture * (1 - drawn[..., 3:])
            faces.append(marks)
    return Shot(develop(picture, faces, rng, calm=True), faces)
