"""`labeltool export`: what is lost is said first, and which labels go out."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from labeltool.cli import cli, run
from labeltool.domain import Filter, Verdict
from labeltool.store import Store
from tests.projects import triangle


@pytest.fixture
def store(project: Callable[..., Store]) -> Store:
    """A project of five proposals: one accepted, two corrected (of which one lacks a landmark, and
    one has a hidden one), two not judged."""
    store = project(5)
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    hidden = np.array([2, 1, 2], np.int8)
    store.decisions.decide("ann", [2], Verdict.CORRECTED, points=triangle(), visibility=hidden)
    absent = triangle()
    absent[0] = np.nan
    store.decisions.decide(
        "ann", [3], Verdict.CORRECTED, points=absent, visibility=np.array([0, 2, 2], np.int8)
    )
    return store


def export(store: Store, out: Path, *options: str) -> str:
    done = CliRunner().invoke(cli, ["export", str(store.folder), str(out), *options])
    assert done.exit_code == 0, done.output
    return done.output


def photos_in(out: Path) -> set[str]:
    return {image["file_name"][-9:] for image in json.loads(out.read_text())["images"]}


def test_losses_are_said_before_anything_is_written(store: Store, tmp_path: Path):
    out = tmp_path / "labels.txt"
    said = export(store, out, "--format", "wflw").splitlines()
    assert said[0] == "Labels to export: 2, of these 1 corrected and 1 accepted as proposed."
    assert said[1] == (
        "WFLW list: 1 occlusion flag is lost, the names of landmarks are lost, "
        "1 face with an absent landmark is left out."
    )
    assert said[2].startswith("Wrote 2 faces of 2 photos to ")
    assert len(out.read_text().splitlines()) == 2
    refused = CliRunner().invoke(
        cli, ["export", str(store.folder), str(store.folder / "project.sqlite"), "--format", "dlib"]
    )
    assert refused.output.splitlines()[1].startswith("dlib imglab XML: 1 occlusion flag is lost")


def test_a_dry_run_writes_nothing(store: Store, tmp_path: Path):
    out = tmp_path / "labels.xml"
    said = export(store, out, "--format", "dlib", "--dry-run").splitlines()
    assert len(said) == 2
    assert "positions are rounded to whole pixels" in said[1]
    found = json.loads(export(store, out, "--format", "dlib", "--dry-run", "--json"))
    assert (found["format"], found["faces"], found["accepted"], found["corrected"]) == (
        "dlib", 3, 1, 2,
    )  # fmt: skip
    assert {loss["kind"]: loss["count"] for loss in found["losses"]} == {
        "occluded": 1, "rounded": 3, "names": 3,
    }  # fmt: skip
    assert not out.exists()
    nothing = json.loads(export(store, out, "--format", "coco", "--dry-run", "--json"))
    assert nothing["losses"] == []
    assert CliRunner().invoke(
        cli, ["export", str(store.folder), str(out), "--format", "coco", "--json"]
    ).exit_code == 2  # fmt: skip


def test_labels_of_one_verdict(store: Store, tmp_path: Path):
    out = tmp_path / "labels.json"
    export(store, out, "--format", "coco", "--verdict", "accepted")
    assert photos_in(out) == {"00000.jpg"}
    export(store, out, "--format", "coco", "--verdict", "corrected")
    assert photos_in(out) == {"00001.jpg", "00002.jpg"}


def test_labels_under_a_saved_filter_without_the_proposals_under_it(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    store.filters.save("last ones", Filter(faces=(2, 4, 5)))
    store.filters.save("proposals", Filter(verdict="unreviewed"))
    out = tmp_path / "labels.json"
    said = export(store, out, "--format", "coco", "--filter", "last ones")
    assert photos_in(out) == {"00001.jpg"}
    assert "2 faces under the filter have no label and are not exported." in said
    before = out.read_bytes()
    for options, reason in (
        (("--filter", "proposals"), "none of the chosen faces has a label"),
        (("--filter", "last ones", "--verdict", "accepted"), "none of the chosen faces"),
        (("--filter", "first ones"), "Saved filters are: last ones, proposals."),
    ):
        assert run(["export", str(store.folder), str(out), "--format", "coco", *options]) == 1
        assert reason in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.parametrize("form", ["via", "labelstudio"])
def test_formats_that_leave_absent_landmarks_out_keep_the_face(
    store: Store, tmp_path: Path, form: str
):
    said = export(store, tmp_path / "labels.json", "--format", form)
    assert "Wrote 3 faces" in said
    assert "left out" not in said
