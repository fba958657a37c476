"""Faces grouped by where they face."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import NewPrediction, RoundKind, UserError, no_progress
from labeltool.trust.acceptance import Acceptance
from labeltool.trust.acceptance_settings import AcceptanceSettings
from labeltool.trust.certificate_file import certificate_html
from labeltool.trust.pose_groups import POSES, turns
from pipnet.data.scheme import load_scheme
from tests.projects import make_project

SCHEME = load_scheme("300w")


def turned(degrees: float, roll: float = 0.0) -> np.ndarray:
    """A head of 300W landmarks, 1 for each pair, whose middle stands out, turned to the right of
    the photo; (68, 2) pixels."""
    shape = SCHEME.unit_shape()
    assert shape is not None
    middle = np.array(SCHEME.flip) == np.arange(68)
    depth = np.where(middle, 0.25, 0.0)
    yaw, lean = np.deg2rad([degrees, roll])
    across = shape[:, 0] - shape[:, 0].mean()
    flat = np.stack([across * np.cos(yaw) + depth * np.sin(yaw), shape[:, 1]], axis=1)
    rotation = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    return 100 * flat @ rotation + 200


def test_the_side_that_a_face_turns_to_also_when_the_head_leans() -> None:
    for roll in (-40, 0, 40):
        faces = np.stack([turned(degrees, roll) for degrees in (-60, -30, 0, 30, 60)])
        found = turns(faces, SCHEME)
        assert (np.diff(found) > 0).all()
        assert abs(found[2]) < 0.01
        assert found[1] < -0.05
        assert found[3] > 0.05


def test_landmarks_that_a_proposal_lacks_are_left_out() -> None:
    """As after a change of the scheme."""
    faces = np.stack([turned(degrees) for degrees in (-60, 0, 60)])
    faces[:, [0, 8, 30]] = np.nan  # of a pair, and of the middle
    left, frontal, right = turns(faces, SCHEME)
    assert left < -0.05 < frontal < 0.05 < right
    faces[:, np.array(SCHEME.flip) == np.arange(68)] = np.nan
    assert turns(faces, SCHEME).tolist() == [0, 0, 0]
    assert turns(np.full((1, 68, 2), np.nan), SCHEME).tolist() == [0]


def test_a_scheme_without_pairs_is_refused() -> None:
    with pytest.raises(UserError, match="does not tell left landmarks from right"):
        turns(np.zeros((1, 68, 2)), replace(SCHEME, flip=()))


def test_each_side_has_its_own_guarantee(tmp_path: Path) -> None:
    store = make_project(tmp_path / "project", 60, SCHEME)
    degrees = np.repeat([45, 0, -45], [10, 30, 20])
    round_id = store.rounds.add(RoundKind.PREDICT, "", "rounds/x", {})
    store.rounds.set_model(round_id, "starter", "starter")
    scores = np.full(68, 0.5, np.float32)
    faces = [
        NewPrediction(face, turned(angle), scores, 0.5, 0.1, None, None)
        for face, angle in enumerate(degrees, 1)
    ]
    store.rounds.offer(round_id, faces)
    store.rounds.finish(round_id, {}, visible=False)
    settings = AcceptanceSettings(grouped_by="pose", measure_reviewer=False)
    session = Acceptance.start(store, "ann", settings, seed="p")
    assert [(group.name, group.faces) for group in session.groups] == [
        ("facing left", list(range(41, 61))),
        ("facing the camera", list(range(11, 41))),
        ("facing right", list(range(1, 11))),
    ]
    assert Acceptance(store, session.id).settings == settings
    while (shown := session.next()) is not None:
        session.judge(shown.token, right=True)
    _result, digest = session.accept(no_progress)
    page = certificate_html(json.loads(store.trust.certificates.document(digest)))
    assert all(words in page for words in ("Pose", *POSES))
    store.close()


def test_an_unknown_grouping_is_refused() -> None:
    with pytest.raises(UserError, match="'age' is no way to group faces"):
        AcceptanceSettings(grouped_by="age").check()


def test_settings_of_earlier_versions_are_read() -> None:
    values = AcceptanceSettings().to_dict()
    del values["grouped_by"]
    assert AcceptanceSettings.from_dict(values | {"by_folder": True}).grouped_by == "folder"
    assert AcceptanceSettings.from_dict(values | {"by_folder": False}).grouped_by == ""
