"""The commands `labeltool round`."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import (
    Folder,
    opened_project,
    print_line,
    print_text,
    progress_bar,
    report_to,
)
from labeltool.cli.rounds.report_commands import report
from labeltool.cli.rounds.round_commands import events_to, follow, resumed_rounds, training_options
from labeltool.cli.rounds.round_upkeep_commands import delete, export_network, note, rename
from labeltool.domain.round_options import DEVICES, RoundOptions


@click.group("round")
def round_group() -> None:
    """Train a round on another machine; report on one, name, export or delete it."""


@round_group.command()
@click.argument("project", type=Folder)
@click.argument("file", type=Folder)
@training_options
def pack(project: Path, file: Path, options: RoundOptions) -> None:
    """Write a training round to FILE, with all that another machine needs to train it."""
    from labeltool.rounds.packs.packing import pack_round  # noqa: PLC0415

    with opened_project(project) as store:
        rounds = resumed_rounds(store)
        plan = rounds.launcher.plan(options)
        print_text(plan.describe(), err=True)
        with progress_bar("Packing") as bar:
            done = pack_round(store, rounds.launcher, plan, file, report_to(bar))
        print_line(done.message)


@round_group.command()
@click.argument("file", type=Folder)
@click.option("--device", type=click.Choice(DEVICES), help="Instead of the one chosen for it.")
@click.option("--out", type=Folder, help="The file for the results, instead of one beside FILE.")
def run(file: Path, device: str | None, out: Path | None) -> None:
    """Train the packed round FILE here. After an interruption, run the same again to go on."""
    from labeltool.rounds.packs.running import PackRun  # noqa: PLC0415

    with PackRun(file, out) as packed:
        with progress_bar("Unpacking") as bar:
            packed.unpack(device, report_to(bar))
        with progress_bar("Starting") as bar:
            packed.run(events_to(bar))
        print_line(
            f"The results are in {packed.out}. Bring them in with 'labeltool round bring-in'."
        )


@round_group.command("bring-in")
@click.argument("project", type=Folder)
@click.argument("file", type=Folder)
def bring_in_command(project: Path, file: Path) -> None:
    """Add the results FILE of a packed round to the project that packed it."""
    from labeltool.rounds.packs.bringing_in import bring_in  # noqa: PLC0415

    with opened_project(project) as store:
        rounds = resumed_rounds(store)
        with progress_bar("Checking") as bar:
            bring_in(store, rounds.launcher, file, report_to(bar))
        rounds.follower.attach()
        print_line(follow(rounds).message or "")


for _command in (report, rename, note, export_network, delete):
    round_group.add_command(_command)
