"""The small plots of a training."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.gui.panels.training import charts
from labeltool.rounds.quality.round_course import LOSS_TERMS, Curve


def curve(*values: float) -> Curve:
    made = Curve()
    for x, y in enumerate(values, 1):
        made.add(x, y)
    return made


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.11, 0.6, ["0.2", "0.5"]),
        (0.011, 0.6, ["0.03", "0.1", "0.3"]),
        (2e-4, 0.6, ["0.001", "0.01", "0.1"]),
    ],
)
def test_a_logarithmic_axis_has_few_round_numbers(low, high, expected):
    inside = [text for place, text in charts.ticks(low, high) if low <= 10**place <= high]
    assert inside == expected


def test_a_flat_curve_lies_between_two_numbers():
    assert {"0.2", "0.5"} <= {text for _, text in charts.ticks(0.3, 0.3)}


def test_the_axes_show_plain_numbers(qtbot):
    """Not '(x0.001)' beside the axis."""
    chart = charts.loss_chart()
    qtbot.addWidget(chart)
    chart.resize(300, 116)
    chart.show()
    chart.show_curves({name: curve(0.002, 0.001) for name in LOSS_TERMS})
    chart.grab()
    for side in ("left", "bottom"):
        axis = chart.plot.getAxis(side)
        assert axis.autoSIPrefix is False
        assert "x" not in axis.labelString()
    assert [text for _, text in chart.plot.getAxis("left")._tickLevels[0]]


def test_a_term_of_zero_is_left_out_of_a_logarithmic_plot(qtbot):
    chart = charts.loss_chart()
    qtbot.addWidget(chart)
    chart.show_curves({name: curve(0.5, 0.0, 0.25) for name in LOSS_TERMS})
    chart.grab()
    for item in chart.plot.listDataItems():
        drawn = item.getData()[1]  # logarithms to the base 10
        assert np.isfinite(drawn).tolist() == [True, False, True]


def test_each_curve_is_named_in_its_colour(qtbot):
    chart = charts.loss_chart()
    qtbot.addWidget(chart)
    for name in ("Total", "Cell", "Place in the cell", "Neighbours"):
        assert name in chart.legend.text()
    for item in chart.plot.listDataItems():
        assert item.opts["pen"].color().name() in chart.legend.text()
