"""The commands `labeltool round` that name, note, export and delete a round."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import Folder, opened_project, print_line, print_text
from labeltool.domain import RoundStatus

Number = click.IntRange(1)


@click.command()
@click.argument("project", type=Folder)
@click.argument("number", type=Number)
@click.argument("name")
def rename(project: Path, number: int, name: str) -> None:
    """Give a round a name; an empty one removes it."""
    from labeltool.rounds.upkeep import round_files  # noqa: PLC0415

    with opened_project(project) as store:
        round_files.rename(store, round_files.find_round(store, number), name)
        row = round_files.find_round(store, number)
    print_line(f"Round {number} is called '{row.name}'." if row.name else "Removed the name.")


@click.command()
@click.argument("project", type=Folder)
@click.argument("number", type=Number)
@click.argument("text")
def note(project: Path, number: int, text: str) -> None:
    """Write a note beside a round; an empty one removes it."""
    from labeltool.rounds.upkeep import round_files  # noqa: PLC0415

    with opened_project(project) as store:
        round_files.note(store, round_files.find_round(store, number), text)
    print_line("Noted." if text.strip() else "Removed the note.")


@click.command("export")
@click.argument("project", type=Folder)
@click.argument("number", type=Number)
@click.argument("out", type=Folder)
@click.option("--force", is_flag=True, help="Replace a file of another kind.")
def export_network(project: Path, number: int, out: Path, force: bool) -> None:
    """Copy the network of a round to OUT: a model file (.safetensors), or .onnx."""
    from labeltool.rounds.upkeep import round_files  # noqa: PLC0415

    with opened_project(project) as store:
        print_text(round_files.export(round_files.find_round(store, number), out, force=force))


@click.command()
@click.argument("project", type=Folder)
@click.argument("number", type=Number)
@click.option("--yes", is_flag=True, help="Without asking.")
def delete(project: Path, number: int, yes: bool) -> None:
    """Delete the network and the proposals of a round from the disk; its figures stay."""
    from labeltool.rounds.upkeep import round_files  # noqa: PLC0415

    with opened_project(project) as store:
        row = round_files.find_round(store, number)
        size = round_files.deletable_bytes(row) / 2**20
        question = f"Delete the files of round {number} ({size:,.1f} MB)? It cannot be undone."
        if row.status is RoundStatus.PACKED:
            question = f"Stop waiting for the results of round {number}?"
        if not yes:
            click.confirm(question, abort=True)
        print_text(round_files.delete(store, row).message)
