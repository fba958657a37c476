"""What a project calls right."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import UserError
from labeltool.domain.tolerance import DEFAULT_TOLERANCE, is_right, landmark_errors
from pipnet.data.scheme import Scheme, load_scheme
from tests.commands import labeltool
from tests.projects import THREE, make_project, triangle

LINE = Scheme("line", ("a", "b", "c", "d"), curves=((0, 1, 2),), nme_pair=(0, 3))
TRUTH = np.array([[0.0, 0], [5, 0], [10, 0], [0, 100]])


def test_a_point_of_a_contour_is_measured_to_the_contour():
    along, across, corner = TRUTH.copy(), TRUTH.copy(), TRUTH.copy()
    along[1, 0] += 4
    across[1, 1] += 4
    corner[3, 0] += 4
    np.testing.assert_allclose(landmark_errors(along, TRUTH, LINE), [0, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(landmark_errors(across, TRUTH, LINE), [0, 0.04, 0, 0])
    np.testing.assert_allclose(landmark_errors(corner, TRUTH, LINE), [0, 0, 0, 0.04])


def test_a_face_is_right_if_every_landmark_is_within_the_tolerance():
    moved = TRUTH.copy()
    moved[3, 0] += 4
    assert is_right(moved, TRUTH, LINE, 0.04)
    assert not is_right(moved, TRUTH, LINE, 0.039)


def test_a_landmark_that_one_side_lacks_is_wrong():
    absent = triangle()
    absent[2] = np.nan
    assert not is_right(absent, triangle(), THREE, 0.5)
    assert not is_right(triangle(), absent, THREE, 0.5)
    assert is_right(absent, absent, THREE, 0.001)


def test_a_face_without_the_norm_cannot_be_judged():
    truth = np.random.default_rng(0).uniform(0, 100, (68, 2))
    truth[36] = np.nan
    with pytest.raises(ValueError, match="norm"):
        is_right(truth, truth, load_scheme("300w"), 0.08)


def test_a_project_has_a_tolerance(tmp_path):
    store = make_project(tmp_path / "p")
    assert store.trust.tolerance() == DEFAULT_TOLERANCE == 0.08
    store.trust.set_tolerance(0.05)
    assert store.trust.tolerance() == 0.05
    for wrong in (0.0, -1.0, 0.6, float("nan")):
        with pytest.raises(UserError, match="tolerance"):
            store.trust.set_tolerance(wrong)
    assert store.trust.tolerance() == 0.05
    store.close()


def test_the_command_line_shows_and_sets_the_tolerance(tmp_path):
    make_project(tmp_path / "p").close()
    assert labeltool("tolerance", tmp_path / "p").stdout == "8\n"
    told = labeltool("tolerance", tmp_path / "p", "5.5")
    assert told.returncode == 0
    assert "5.5 %" in told.stdout
    assert labeltool("tolerance", tmp_path / "p").stdout == "5.5\n"
    refused = labeltool("tolerance", tmp_path / "p", "90")
    assert refused.returncode == 1
    assert "0.1 to 50 %" in refused.stderr
    assert labeltool("tolerance", tmp_path / "p", "many").returncode == 2
