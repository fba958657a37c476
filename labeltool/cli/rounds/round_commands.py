"""Commands that predict and train, and the worker that they start."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeltool.cli.common import (
    Folder,
    opened_project,
    print_line,
    print_text,
    progress_bar,
    report_to,
)
from labeltool.domain import Cancelled, RoundStatus, UserError, WriteResult, counted
from labeltool.domain.round_options import BACKBONES, DEVICES, STARTS, RoundOptions

if TYPE_CHECKING:
    from tqdm import tqdm

    from labeltool.rounds.controller import Rounds
    from labeltool.rounds.run_folder import Event
    from labeltool.store import Store

MAX_LISTED_PHOTOS = 20
"""How many photos that a round could not use are listed."""


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--detector",
    "name",
    help="An installed plug-in or an ONNX file, for all faces that are not decided.",
)
def predict(project: Path, name: str | None) -> None:
    """Propose landmarks for every face without a proposal."""
    from labeltool.rounds.proposals.other_detectors import find_detector  # noqa: PLC0415

    detector = None if name is None else find_detector(name)
    with opened_project(project) as store:
        rounds = resumed_rounds(store)
        if not rounds.follower.attach() and store.queue.counts().faces == 0:
            raise UserError("The project has no faces yet.", "Import photos first.")
        if rounds.follower.is_worker_alive:
            raise UserError("A round is running in this project already.", "Wait for it to end.")
        if detector is None and not rounds.launcher.can_predict():
            print_line(rounds.launcher.propose_mean_face().message)
            return
        rounds.launcher.start_predict(detector=detector)
        message = follow(rounds).message
        if message:
            print_line(message)
        proposed = store.queue.counts().proposed
        print_line(f"{counted(proposed, 'face has', 'faces have')} a proposal to review.")


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options of a training, which it gets as `options`."""

    @click.option(
        "--start", type=click.Choice(STARTS), default="current", show_default=True,
        help="The network in use, the starter, or a new one with a backbone from ImageNet.",
    )  # fmt: skip
    @click.option("--backbone", type=click.Choice(BACKBONES), help="Of a network from ImageNet.")
    @click.option(
        "--epochs", type=click.IntRange(1), help="Instead of what fits ten minutes on a CPU."
    )
    @click.option("--until-converged", is_flag=True, help="Until it stops improving.")
    @click.option("--no-pseudo", is_flag=True, help="Use no pseudo-labels.")
    @click.option("--full", is_flag=True, help="All tasks of the curriculum in a row.")
    @click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
    @wraps(command)
    def with_options(
        *,
        start: str,
        backbone: str | None,
        epochs: int | None,
        until_converged: bool,
        no_pseudo: bool,
        full: bool,
        device: str,
        **others: Any,
    ) -> Any:
        options = RoundOptions(
            start, backbone, epochs, until_converged, pseudo=not no_pseudo, full=full, device=device
        )
        return command(options=options, **others)

    return with_options


@click.command()
@click.argument("project", type=Folder)
@training_options
def train(project: Path, options: RoundOptions) -> None:
    """Train a round on the manual labels and the pseudo-labels, then predict every face again."""
    with opened_project(project) as store:
        rounds = resumed_rounds(store)
        plan = rounds.launcher.plan(options)
        print_text(plan.describe(), err=True)
        if rounds.follower.is_running or rounds.queued.all():
            _queue(rounds, store, options)
        else:
            rounds.launcher.start_training(plan)
        print_line(follow(rounds).message or "")
        if not store.audit.get().measuring:
            print_line("'labeltool audit' draws faces to measure by.", err=True)


def _queue(rounds: Rounds, store: Store, options: RoundOptions) -> None:
    """Let a round wait for those before it, and start each in its turn, until this one runs.

    Ctrl-C cancels the round that waits, and no other.
    """
    round_id = rounds.queued.add(options)
    print_line("Another round comes first; this one starts when that has ended.", err=True)
    try:
        while any(row.id == round_id for row in rounds.queued.all()):
            _pass_one(rounds)
    except KeyboardInterrupt:
        rounds.queued.remove(round_id)
        raise Cancelled from None
    row = next(row for row in store.rounds.all() if row.id == round_id)
    if row.status is RoundStatus.FAILED:
        raise UserError(str(row.error))
    if row.status is RoundStatus.CANCELLED:
        raise Cancelled
    rounds.follower.attach()


def _pass_one(rounds: Rounds) -> None:
    """Follow the running round to its end, or start the next one."""
    try:
        if rounds.follower.attach():
            rounds.wait(lambda event: None, is_ours=False)
        else:
            rounds.queued.start_next()
    except UserError as error:
        print_line(f"A round failed: {error.what}", err=True)
    except Cancelled:
        print_line("A round was cancelled.", err=True)


def resumed_rounds(store: Store) -> Rounds:
    """The project's rounds, once the results of a round that ended unattended are added."""
    from labeltool.rounds.controller import Rounds  # noqa: PLC0415

    rounds = Rounds(store)
    if rounds.follower.attach() and not rounds.follower.is_worker_alive:
        print_line("Taking in a round that ended meanwhile.", err=True)
        try:
            follow(rounds)
        except UserError as error:
            print_line(f"It failed: {error.what}", err=True)
        except Cancelled:
            print_line("It was cancelled.", err=True)
    return rounds


def follow(rounds: Rounds) -> WriteResult:
    """Show a round's progress, take it in, and list the photos that it could not use."""
    try:
        return _wait_for(rounds)
    finally:
        reasons = rounds.ingest.skipped.reasons()
        for reason in reasons[:MAX_LISTED_PHOTOS]:
            print_line(f"  not used: {reason}", err=True)
        if len(reasons) > MAX_LISTED_PHOTOS:
            more = counted(len(reasons) - MAX_LISTED_PHOTOS, "more photo", "more photos")
            print_line(f"  not used: {more}; 'labeltool check' lists all of them", err=True)


def _wait_for(rounds: Rounds) -> WriteResult:
    with progress_bar("Starting") as bar:
        return rounds.wait(events_to(bar))


def events_to(bar: tqdm[Any]) -> Callable[[Event], None]:
    """A callback that shows the events of a round on a progress bar."""

    def on_event(event: Event) -> None:
        if event.kind == "progress":
            words = {
                "train": "Training", "predict": "Predicting",
                "prepare": "Predicting pseudo-labels",
            }  # fmt: skip
            if bar.desc != words.get(event.stage, event.stage) + ": ":
                bar.reset()
            bar.set_description(words.get(event.stage, event.stage))
            report_to(bar)(event.done, event.total)
            if event.losses:
                bar.set_postfix(loss=f"{event.losses['total']:.3f}")
        elif event.kind in ("notice", "waiting"):
            bar.write(str(event.reason), file=sys.stderr)

    return on_event


@click.command(hidden=True)
@click.argument("folder", required=False, type=Folder)
@click.option("--detect", is_flag=True)
@click.option("--probe", nargs=2, metavar="DEVICE BACKBONE")
def worker(folder: Path | None, detect: bool, probe: tuple[str, str] | None) -> int:
    """Run a round folder, the face search, or a few timed steps; started by the program itself."""
    if probe is not None:
        from labeltool.workers.device.process_settings import (  # noqa: PLC0415
            configure_worker_process,
        )
        from labeltool.workers.timed_steps import measure  # noqa: PLC0415

        configure_worker_process()
        print_line(json.dumps(measure(*probe)))
        return 0
    if detect:
        from labeltool.workers.detection_worker import serve  # noqa: PLC0415

        return serve()
    if folder is None or not (folder / "spec.json").is_file():
        raise click.UsageError("Give a run folder (it holds a spec.json).")
    from labeltool.rounds.run_folder import RunFolder  # noqa: PLC0415

    run_folder = RunFolder(folder)
    # the lock is taken before torch, which takes seconds to import
    with run_folder.hold_lock():
        from labeltool.workers.device.process_settings import (  # noqa: PLC0415
            configure_worker_process,
        )
        from labeltool.workers.round_worker import work  # noqa: PLC0415

        configure_worker_process()
        return work(run_folder)
