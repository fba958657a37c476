"""The table of label formats: names, detection, and what the dialogs offer."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from labeltool.cli import cli
from labeltool.exchange.formats.format_table import (
    FORMATS,
    find_labels,
    format_named,
    labels_of_chosen_file,
    suffix_patterns,
)
from labeltool.exchange.formats.other_formats import FORMAT
from pipnet.data.coco import LabelError


def test_names_are_unique():
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    assert all(format_named(known.name) is known for known in FORMATS)


def test_a_format_of_single_files_says_how_to_recognise_one():
    assert all(known.is_folder or (known.file_kind and known.file_text) for known in FORMATS)


def test_a_json_file_and_a_folder_of_pts_files_are_found(tmp_path: Path):
    coco, folder = tmp_path / "a.JSON", tmp_path / "points"
    coco.write_text("{}")
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.PTS").touch()
    (folder / "other.json").write_text("{}")
    assert find_labels(coco) == (format_named("coco"), coco)
    assert find_labels(folder) == (format_named("pts"), folder)
    assert find_labels(folder / "inner" / "a.PTS") == (FORMAT, folder / "inner" / "a.PTS")
    assert find_labels(tmp_path / "gone") is None


def test_the_only_json_file_of_a_folder_is_found(tmp_path: Path):
    (tmp_path / "a.json").write_text("{}")
    assert find_labels(tmp_path) == (format_named("coco"), tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(LabelError):
        find_labels(tmp_path)


def test_a_pts_file_chosen_in_a_dialog_stands_for_its_folder():
    assert labels_of_chosen_file(Path("/faces/a.PTS")) == Path("/faces")
    assert labels_of_chosen_file(Path("/faces/a.json")) == Path("/faces/a.json")
    assert {"*.json", "*.JSON", "*.pts", "*.PTS"} <= set(suffix_patterns().split())


def test_the_command_line_offers_every_format():
    help_text = CliRunner().invoke(cli, ["export", "--help"]).output
    assert f"[{'|'.join(known.name for known in FORMATS)}]" in help_text
    refused = CliRunner().invoke(cli, ["export", "p", "out", "--format", "xml"])
    assert refused.exit_code == 2
    assert "'xml' is not one of 'coco'" in refused.output
