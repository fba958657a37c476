"""A z-buffer in compiled Python, for cameras and lamps."""

from __future__ import annotations

import numba
import numpy as np

FAR = np.float32(1e9)


@numba.njit(cache=True, fastmath=True)
def triangles(screen, faces, first, depth, face, weights):
    """Draw triangles into a z-buffer.

    `screen` (V, 3): x, y in pixels and the distance from the camera; `faces` (T, 3) int32;
    `first` is the number of the first triangle. Written: `depth` (H, W), `face` (H, W) the number
    of the nearest triangle, `weights` (H, W, 2) its barycentric weights, perspective-correct.
    """
    height, width = depth.shape
    for t in range(len(faces)):
        a, b, c = faces[t]
        ax, ay, az = screen[a, 0], screen[a, 1], screen[a, 2]
        bx, by, bz = screen[b, 0], screen[b, 1], screen[b, 2]
        cx, cy, cz = screen[c, 0], screen[c, 1], screen[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0 or az <= 0 or bz <= 0 or cz <= 0:
            continue
        x0 = max(int(np.ceil(min(ax, bx, cx))), 0)
        x1 = min(int(np.floor(max(ax, bx, cx))), width - 1)
        y0 = max(int(np.ceil(min(ay, by, cy))), 0)
        y1 = min(int(np.floor(max(ay, by, cy))), height - 1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                w = 1 - u - v
                if u < 0 or v < 0 or w < 0:
                    continue
                u, v, w = u / az, v / bz, w / cz
                z = 1 / (u + v + w)
                if z < depth[y, x]:
                    depth[y, x] = z
                    face[y, x] = first + t
                    weights[y, x, 0] = u * z
                    weights[y, x, 1] = v * z


@numba.njit(cache=True, fastmath=True)
def shadow(screen, faces, depth):
    """Draw triangles into a depth map only; `screen` (V, 3) is an orthographic view."""
    height, width = depth.shape
    for t in range(len(faces)):
        a, b, c = faces[t]
        ax, ay, az = screen[a, 0], screen[a, 1], screen[a, 2]
        bx, by, bz = screen[b, 0], screen[b, 1], screen[b, 2]
        cx, cy, cz = screen[c, 0], screen[c, 1], screen[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        x0 = max(int(np.ceil(min(ax, bx, cx))), 0)
        x1 = min(int(np.floor(max(ax, bx, cx))), width - 1)
        y0 = max(int(np.ceil(min(ay, by, cy))), 0)
        y1 = min(int(np.floor(max(ay, by, cy))), height - 1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                w = 1 - u - v
                if u >= 0 and v >= 0 and w >= 0:
                    z = u * az + v * bz + w * cz
                    if z < depth[y, x]:
                        depth[y, x] = z


@numba.njit(cache=True, fastmath=True)
def strands(screen, points, shade, width, depth, face, tangent, glow):
    """Draw strands of hair into the z-buffer of `triangles`.

    `screen` and `points` (S, K, 3) on the screen and in the view, `shade` (S,) a number of the
    strand, `width` in pixels. Written where a strand is nearest: `face` -2, `tangent` (H, W, 3) and
    `glow` (H, W, 2): the place along the strand 0..1 and its number.
    """
    height, long = depth.shape
    count, knots = screen.shape[:2]
    for s in range(count):
        # Hair thinner than a pixel covers it in part: as many strands are left out.
        if (shade[s] * 7919) % 1 > width:
            continue
        for k in range(knots - 1):
            x0, y0, z0 = screen[s, k, 0], screen[s, k, 1], screen[s, k, 2]
            x1, y1, z1 = screen[s, k + 1, 0], screen[s, k + 1, 1], screen[s, k + 1, 2]
            tx = points[s, k + 1, 0] - points[s, k, 0]
            ty = points[s, k + 1, 1] - points[s, k, 1]
            tz = points[s, k + 1, 2] - points[s, k, 2]
            norm = np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-9
            steps = int(max(abs(x1 - x0), abs(y1 - y0))) + 1
            broad = width * (1 - 0.6 * k / knots)
            half = max(round(broad), 1)
            level = abs(x1 - x0) > abs(y1 - y0)
            for i in range(steps):
                f = i / steps
                x, y, z = x0 + (x1 - x0) * f, y0 + (y1 - y0) * f, z0 + (z1 - z0) * f
                for j in range(half):
                    px = int(np.floor(x + 0.5)) + (0 if level else j)
                    py = int(np.floor(y + 0.5)) + (j if level else 0)
                    if 0 <= px < long and 0 <= py < height and z < depth[py, px]:
                        depth[py, px] = z
                        face[py, px] = -2
                        tangent[py, px, 0] = tx / norm
                        tangent[py, px, 1] = ty / norm
                        tangent[py, px, 2] = tz / norm
                        glow[py, px, 0] = (k + f) / (knots - 1)
                        glow[py, px, 1] = shade[s]


@numba.njit(cache=True, fastmath=True)
def shadow_points(screen, depth):
    """Draw single points (N, 3) into a depth map."""
    height, width = depth.shape
    for i in range(len(screen)):
        x, y = int(screen[i, 0] + 0.5), int(screen[i, 1] + 0.5)
        if 0 <= x < width and 0 <= y < height and screen[i, 2] < depth[y, x]:
            depth[y, x] = screen[i, 2]


@numba.njit(cache=True, fastmath=True)
def spread(pixels, face, weights, faces, values):
    """Interpolate vertex values (V, C) at pixels (N, 2: row, column) of the z-buffer: (N, C)."""
    out = np.empty((len(pixels), values.shape[1]), np.float32)
    for i in range(len(pixels)):
        y, x = pixels[i]
        a, b, c = faces[face[y, x]]
        u, v = weights[y, x]
        w = 1 - u - v
        for k in range(values.shape[1]):
            out[i, k] = u * values[a, k] + v * values[b, k] + w * values[c, k]
    return out


@numba.njit(cache=True, fastmath=True)
def _corner(x, y, z, seed):
    n = (x * 374761393 + y * 668265263 + z * 2147483647 + seed * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0 - 0.5


@numba.njit(cache=True, fastmath=True)
def noise(points, scale, seed):
    """Smooth noise of about -0.5..0.5 at points (N, 3); `scale` is cells per unit of length."""
    out = np.empty(len(points), np.float32)
    for i in range(len(points)):
        x, y, z = points[i, 0] * scale, points[i, 1] * scale, points[i, 2] * scale
        xi, yi, zi = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
        x, y, z = x - xi, y - yi, z - zi
        x, y, z = x * x * (3 - 2 * x), y * y * (3 - 2 * y), z * z * (3 - 2 * z)
        total = 0.0
        for dx in range(2):
            for dy in range(2):
                for dz in range(2):
                    weight = (x if dx else 1 - x) * (y if dy else 1 - y) * (z if dz else 1 - z)
                    total += weight * _corner(xi + dx, yi + dy, zi + dz, seed)
        out[i] = total
    return out


@numba.njit(cache=True, fastmath=True)
def lamps(point, normal, view, wrap, gloss, rough, directions, colours, axes, maps, reach, bias):
    """Light of L lamps with depth maps on N surface points: diffuse and mirrored (N, 3) each.

    `directions` and `colours` (L, 3), `axes` (L, 3, 3), `maps` (L, S, S), `reach` decimetres that
    half a map spans, `bias` decimetres. `wrap` (N,) is how far light goes around the edge.
    """
    count, size = len(point), maps.shape[1]
    soft = np.zeros((count, 3), np.float32)
    shine = np.zeros((count, 3), np.float32)
    k = size / (2 * reach)
    for i in range(count):
        px, py, pz = point[i]
        nx, ny, nz = normal[i]
        power = 2 / (rough[i] * rough[i])
        for n in range(len(directions)):
            dx, dy, dz = directions[n]
            facing = nx * dx + ny * dy + nz * dz
            lit_ = (facing + wrap[i]) / ((1 + wrap[i]) * (1 + wrap[i]))
            if lit_ <= 0:
                continue
            qx, qy, qz = px + nx * 0.012, py + ny * 0.012, pz + nz * 0.012
            a = axes[n]
            sx = (qx * a[0, 0] + qy * a[0, 1] + qz * a[0, 2]) * k + size / 2 - 0.5
            sy = (qx * a[1, 0] + qy * a[1, 1] + qz * a[1, 2]) * k + size / 2 - 0.5
            sz = qx * a[2, 0] + qy * a[2, 1] + qz * a[2, 2] - bias
            x0, y0 = int(np.floor(sx)), int(np.floor(sy))
            seen = 1.0
            if x0 >= 0 and y0 >= 0 and x0 + 1 < size and y0 + 1 < size:
                fx, fy = sx - x0, sy - y0
                seen = (
                    (1 - fx) * (1 - fy) * (sz < maps[n, y0, x0])
                    + fx * (1 - fy) * (sz < maps[n, y0, x0 + 1])
                    + (1 - fx) * fy * (sz < maps[n, y0 + 1, x0])
                    + fx * fy * (sz < maps[n, y0 + 1, x0 + 1])
                )
            if seen == 0:
                continue
            for c in range(3):
                soft[i, c] += lit_ * seen * colours[n, c]
            if facing <= 0:
                continue
            hx, hy, hz = view[i, 0] + dx, view[i, 1] + dy, view[i, 2] + dz
            h = np.sqrt(hx * hx + hy * hy + hz * hz)
            cosine = (nx * hx + ny * hy + nz * hz) / h
            if cosine > 0.3:
                lobe = cosine**power * (power + 2) / 25 * facing * seen * gloss[i]
                for c in range(3):
                    shine[i, c] += lobe * colours[n, c]
    return soft, shine


@numba.njit(cache=True, fastmath=True)
def ambient(point, normal, directions, colours, axes, maps, reach, bias):
    """Light from all around on N vertices (N, 3), each direction with its depth map."""
    count, size = len(point), maps.shape[1]
    out = np.zeros((count, 3), np.float32)
    k = size / (2 * reach)
    for i in range(count):
        for n in range(len(directions)):
            facing = (normal[i] * directions[n]).sum() * 0.85 + 0.15
            if facing <= 0:
                continue
            q = point[i] + normal[i] * 0.02
            x = int((q * axes[n, 0]).sum() * k + size / 2)
            y = int((q * axes[n, 1]).sum() * k + size / 2)
            z = (q * axes[n, 2]).sum() - bias
            if 0 <= x < size and 0 <= y < size and z >= maps[n, y, x]:
                continue
            for c in range(3):
                out[i, c] += facing * colours[n, c]
    return out


@numba.njit(cache=True, fastmath=True)
def strand_light(point, outward, tangent, view, directions, colours, axes, maps, reach):
    """Light of lamps on N points of hair, after Kajiya and Kay: two highlights, and diffuse."""
    count, size = len(point), maps.shape[1]
    first = np.zeros((count, 3), np.float32)
    second = np.zeros((count, 3), np.float32)
    soft = np.zeros((count, 3), np.float32)
    k = size / (2 * reach)
    for i in range(count):
        t, o, v = tangent[i], outward[i], view[i]
        tv = t[0] * v[0] + t[1] * v[1] + t[2] * v[2]
        sv = np.sqrt(max(1 - tv * tv, 0))
        qx = point[i, 0] + o[0] * 0.03
        qy = point[i, 1] + o[1] * 0.03
        qz = point[i, 2] + o[2] * 0.03
        for n in range(len(directions)):
            d, a = directions[n], axes[n]
            facing = (o[0] * d[0] + o[1] * d[1] + o[2] * d[2]) * 0.7 + 0.3
            if facing <= 0:
                continue
            x = int((qx * a[0, 0] + qy * a[0, 1] + qz * a[0, 2]) * k + size / 2)
            y = int((qx * a[1, 0] + qy * a[1, 1] + qz * a[1, 2]) * k + size / 2)
            z = qx * a[2, 0] + qy * a[2, 1] + qz * a[2, 2] - 0.05
            seen = 1.0
            if 0 <= x < size and 0 <= y < size and z >= maps[n, y, x]:
                seen = 0.2
            tl = t[0] * d[0] + t[1] * d[1] + t[2] * d[2]
            sl = np.sqrt(max(1 - tl * tl, 0))
            cosine = min(max(sl * sv - tl * tv, 0), 1)
            one = cosine**60 * 0.1 * seen * facing
            two = cosine**14 * 0.55 * seen * facing
            flat = sl * facing * seen
            for c in range(3):
                first[i, c] += one * colours[n, c]
                second[i, c] += two * colours[n, c]
                soft[i, c] += flat * colours[n, c]
    return first, second, soft
