"""The plot of error distributions."""

from __future__ import annotations

import gc

from labeltool.gui import theme
from labeltool.gui.dialogs.report.error_plot import ErrorPlot

CURVE = [(0.0, 0.0), (0.05, 0.6), (0.1, 1.0)]


def test_it_shows_percent(qtbot):
    plot = ErrorPlot()
    qtbot.addWidget(plot)
    plot.show_curves(("Round 2", CURVE), ("Round 1", CURVE))
    plot.show_curves(("Round 2", CURVE), None)
    (curve,) = plot.plotItem.listDataItems()
    errors, shares = curve.getData()
    assert errors.tolist() == [0, 5, 10]
    assert shares.tolist() == [0, 60, 100]
    assert [label.text for _, label in plot.plotItem.legend.items] == ["Round 2"]


def test_it_follows_the_palette(qtbot, qapp):
    gc.collect()  # closed windows of other tests would follow it too
    theme.apply(qapp, "light")
    plot = ErrorPlot()
    qtbot.addWidget(plot)
    plot.show_curves(("Round 2", CURVE), ("Round 1", CURVE))
    assert plot.backgroundBrush().color().lightness() > 200
    try:
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: plot.backgroundBrush().color().lightness() < 60)
    finally:
        theme.apply(qapp, "light")
