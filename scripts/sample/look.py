"""Rendering: linear colour with coverage, and landmarks, from a person, light and camera.

The view has x to the right, y up and z towards the camera, in decimetres around the head.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from sample import assets, raster, wear
from sample.hair import Head, Tuft, beard, brows, grow, lashes, normals
from sample.person import PARTS, Person, mean, refine, turn
from sample.surface import EYE, SKIN, TEETH, TONGUE, Pixels, paint
from scipy import sparse


@dataclass(frozen=True)
class Light:
    """Light of a scene. `around(d)` is the radiance from directions (N, 3); lamps add to it."""

    up: np.ndarray
    down: np.ndarray
    boxes: list[tuple[np.ndarray, float, np.ndarray]]  # direction, sharpness, colour
    lamps: list[tuple[np.ndarray, float, np.ndarray]]  # direction, softness (radians), colour

    def around(self, directions: np.ndarray) -> np.ndarray:
        """Radiance (N, 3)."""
        t = (directions[:, 1:2] + 1) / 2
        out = self.down * (1 - t) + self.up * t
        for where, sharp, colour in self.boxes:
            out = out + colour * np.exp(sharp * (directions @ where - 1))[:, None]
        return out


@dataclass(frozen=True)
class Camera:
    """`distance` in decimetres, `scale` pixels per decimetre at the head, `centre` its x and y."""

    distance: float
    scale: float
    centre: tuple[float, float]
    size: tuple[int, int]  # width, height
    fine: float = 2.0  # each pixel is drawn as this many by this many

    def project(self, points: np.ndarray, fine: float = 1) -> np.ndarray:
        """View points (..., 3) to pixels x, y, (0, 0) the top-left one's centre, and distance."""
        deep = self.distance - points[..., 2]
        k = self.scale * self.distance / deep
        x = self.centre[0] + points[..., 0] * k
        y = self.centre[1] - points[..., 1] * k
        return np.stack([(x + 0.5) * fine - 0.5, (y + 0.5) * fine - 0.5, deep], axis=-1)


def _directions(count: int) -> np.ndarray:
    k = np.arange(count) + 0.5
    y = 1 - 2 * k / count
    r, a = np.sqrt(1 - y * y), k * 2.399963
    return np.stack([r * np.cos(a), y, r * np.sin(a)], axis=1)


@dataclass(frozen=True)
class _Maps:
    """Depth maps of the head from L directions."""

    directions: np.ndarray  # (L, 3) float32
    colours: np.ndarray  # (L, 3) float32
    axes: np.ndarray  # (L, 3, 3) float32
    maps: np.ndarray  # (L, S, S) float32
    reach: float

    @classmethod
    def take(cls, directions, colours, vertices, faces, hair, size, reach):
        """Draw the maps."""
        side = np.cross([0.123, 1, 0.077], directions)
        side /= np.linalg.norm(side, axis=1, keepdims=True)
        axes = np.stack([side, np.cross(directions, side), -directions], axis=1)
        maps = np.full((len(directions), size, size), raster.FAR, np.float32)
        for axis, drawn in zip(axes.astype(np.float32), maps, strict=True):
            for points, into in ((vertices, True), (hair, False)):
                seen = points @ axis.T
                seen[:, :2] = (seen[:, :2] / reach + 1) * size / 2
                if into:
                    raster.shadow(seen, faces, drawn)
                else:
                    raster.shadow_points(seen, drawn)
        kinds = (directions, colours, axes)
        return cls(*(np.ascontiguousarray(kind, np.float32) for kind in kinds), maps, reach)


@dataclass
class _Mesh:
    vertices: np.ndarray  # (V, 3) in the view
    faces: np.ndarray
    material: np.ndarray  # (T,)
    rest: np.ndarray  # (V, 3): place on the mean head; on the eye, direction from its centre
    places: np.ndarray  # (V, 6): scalp, beard, moustache, red, under eye, brow
    uv: np.ndarray  # (T, 3, 2)
    coarse: np.ndarray  # (C, 3) faces for depth maps
    colour: np.ndarray  # (V, 3), of what is worn


def build(person: Person, head: Head, tufts: list[Tuft], worn: list[wear.Piece]):
    """Build mesh, hair and landmarks (68, 3) of a person in view coordinates."""
    rest_parts = _rest_parts()
    eye_line = head.marks[36:48].mean(axis=0)
    about = np.array([0, eye_line[1] - 1.25, 0.1])
    spin = np.asarray(person.angles)

    def weight(rest):
        t = np.clip((rest[:, 1] - 5.45) / 0.8, 0, 1)
        t = np.maximum(t, np.clip((rest[:, 2] - 0.85) / 0.2, 0, 1) * (rest[:, 1] > 5.9))
        return t * t * (3 - 2 * t)

    def rotation(share):
        yaw, pitch, roll = spin * share
        return (
            cv2.Rodrigues(np.array([0, yaw, 0]))[0]
            @ cv2.Rodrigues(np.array([pitch, 0, 0]))[0]
            @ cv2.Rodrigues(np.array([0, 0, -roll]))[0]
        )

    bend = cv2.Rodrigues(rotation(np.array([0.65, 1, 0.8])))[0].ravel()
    whole = rotation(np.array([0.35, 0, 0.2]))
    origin = turn(bend, np.array([[0, eye_line[1] - 0.35, 0.75]]), about, np.ones(1))[0]

    def place(points, rest):
        flat = points.reshape(-1, 3)
        moved = turn(bend, flat, about, weight(rest.reshape(-1, 3)))
        return ((moved - origin) @ whole.T).reshape(points.shape)

    pieces, first = [], 0
    fine = refine(person.vertices)
    for name, material in PARTS.items():
        part = assets.smooth(name)
        vertices = fine[name]
        if name == "body":
            vertices = _drape(vertices, head)
        if name == "helper-upper-teeth":  # the mesh has them too far back for a smile
            vertices = vertices + np.array([0, -0.045, 0.05])
        rest = rest_parts[name]
        spots = np.zeros((len(vertices), 6))
        if name == "body":
            p = head.places
            spots = np.stack([p.scalp, p.beard, p.moustache, p.red, p.under_eye, p.brow], axis=1)
        shown = place(vertices, rest)
        if material == EYE:
            middle = (rest.max(axis=0) + rest.min(axis=0)) / 2
            rest = (rest - middle) / ((rest[:, 1].max() - rest[:, 1].min()) / 2)
        pieces.append(
            (
                shown,
                part.triangles + first,
                np.full(len(part.triangles), material),
                rest,
                spots,
                part.uv,
                part.coarse + first,
                np.zeros_like(shown),
            )
        )
        first += len(vertices)
    for piece in worn:
        shown = place(piece.vertices, piece.vertices - head.shift)
        pieces.append(
            (
                shown,
                piece.faces + first,
                np.full(len(piece.faces), piece.material),
                piece.vertices,
                np.zeros((len(shown), 6)),
                np.zeros((len(piece.faces), 3, 2)),
                piece.faces + first,
                np.broadcast_to(piece.colour, shown.shape),
            )
        )
        first += len(shown)
    mesh = _Mesh(*(np.concatenate(column) for column in zip(*pieces, strict=True)))
    mesh.faces = np.ascontiguousarray(mesh.faces, np.int32)
    mesh.coarse = np.ascontiguousarray(mesh.coarse, np.int32)
    placed = [
        Tuft(place(t.points, t.points - head.shift), t.width, t.colour, t.gloss) for t in tufts
    ]
    return mesh, placed, place(head.marks, head.marks - head.shift + [0, 1, 0])


@functools.cache
def _rest_parts() -> dict[str, np.ndarray]:
    return refine(mean())


@functools.cache
def _neighbours() -> sparse.csr_matrix:
    """The matrix that takes each refined vertex of the body to the mean of those around it."""
    faces = assets.smooth("body").triangles
    count = faces.max() + 1
    near = sparse.coo_matrix((np.ones(len(faces)), (faces[:, 0], faces[:, 1])), (count, count))
    near = (
        near
        + near.T
        + sparse.coo_matrix((np.ones(len(faces)), (faces[:, 1], faces[:, 2])), (count, count))
    )
    near = (near + near.T + sparse.identity(count)).tocsr()
    near.data[:] = 1
    return sparse.diags(1 / np.asarray(near.sum(axis=1)).ravel()) @ near


def _drape(body: np.ndarray, head: Head) -> np.ndarray:
    """The body smoothed below the collar, as under clothes."""
    rest = head.places.rest
    share = np.clip((5.5 - rest[:, 1]) / 0.35, 0, 1)[:, None]
    soft = body
    for _ in range(30):
        soft = _neighbours() @ soft
    soft = soft + normals(soft, head.triangles) * 0.05
    return body * (1 - share) + soft * share


def render(person: Person, style: str, light: Light, camera: Camera, rng: np.random.Generator):
    """Draw a person: (H, W, 4) linear premultiplied colour and coverage, and landmarks (68, 2).

    The landmarks are pixels of the image, (0, 0) the centre of the top-left pixel.
    """
    head = Head(person)
    tufts = [*grow(head, style, rng, flat="hat" in person.wear), brows(head, rng), lashes(head)]
    if person.wear.get("beard"):
        tufts += beard(head, rng)
    worn = wear.put_on(person.wear, head)
    tufts = wear.cover(tufts, worn, head)
    mesh, tufts, marks = build(person, head, tufts, worn)
    image = _Frame(mesh, tufts, light, camera).colour(person, style)
    width, height = camera.size
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return image, camera.project(marks)[:, :2]


class _Frame:
    """One picture being drawn, at `fine` times its size."""

    def __init__(self, mesh: _Mesh, tufts: list[Tuft], light: Light, camera: Camera) -> None:
        width, height = round(camera.size[0] * camera.fine), round(camera.size[1] * camera.fine)
        self.mesh, self.tufts, self.light, self.camera = mesh, tufts, light, camera
        self.depth = np.full((height, width), raster.FAR, np.float32)
        self.face = np.full((height, width), -1, np.int32)
        self.weights = np.zeros((height, width, 2), np.float32)
        self.screen = camera.project(mesh.vertices, camera.fine)
        raster.triangles(self.screen, mesh.faces, 0, self.depth, self.face, self.weights)
        self.tangent = np.zeros((height, width, 3), np.float32)
        self.glow = np.zeros((height, width, 2), np.float32)
        for number, tuft in enumerate(tufts):
            shade = number + np.random.default_rng(number).random(len(tuft.points)) * 0.99
            raster.strands(
                camera.project(tuft.points, camera.fine), tuft.points, shade,
                tuft.width * camera.scale * camera.fine,
                self.depth, self.face, self.tangent, self.glow,
            )  # fmt: skip
        self.normals = normals(mesh.vertices, mesh.faces)
        knots = [t.points[::2, 1:].reshape(-1, 3) for t in tufts if len(t.points) > 3000]
        self.hair = np.concatenate(knots) if knots else np.zeros((0, 3))

    def _ambient(self):
        """Light from all around at each vertex (V, 3), shadowed."""
        directions = _directions(28)
        colours = self.light.around(directions) * 2.0 / len(directions)
        mesh = self.mesh
        maps = _Maps.take(directions, colours, mesh.vertices, mesh.coarse, self.hair, 112, 3.0)
        at = mesh.vertices.astype(np.float32), self.normals.astype(np.float32)
        return raster.ambient(*at, maps.directions, maps.colours, maps.axes, maps.maps, 3.0, 0.02)

    def _lamps(self):
        """The lamps, each as several directions."""
        rng = np.random.default_rng(5)
        count, directions, colours = 5, [], []
        for where, soft, colour in self.light.lamps:
            spread = where + rng.normal(0, soft, (count, 3))
            directions.append(spread / np.linalg.norm(spread, axis=1, keepdims=True))
            colours.append(np.repeat(colour[None] / count, count, axis=0))
        mesh = self.mesh
        sides = np.concatenate(directions), np.concatenate(colours)
        return _Maps.take(*sides, mesh.vertices, mesh.coarse, self.hair, 420, 2.6)

    def colour(self, person: Person, style: str) -> np.ndarray:
        """The picture (H, W, 4), linear and premultiplied."""
        height, width = self.depth.shape
        ambient = self._ambient()
        lamps = self._lamps()
        solid = np.argwhere(self.face >= 0)
        material = self.mesh.material[self.face[solid[:, 0], solid[:, 1]]]
        mesh = self.mesh
        values = np.concatenate(
            [mesh.vertices, self.normals, mesh.rest, mesh.places, ambient, mesh.colour], axis=1
        ).astype(np.float32)
        at = raster.spread(solid, self.face, self.weights, mesh.faces, values)
        point, normal, rest, spots, around, worn = np.split(at, [3, 6, 9, 15, 18], axis=1)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
        view = np.array([0, 0, self.camera.distance], np.float32) - point
        view /= np.linalg.norm(view, axis=1, keepdims=True)
        normal *= np.where((normal * view).sum(axis=1, keepdims=True) < 0, -1, 1).astype(np.float32)
        surface = paint(person, style, Pixels(material, rest, spots, self._uv(solid), worn))
        normal = normal + surface.bump
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        slope = np.clip((normal * view).sum(axis=1), 0.03, 1)
        fresnel = 0.04 + 0.96 * (1 - slope) ** 5
        wrap = np.where(material == SKIN, 0.18, 0.0).astype(np.float32)
        lit, shine = raster.lamps(
            point, normal, view, wrap, surface.gloss, surface.rough,
            lamps.directions, lamps.colours, lamps.axes, lamps.maps, lamps.reach, 0.018,
        )  # fmt: skip
        irradiance = around + lit
        # Light finds its way between the lips, which the coarse maps do not know.
        within = (material == TEETH) | (material == TONGUE)
        irradiance[within] += 0.45 * ambient.mean(axis=0)
        mirror = 2 * (normal * view).sum(axis=1, keepdims=True) * normal - view
        dim = np.minimum(1, around.mean(axis=1, keepdims=True) / (ambient.mean() + 1e-6))
        shine += (
            (fresnel * surface.gloss * np.clip(1 - surface.rough, 0.1, 1))[:, None]
            * self.light.around(mirror)
            * dim
            * 0.5
        )
        irradiance = self._soften(solid, material == SKIN, irradiance, person)
        out = np.zeros((height, width, 4), np.float32)
        out[solid[:, 0], solid[:, 1], :3] = surface.albedo * irradiance + shine
        out[solid[:, 0], solid[:, 1], 3] = 1
        self._strand_colour(out, lamps, ambient)
        return out

    def _uv(self, solid):
        face = self.face[solid[:, 0], solid[:, 1]]
        u, v = self.weights[solid[:, 0], solid[:, 1]].T
        corners = self.mesh.uv[face]
        return (
            corners[:, 0] * u[:, None]
            + corners[:, 1] * v[:, None]
            + corners[:, 2] * (1 - u - v)[:, None]
        )

    def _soften(self, solid, skin, irradiance, person):
        """Spread light under the skin, red the farthest."""
        height, width = self.depth.shape
        rows, columns = solid[skin].T
        if len(rows) == 0:
            return irradiance
        where = np.zeros((height, width), np.float32)
        where[rows, columns] = 1
        field = np.zeros((height, width, 3), np.float32)
        field[rows, columns] = irradiance[skin]
        out = irradiance.copy()
        reach = self.camera.scale * self.camera.fine * (0.05 - 0.02 * person.melanin)
        for channel, (far, share) in enumerate(((1.0, 0.75), (0.5, 0.6), (0.3, 0.5))):
            size = max(reach * far, 0.6)
            blurred = cv2.GaussianBlur(field[..., channel], (0, 0), size)
            blurred /= cv2.GaussianBlur(where, (0, 0), size) + 1e-4
            out[skin, channel] = (1 - share) * irradiance[skin, channel] + share * blurred[
                rows, columns
            ]
        return out

    def _strand_colour(self, out, lamps, ambient):
        hairy = np.argwhere(self.face == -2)
        if len(hairy) == 0:
            return
        rows, columns = hairy.T
        deep = self.depth[rows, columns]
        camera = self.camera
        k = deep / (camera.scale * camera.fine * camera.distance)
        x = (columns + 0.5 - (camera.centre[0] + 0.5) * camera.fine) * k
        y = ((camera.centre[1] + 0.5) * camera.fine - rows - 0.5) * k
        point = np.stack([x, y, camera.distance - deep], axis=1)
        tangent = self.tangent[rows, columns]
        along, shade = self.glow[rows, columns].T
        number = shade.astype(int)
        odd = shade - number
        base = np.stack([t.colour for t in self.tufts])[number] * (0.7 + 0.6 * odd)[:, None]
        gloss = np.array([t.gloss for t in self.tufts])[number]
        big = np.array([len(t.points) > 3000 for t in self.tufts])[number]
        outward = point + np.array([0, 0.1, 0.3])
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        deepness = np.where(big, 0.35 + 0.65 * along, 0.9)
        light = self.light.around(outward) * 0.5 + (self.light.up + self.light.down) * 0.2
        out_colour = base * light * (deepness * 0.9)[:, None]
        view = np.array([0, 0, camera.distance]) - point
        view /= np.linalg.norm(view, axis=1, keepdims=True)
        first, second, soft = raster.strand_light(
            point.astype(np.float32), outward.astype(np.float32), tangent, view.astype(np.float32),
            lamps.directions, lamps.colours, lamps.axes, lamps.maps, lamps.reach,
        )  # fmt: skip
        out_colour += base * (soft * (deepness * 0.75)[:, None] + second * gloss[:, None])
        out_colour += first * gloss[:, None]
        out[rows, columns, :3] = out_colour
        out[rows, columns, 3] = 1
