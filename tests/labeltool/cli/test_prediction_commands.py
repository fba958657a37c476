"""`labeltool predictions`."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from PIL import Image

from labeltool.cli import cli, run
from labeltool.cli.prediction_commands import predictions
from labeltool.exchange.predictions.prediction_export import FORMS
from labeltool.store import Store
from tests.projects import write_photos


def test_the_command_offers_every_form():
    offered = next(option for option in predictions.params if option.name == "form")
    assert list(offered.type.choices) == list(FORMS)


def test_a_table_and_pictures(project: Callable[..., Store], tmp_path: Path):
    folder = project(3).folder
    out = tmp_path / "table.csv"
    said = CliRunner().invoke(cli, ["predictions", str(folder), str(out), "--format", "csv"])
    assert f"Wrote the predictions of 3 faces of 3 photos to {out}." in said.output
    assert len(out.read_text().splitlines()) == 4
    write_photos(tmp_path / "photos", 2)
    Image.new("RGB", (100, 100)).save(tmp_path / "photos" / "00002.jpg")
    out = tmp_path / "drawn"
    options = ["--format", "overlays", "--size", "50", "--verdict", "unreviewed"]
    said = CliRunner().invoke(cli, ["predictions", str(folder), str(out), *options])
    assert "Wrote the predictions of 1 face of 1 photo" in said.output
    assert "photos/00000.jpg is not an image that can be read" in said.output
    with Image.open(out / "photos" / "00002.jpg.png") as drawn:
        assert drawn.size == (50, 50)


def test_a_size_is_refused_for_tables(project: Callable[..., Store], tmp_path: Path, capsys):
    folder = project(1).folder
    given = ["predictions", str(folder), str(tmp_path / "out"), "--format", "csv", "--size", "50"]
    assert run(given) == 1
    assert "--size belongs to --format overlays or crops" in capsys.readouterr().err
