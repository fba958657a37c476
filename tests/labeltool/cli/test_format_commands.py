"""`labeltool inspect` and `labeltool formats`."""

import json

from click.testing import CliRunner

from labeltool.cli import cli, run


def test_inspect_prints_points_visibility_and_names_as_json(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("photo,A_x,A_y,A_v,B_x,B_y,B_v\n사진.jpg,10.5,2,occluded,,,\n")
    result = CliRunner().invoke(cli, ["inspect", str(path), "--json"])
    assert json.loads(result.output) == {
        "format": "csv",
        "unit": "pixels",
        "faces": [
            {
                "photo": "사진.jpg",
                "points": [[10.5, 2.0], None],
                "visibility": ["occluded", "absent"],
                "names": ["A", "B"],
            }
        ],
        "notes": [],
    }
    said = CliRunner().invoke(cli, ["inspect", str(path)]).output
    assert "landmark A at 10.500, 2.000" in said


def test_inspect_names_what_is_wrong(tmp_path, capsys):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}')
    assert run(["inspect", str(path)]) == 1
    assert "a.json is JSON, but of no known label format" in capsys.readouterr().err
    assert run(["inspect", str(tmp_path / "gone")]) == 1
    assert "gone is not there" in capsys.readouterr().err


def test_formats_says_what_is_read_and_written():
    rows = json.loads(CliRunner().invoke(cli, ["formats", "--json"]).output)
    by_name = {row["name"]: row for row in rows}
    assert by_name["coco"]["writes"]
    assert by_name["coco"]["reads"]
    assert by_name["sleap"]["reads"]
    assert not by_name["sleap"]["writes"]
    assert "occluded" in by_name["cvat"]["carries"]
    listed = CliRunner().invoke(cli, ["formats"]).output
    assert all(name in listed for name in by_name)
