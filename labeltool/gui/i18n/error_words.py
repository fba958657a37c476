"""Expected errors in words: shares of the norm in per cent, and pixels."""

from __future__ import annotations

import math

from labeltool.domain.tolerance import ExpectedErrors
from labeltool.gui.i18n.translate import tr


def percent_words(share: float | None) -> str:
    """'2.4 %' of a share, '-' if it is unknown."""
    return "-" if share is None or math.isnan(share) else tr("{percent:.1f} %", percent=100 * share)


def round_percent_words(share: float) -> str:
    """'8 %' of a share that a person has chosen, with as many digits as it has."""
    return tr("{percent:g} %", percent=round(100 * share, 2))


def pixel_words(pixels: float) -> str:
    """'3.1 px', '12 px'."""
    return tr("{pixels} px", pixels=f"{pixels:.1f}" if pixels < 9.95 else f"{pixels:.0f}")


def error_words(error: float | None) -> str:
    """'expected error 2.4 %' of an expected error of a face, a share of the norm."""
    if error is None:
        return tr("expected error unknown")
    return tr("expected error {error}", error=percent_words(error))


def face_error_words(error: float | None, expected: ExpectedErrors | None) -> str:
    """'3.1 px (2.4 %)' of the expected error of a face, a share of the norm; 'unknown'."""
    if error is None or expected is None:
        return tr("unknown")
    pixels = pixel_words(error * expected.norm)
    return tr("{pixels} ({percent})", pixels=pixels, percent=percent_words(error))


def point_error_words(expected: ExpectedErrors, index: int) -> str:
    """'Expected 3.1 px (2.4 %), 90 % within 6.2 px' of one landmark; 'Expected error unknown'."""
    pixels, share = float(expected.pixels[index]), float(expected.shares[index])
    radius = float(expected.radii[index])
    if math.isnan(pixels):
        return tr("Expected error unknown")
    if math.isnan(radius):
        return tr("Expected {pixels} ({percent})", pixels=pixel_words(pixels),
                  percent=percent_words(share))  # fmt: skip
    return tr(
        "Expected {pixels} ({percent}), 90 % within {radius}",
        pixels=pixel_words(pixels), percent=percent_words(share), radius=pixel_words(radius),
    )  # fmt: skip
