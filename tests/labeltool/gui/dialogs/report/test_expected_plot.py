"""The plot of expected against measured errors."""

from __future__ import annotations

import gc

import numpy as np

from labeltool.gui import theme
from labeltool.gui.dialogs.report.expected_plot import ExpectedPlot


def test_it_shows_percent_and_the_line_of_equal_errors(qtbot):
    plot = ExpectedPlot()
    qtbot.addWidget(plot)
    plot.show_errors(np.array([0.01, 0.02]), np.array([0.02, 0.05]))
    x, y = plot.dots.getData()
    assert x.tolist() == [1, 2]
    assert y.tolist() == [2, 5]
    (line,) = plot.plotItem.listDataItems()[:1]
    assert [values.tolist() for values in line.getData()] == [[0, 5], [0, 5]]


def test_it_follows_the_palette(qtbot, qapp):
    gc.collect()  # closed windows of other tests would follow it too
    theme.apply(qapp, "light")
    plot = ExpectedPlot()
    qtbot.addWidget(plot)
    assert plot.backgroundBrush().color().lightness() > 200
    try:
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: plot.backgroundBrush().color().lightness() < 60)
    finally:
        theme.apply(qapp, "light")
