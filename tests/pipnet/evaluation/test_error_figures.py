"""How well expected errors tell true ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from pipnet.evaluation.error_figures import error_figures


def test_the_figures_of_known_errors() -> None:
    rng = np.random.default_rng(0)
    true = rng.gamma(1, 0.02, (40, 7))
    expected, face = rng.gamma(2, 0.01, true.shape) + true, rng.normal(0, 0.003, 40)
    face += true.mean(1)
    figures = error_figures(true, expected, np.full(true.shape, 0.05), face)
    assert figures.spearman_point == pytest.approx(spearmanr(expected.ravel(), true.ravel())[0])
    assert figures.spearman_face == pytest.approx(spearmanr(face, true.mean(1))[0])
    inside = true <= 0.05
    assert figures.coverage90 == pytest.approx(inside.mean())
    assert figures.coverage_error == pytest.approx(inside.mean(1).std(ddof=1) / np.sqrt(40))
    assert figures.radius90 == pytest.approx(0.05)
    assert list(figures.summary()) == ["spearman_face", "spearman_point", "coverage90", "radius90"]


def test_unlabelled_landmarks_are_in_no_figure() -> None:
    true = np.array([[0.01, np.nan, 0.03], [0.02, 0.04, np.nan], [0.05, 0.01, 0.02]])
    expected = np.nan_to_num(true, nan=9.0)
    figures = error_figures(true, expected, expected, np.nanmean(true, axis=1))
    assert figures.spearman_point == pytest.approx(1)
    assert figures.coverage90 == 1
    assert figures.radius90 == pytest.approx(0.02)


def test_one_face_has_no_correlation_of_faces() -> None:
    true = np.array([[0.01, 0.02]])
    figures = error_figures(true, true, true, np.array([0.015]))
    assert figures.summary()["spearman_face"] is None
    assert figures.summary()["spearman_point"] == 1
