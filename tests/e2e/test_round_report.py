"""The report of a real round, against the detector's own evaluation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from labeltool.store import open_project
from pipnet.__main__ import cli as pipnet
from tests.commands import labeltool

PHOTOS = 10
AUDIT_FACES = 4


@pytest.mark.slow
def test_report_figures_equal_those_of_pipnet_evaluate(sample: Path, tmp_path: Path, capsys):
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    truth = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    used = [image for image in truth["images"] if image["file_name"].startswith("portrait")]
    used = used[:PHOTOS]
    for image in used:
        shutil.copy(sample / image["file_name"], photos)
    ids = {image["id"] for image in used}
    labels = [label for label in truth["annotations"] if label["image_id"] in ids]
    (tmp_path / "labels.json").write_text(
        json.dumps(truth | {"images": used, "annotations": labels}), encoding="utf-8"
    )
    for command in (
        ("new", project), ("import", project, photos),
        ("import", project, tmp_path / "labels.json", "--as", "labels"),
        ("audit", project, "--faces", str(AUDIT_FACES)),
        ("train", project, "--epochs", "1", "--device", "cpu"),
        ("round", "report", project, "1", "--json", tmp_path / "report.json"),
    ):  # fmt: skip
        done = labeltool(*command)
        assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["audit"]["faces"] == AUDIT_FACES

    store = open_project(project)
    names = {row.name for row in store.queue.rows(store.audit.get().measuring).values()}
    folder = store.rounds.all()[-1].folder
    store.close()
    measured = [image for image in used if image["file_name"] in names]
    ids = {image["id"] for image in measured}
    kept = [label for label in labels if label["image_id"] in ids]
    data = photos / "audit.json"
    data.write_text(json.dumps(truth | {"images": measured, "annotations": kept}), encoding="utf-8")
    ced = tmp_path / "ced.csv"
    pipnet.main(
        [
            "evaluate", "--data", str(data), "--weights", str(folder / "model.safetensors"),
            "--boxes", "detect", "--regions", "--points", "--ced", str(ced), "--json",
        ],
        standalone_mode=False,
    )  # fmt: skip
    wanted = json.loads(capsys.readouterr().out)
    # the last digit depends on the order of the faces in a mean
    for part in ("points", "regions"):
        assert report["audit"].pop(part) == pytest.approx(wanted.pop(part), abs=1.1e-3)
    assert {name: report["audit"][name] for name in wanted} == wanted
    shares = [tuple(map(float, row.split(","))) for row in ced.read_text().split()[1:]]
    assert [tuple(row) for row in report["audit"]["ced"]] == shares[::10]
