"""`labeltool scheme`: prints the landmarks of a project, and changes them."""

from __future__ import annotations

import numpy as np

from labeltool.domain import Verdict
from labeltool.store import Store
from tests.commands import labeltool
from tests.projects import triangle


def test_it_prints_a_file_that_it_reads(project, tmp_path):
    store = project(1)
    printed = labeltool("scheme", store.folder)
    assert printed.returncode == 0, printed.stderr
    file = tmp_path / "same.toml"
    file.write_text(printed.stdout)
    said = labeltool("scheme", store.folder, file)
    assert said.stdout == "The landmarks of the project are these already.\n"


def test_a_dry_run_only_says_what_would_change(project, tmp_path):
    store = project(1)
    store.decisions.decide("ann", [1], Verdict.CORRECTED, points=triangle())
    file = tmp_path / "other.toml"
    file.write_text('name = "other"\nnames = ["tip", "left", "brow"]\n')
    words = "scheme", store.folder, file, "--rename", "nose=tip"
    said = labeltool(*words, "--dry-run")
    assert said.returncode == 0, said.stderr
    assert "Added: brow. To be placed on 1 labelled faces; after 30" in said.stdout
    assert "Removed: right." in said.stdout
    assert "Renamed: nose → tip." in said.stdout
    assert store.scheme.names == ("left", "right", "nose")
    done = labeltool(*words)
    assert "The landmarks of this project were changed." in done.stdout
    store.close()
    changed = Store(store.folder)
    assert changed.scheme.names == ("tip", "left", "brow")
    points = changed.labels.all()[0][2]
    np.testing.assert_array_equal(points[:2], triangle()[[2, 0]])
    assert np.isnan(points[2]).all()
    changed.close()


def test_what_cannot_be_is_said(project, tmp_path):
    store = project(1)
    file = tmp_path / "other.toml"
    file.write_text('name = "other"\nnames = ["tip", "left"]\n')
    for words, expected in (
        (["--rename", "chin=tip"], "has no landmark 'chin'"),
        (["--rename", "nose=chin"], "has no landmark 'chin'"),
        (["--rename", "left=tip"], "would become two"),
    ):
        said = labeltool("scheme", store.folder, file, *words)
        assert said.returncode == 1
        assert expected in said.stderr
    assert labeltool("scheme", store.folder, file, "--rename", "nose").returncode == 2
    assert labeltool("scheme", store.folder, tmp_path / "none.toml").returncode == 1
