"""Charts of a round's report, as SVG inside a page. Texts given to them are HTML already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

CHART_STYLE = """
svg { max-width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--faint); }
svg .grid { stroke: var(--line); stroke-width: 1; } svg .line { fill: none; stroke-width: 2; }
svg .own { stroke: var(--accent); } svg .other { stroke: var(--other); stroke-dasharray: 6 4; }
svg .bar { fill: var(--accent); } svg .mark { stroke: var(--other); stroke-width: 2; }
"""

_WIDTH, _HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 44
_CLASSES = ("own", "other")
_STEPS = [figure * 10.0**power for power in range(-2, 10) for figure in (1, 2, 5)]

MAX_TICKS = 7
"""Lines with numbers along a chart."""

MAX_LABEL_CHARACTERS = 9
"""A longer name of a landmark would leave the chart."""


def ced_chart(
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]], across: str, up: str
) -> str:
    """Cumulative error distributions as curves, see `Evaluation.ced`; at most two, with names.

    `across`, `up`: names of the axes.
    """
    limit = max(error for error, _ in lines[0][1])

    def place(error: float, share: float) -> str:
        return f"{_across(error / limit):.1f},{_up(share):.1f}"

    parts = [_grid([(k / 5, f"{limit * 100 * k / 5:g}") for k in range(6)])]
    parts.append(_scale([(k / 4, f"{k * 25} %") for k in range(5)]))
    for (_name, points), kind in zip(lines, _CLASSES, strict=False):
        path = " ".join(place(*point) for point in points)
        parts.append(f'<polyline class="line {kind}" points="{path}"/>')
    for k, ((name, _), kind) in enumerate(zip(lines, _CLASSES, strict=False)):
        y = _HEIGHT - _BOTTOM - 20 - 20 * (len(lines) - 1 - k)
        parts.append(f'<line class="line {kind}" x1="500" x2="530" y1="{y - 4}" y2="{y - 4}"/>')
        parts.append(f'<text x="538" y="{y}">{name}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{across}</text>')
    parts.append(
        f'<text transform="translate(12 {_HEIGHT / 2}) rotate(-90)" '
        f'text-anchor="middle">{up}</text>'
    )
    return _svg(parts)


def point_chart(
    errors: Mapping[str, float | None],
    other: Mapping[str, float | None] | None,
    titles: Sequence[str],
) -> str:
    """The error of each landmark in percent as bars, with a mark for another round.

    `titles`: the landmarks as they are shown. Long names have no room below their bars: there are
    their numbers, from 1.
    """
    has_room = all(len(name) <= MAX_LABEL_CHARACTERS for name in titles)
    known = [value for value in [*errors.values(), *(other or {}).values()] if value is not None]
    top = max([*known, 0.1]) * 1.05
    step = next(step for step in _STEPS if top / step < MAX_TICKS)
    ticks = [step * k for k in range(int(top / step) + 1)]
    parts = [_scale([(tick / top, f"{tick:g} %") for tick in ticks])]
    width = (_WIDTH - _LEFT - _RIGHT) / max(len(errors), 1)
    for k, (name, value) in enumerate(errors.items()):
        x = _LEFT + k * width
        if value is not None:
            y = _up(value / top)
            parts.append(
                f'<rect class="bar" x="{x + width * 0.1:.1f}" y="{y:.1f}" '
                f'width="{width * 0.8:.1f}" height="{_HEIGHT - _BOTTOM - y:.1f}">'
                f"<title>{escape(titles[k])}: {value:.2f} %</title></rect>"
            )
        compared = None if other is None else other.get(name)
        if compared is not None:
            y = _up(compared / top)
            parts.append(
                f'<line class="mark" x1="{x:.1f}" x2="{x + width:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
        if k % max(1, round(len(errors) / 24)) == 0:
            parts.append(_turned(x + width / 2, titles[k] if has_room else str(k + 1)))
    return _svg(parts)


def _turned(x: float, name: str) -> str:
    place = f"translate({x:.1f} {_HEIGHT - _BOTTOM + 12}) rotate(-40)"
    return f'<text transform="{place}" text-anchor="end">{escape(name)}</text>'


def _grid(ticks: Sequence[tuple[float, str]]) -> str:
    """Lines across the chart at shares of its width, with their texts."""
    bottom = _HEIGHT - _BOTTOM
    return "".join(
        f'<line class="grid" x1="{_across(share):.1f}" x2="{_across(share):.1f}" y1="{_TOP}" '
        f'y2="{bottom}"/><text x="{_across(share):.1f}" y="{bottom + 16}" '
        f'text-anchor="middle">{text}</text>'
        for share, text in ticks
    )


def _scale(ticks: Sequence[tuple[float, str]]) -> str:
    """Lines along the chart at shares of its height, with their texts."""
    return "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_up(share):.1f}" '
        f'y2="{_up(share):.1f}"/><text x="{_LEFT - 6}" y="{_up(share) + 4:.1f}" '
        f'text-anchor="end">{text}</text>'
        for share, text in ticks
    )


def _across(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _up(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _svg(parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img">\n{body}\n</svg>'
