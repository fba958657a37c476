"""The palettes are readable: contrast ratios computed as in WCAG 2."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QProgressBar

from labeltool.gui import theme

Role = QPalette.ColorRole
VERDICTS = ("accepted", "corrected", "rejected", "excluded", "unreviewed")


@pytest.fixture(autouse=True)
def light_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light")


def luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (Role.WindowText, Role.Window),
        (Role.Text, Role.Base),
        (Role.Text, Role.AlternateBase),
        (Role.PlaceholderText, Role.Base),
        (Role.ButtonText, Role.Button),
        (Role.ToolTipText, Role.ToolTipBase),
        (Role.HighlightedText, Role.Highlight),
        (Role.Link, Role.Base),
        (Role.Link, Role.Window),
    ],
)
def test_text_contrasts_with_its_background(dark: bool, text: Role, ground: Role) -> None:
    palette = theme.palette(dark)
    assert contrast(palette.color(text), palette.color(ground)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_verdict_colours_contrast_with_lists_and_panels(dark: bool, verdict: str) -> None:
    palette, colour = theme.palette(dark), theme.verdict_colour(verdict, dark)
    for ground in (Role.Base, Role.AlternateBase, Role.Window):
        assert contrast(colour, palette.color(ground)) >= 4.5, ground


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("place", range(4))
def test_curves_contrast_with_plots_and_their_legends(dark: bool, place: int) -> None:
    palette, colour = theme.palette(dark), theme.curve_colour(place, dark)
    for ground in (Role.Base, Role.Window):
        assert contrast(colour, palette.color(ground)) >= 4.5, ground


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("done", [0, 100])
def test_progress_bar_text_contrasts_with_both_its_backgrounds(
    qapp: QApplication, mode: theme.Mode, done: int
) -> None:
    theme.apply(qapp, mode)
    bar = QProgressBar()
    bar.setRange(0, 100)
    bar.setValue(done)
    bar.setTextVisible(False)
    bar.resize(200, 24)
    ground = bar.grab().toImage()
    palette = bar.palette()
    assert palette.color(Role.HighlightedText) == palette.color(Role.Text)
    for row in range(4, 20):
        assert contrast(palette.color(Role.Text), ground.pixelColor(100, row)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_canvas_messages_contrast_with_the_canvas(dark: bool) -> None:
    assert contrast(theme.canvas_text_colour(dark), theme.canvas_colour(dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_the_canvas_background_is_neutral_grey(dark: bool) -> None:
    palette = theme.palette(dark)
    greys = [palette.color(role) for role in (Role.Window, Role.Base, Role.Button, Role.Text)]
    for colour in [*greys, theme.canvas_colour(dark), theme.canvas_text_colour(dark)]:
        assert colour.red() == colour.green() == colour.blue()


@pytest.mark.parametrize("dark", [False, True])
def test_every_verdict_has_its_own_colour(dark: bool) -> None:
    assert len({theme.verdict_colour(verdict, dark).name() for verdict in VERDICTS}) == 5
    with pytest.raises(KeyError):
        theme.verdict_colour("perhaps", dark)


def test_the_mode_selects_the_palette_and_an_unknown_system_is_light(qapp: QApplication) -> None:
    assert theme.apply(qapp, "dark") is True
    assert theme.is_dark()
    assert qapp.style().name() == "fusion"
    assert theme.apply(qapp, "light") is False
    assert not theme.is_dark()
    dark = theme.apply(qapp, "system")
    assert theme.is_dark() is dark is theme.wants_dark("system")
    assert len(qapp.findChildren(theme._SystemFollower)) == 1


def test_the_error_ramp_is_clamped_even_and_grey_if_unknown() -> None:
    table = theme.error_table()
    assert table.shape == (256, 3)
    assert theme.error_colour(-1.0) == theme.error_colour(0.0) == QColor(*table[0])
    assert theme.error_colour(2.0) == theme.error_colour(1.0) == QColor(*table[255])
    brightness = [luminance(theme.error_colour(level)) for level in np.linspace(0, 1, 11)]
    assert brightness == sorted(brightness)
    unknown = theme.error_colour(float("nan"))
    assert unknown.red() == unknown.green() == unknown.blue()
    levels = np.array([-1.0, 0.0, 0.31, 1.0, 2.0, np.inf, np.nan])
    assert theme.error_colours(levels) == [theme.error_colour(level) for level in levels]


def test_tabular_figures_have_equal_width_in_the_same_font() -> None:
    font = QFont()
    assert QFont.Tag("tnum") in theme.tabular(font).featureTags()
    assert QFont.Tag("tnum") not in font.featureTags()
    assert theme.small(font).pointSizeF() < font.pointSizeF()
    sized = QFont()
    sized.setPixelSize(20)
    assert theme.small(sized).pixelSize() == 18


def test_spacing_is_a_multiple_of_four() -> None:
    assert [theme.spacing(), theme.spacing(2), theme.spacing(3)] == [4, 8, 12]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_icons_use_the_text_colour_of_the_palette(qapp: QApplication, mode: theme.Mode) -> None:
    theme.apply(qapp, mode)
    image = theme.icon("mdi6.square").pixmap(32, 32).toImage()
    assert image.pixelColor(image.rect().center()) == qapp.palette().color(Role.ButtonText)
    for verdict in VERDICTS:
        assert not theme.verdict_icon(verdict).pixmap(16, 16).isNull()
