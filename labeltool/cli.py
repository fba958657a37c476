"""The command line: the main job without a window, and the start of the window."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import click

from labeltool.domain import (
    Cancelled,
    Counts,
    DamagedError,
    RoundStatus,
    UserError,
    Verdict,
    WriteResult,
    counted,
    folder_name,
    with_path,
)
from pipnet.text import one_line

if TYPE_CHECKING:
    from tqdm import tqdm

    from labeltool.rounds.controller import Rounds
    from labeltool.rounds.run_folder import Event
    from labeltool.store import Store

# Heavy modules are imported by the commands that need them: the window must be there in a second.

Folder = click.Path(path_type=Path)


class _Commands(click.Group):
    """`labeltool PATH` opens a project: whatever is no command is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first == "--" or (first not in self.commands and not first.startswith("-")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="labeltool")
def cli() -> None:
    """Review facial landmarks, correct them, and train the next round.

    `labeltool` opens the window, `labeltool PROJECT` opens a project in it.
    """


def run(arguments: list[str]) -> int:
    """Run a command; returns the exit code: 1 for what the user can mend, 2 for wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a file name in any script can be printed
    try:
        result = cli.main(arguments, prog_name="labeltool", standalone_mode=False)
    except UserError as error:
        click.echo(f"Error: {error}", err=True)
        return 1
    except OSError as error:
        if error.filename is None or error.strerror is None:
            raise
        _say(f"Error: {error.filename}: {error.strerror}.", err=True)
        return 1
    except click.exceptions.Abort:
        click.echo("Cancelled.", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except Cancelled:
        click.echo("Cancelled; what was done is kept.", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _say(text: str, err: bool = False) -> None:
    """Print one line, whatever the names in it are."""
    click.echo(one_line(text), err=err)


@contextmanager
def _project(folder: Path) -> Iterator[Store]:
    from labeltool.store import open_project  # noqa: PLC0415

    store = open_project(folder)
    try:
        if not store.read_only and store.backup_is_due():
            _back_up(store)
        yield store
    finally:
        store.close()


def _back_up(store: Store) -> None:
    """Once a day; what cannot be backed up can be worked on all the same, unless it is damaged."""
    try:
        store.back_up("day")
    except DamagedError:
        raise
    except UserError as error:
        _say(f"Warning: {error}", err=True)


def _bar(what: str, total: int = 0) -> tqdm[Any]:
    from tqdm import tqdm  # noqa: PLC0415

    bar: tqdm[Any] = tqdm(desc=what, total=total or None, file=sys.stderr, dynamic_ncols=True)
    return bar


def _advance(bar: tqdm[Any]) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return progress


# The window


@cli.command("open")
@click.argument("project", required=False, type=Folder)
def open_window(project: Path | None) -> int:
    """Open the window, with a project or the welcome page."""
    from labeltool.doctor import display_problem  # noqa: PLC0415

    problem = display_problem()
    if problem is not None:
        click.echo(problem, err=True)
        return 2
    from labeltool.app import main  # noqa: PLC0415

    return main(project)


@cli.command()
@click.argument("project", type=Folder)
def sample(project: Path) -> int:
    """Make a project of the pictures that ship with the program, and open it in the window.

    Made before, the same project is opened again.
    """
    from labeltool.doctor import display_problem  # noqa: PLC0415
    from labeltool.project.sample import make_sample  # noqa: PLC0415

    photos = make_sample(project)
    problem = display_problem()
    if problem is not None:
        click.echo(problem, err=True)
        command = shlex.join(["labeltool", "import", str(project), str(photos)])
        _say(f"Without a window: {command}", err=True)
        return 2
    from labeltool.app import main  # noqa: PLC0415

    return main(project, sample=True)


@cli.command()
@click.argument("project", required=False, type=Folder)
def doctor(project: Path | None) -> int:
    """List what is present or missing on this machine, and what to do."""
    from labeltool.doctor import checks, format_report  # noqa: PLC0415

    found = checks(project)
    click.echo(format_report(found))
    return 0 if all(check.ok is not False for check in found) else 1


# The main job


@cli.command()
@click.argument("project", type=Folder)
@click.option(
    "--scheme", default="300w", show_default=True, help="Name, number of points, or TOML."
)
def new(project: Path, scheme: str) -> None:
    """Make a project."""
    from labeltool.store import create_project  # noqa: PLC0415
    from pipnet.data.scheme import SchemeError, load_scheme  # noqa: PLC0415

    try:
        kind = load_scheme(scheme)
    except SchemeError as error:
        raise UserError(f"{error}.") from error
    create_project(project, kind).close()
    _say(f"Made {project} with the scheme {kind.name} ({counted(kind.count, 'landmark')}).")


@cli.command("import")
@click.argument("project", type=Folder)
@click.argument("paths", nargs=-1, required=True, type=Folder)
@click.option(
    "--as", "kind", type=click.Choice(["photos", "labels", "proposals"]), default="photos",
    show_default=True,
)  # fmt: skip
@click.option("--turn", is_flag=True, help="Labels made before the photos' EXIF turn: turn them.")
@click.option("--scale", is_flag=True, help="Labels made on copies of another size: scale them.")
def import_paths(
    project: Path, paths: tuple[Path, ...], kind: str, turn: bool, scale: bool
) -> None:
    """Add photos and find their faces, or take labels from COCO files and .pts folders."""
    from labeltool.exchange import detection_pool, photo_import  # noqa: PLC0415

    if kind == "photos" and (turn or scale):
        raise click.UsageError("--turn and --scale are for --as labels and --as proposals")
    with _project(project) as store:
        if kind != "photos":
            _import_labels(store, paths, kind, turn=turn, scale=scale)
            return
        added = photo_import.add_photos(store, paths)
        looked_at = {photo for photo, _file in store.photos.unsearched()}
        with _bar("Finding faces") as bar:
            detection_pool.search(store, _advance(bar), lambda changes: None)
        counts = store.queue.counts()
        click.echo(
            f"{counted(added.new, 'new photo')}, {added.known} known; the project has "
            f"{counted(counts.photos, 'photo')} and {counted(counts.faces, 'face')}."
        )
        for photo in added.unsupported:
            _say(f"  not supported: {photo}", err=True)
        problems = store.photos.problems()
        for photo_id, file, reason in problems:
            if photo_id in looked_at:
                _say(f"  not usable: {with_path(reason, file)}", err=True)
        older = sum(photo_id not in looked_at for photo_id, *_ in problems)
        if older:
            count = counted(older, "photo was", "photos were")
            click.echo(
                f"  {count} not usable before; import them again to try them again", err=True
            )
        if not added.new + added.known:
            raise UserError("No photo was imported.", "The lines above say why.")


def _import_labels(
    store: Store, paths: tuple[Path, ...], kind: str, *, turn: bool, scale: bool
) -> None:
    from labeltool.exchange import detection_pool, label_import  # noqa: PLC0415
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415

    empty: list[str] = []
    for path in paths:
        summary = label_import.import_labels(
            store, path, default_reviewer(), proposals=kind == "proposals", turn=turn, scale=scale
        )
        _say(
            f"{path.name}: imported {counted(summary.imported, kind.removesuffix('s'))} "
            f"({counted(summary.new_faces, 'new face')}), "
            f"skipped {summary.already_decided} because a person had decided on the face."
        )
        for problem in summary.problems:
            _say(f"  not used: {problem}", err=True)
        if not summary.imported and not summary.already_decided:
            empty.append(path.name)
        if summary.has_unsearched_photos:
            with _bar("Finding faces") as bar:
                detection_pool.search(store, _advance(bar), lambda changes: None)
    if empty:
        raise UserError(
            f"There was nothing to use in {', '.join(empty)}.", "See what was not used, and why."
        )


@cli.command()
@click.argument("project", type=Folder)
@click.argument("folder", type=Folder)
@click.option(
    "--from", "old",
    help="Which photo folder moved, if several are not there: its path as the project knows it, or "
    "its name if no other has it.",
)  # fmt: skip
def relocate(project: Path, folder: Path, old: str | None) -> None:
    """Say where a photo folder of the project lies now."""
    with _project(project) as store:
        roots = store.photos.roots()
        found = _missing(roots) or list(roots) if old is None else _named(roots, old)
        if len(found) != 1:
            known = "".join(
                f"\n  {one_line(root)}{' (not there)' * (root_id in _missing(roots))}"
                for root_id, root in roots.items()
            )
            raise UserError("Which photo folder moved? Name one with --from:" + known)
        click.echo(store.photos.move_root(found[0], folder.absolute()).message)


def _missing(roots: dict[int, Path]) -> list[int]:
    return [root_id for root_id, root in roots.items() if not os.path.isdir(root)]


def _named(roots: dict[int, Path], name: str) -> list[int]:
    """The photo folders of this path, which Windows may have written, or else of this name."""
    ways: tuple[Callable[[Path], bool], ...] = (
        lambda root: root in (Path(name), Path(name).absolute()),
        lambda root: not root.is_absolute() and PureWindowsPath(root) == PureWindowsPath(name),
        lambda root: folder_name(root) == name,
    )
    for way in ways:
        if found := [root_id for root_id, root in roots.items() if way(root)]:
            return found
    return []


@cli.command()
@click.argument("project", type=Folder)
def predict(project: Path) -> None:
    """Propose landmarks for every face without a proposal."""
    with _project(project) as store:
        rounds = _rounds(store)
        if not rounds.follower.attach() and store.queue.counts().faces == 0:
            raise UserError("The project has no faces yet.", "Import photos first.")
        if rounds.follower.is_worker_alive:
            raise UserError("A round is running in this project already.", "Wait for it to end.")
        if not rounds.launcher.can_predict():
            click.echo(rounds.launcher.propose_mean_face().message)
            return
        rounds.launcher.start_predict()
        message = _follow(rounds).message
        if message:
            click.echo(message)
        proposed = store.queue.counts().proposed
        click.echo(f"{counted(proposed, 'face has', 'faces have')} a proposal to review.")


@cli.command()
@click.argument("project", type=Folder)
@click.option("--epochs", type=click.IntRange(1), help="Instead of what fits ten minutes on a CPU.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
def train(project: Path, epochs: int | None, device: str) -> None:
    """Train a round on the manual labels and the pseudo-labels, then predict every face again."""
    with _project(project) as store:
        rounds = _rounds(store)
        plan = rounds.launcher.plan(epochs=epochs, device=device)
        click.echo(plan.describe(), err=True)
        rounds.launcher.start_training(plan, device)
        click.echo(_follow(rounds).message or "")


def _rounds(store: Store) -> Rounds:
    """The project's rounds, after what a command or window that is gone left to take in."""
    from labeltool.rounds.controller import Rounds  # noqa: PLC0415

    rounds = Rounds(store)
    if rounds.follower.attach() and not rounds.follower.is_worker_alive:
        click.echo("Taking in a round that ended meanwhile.", err=True)
        try:
            _follow(rounds)
        except UserError as error:
            _say(f"It failed: {error.what}", err=True)
        except Cancelled:
            click.echo("It was cancelled.", err=True)
    return rounds


MOST_NAMED = 20
"""Photos that a round could not use and that are listed."""


def _follow(rounds: Rounds) -> WriteResult:
    """Show a round's progress, take it in, and list the photos that it could not use."""
    try:
        return _wait_for(rounds)
    finally:
        reasons = rounds.ingest.skipped.reasons()
        for reason in reasons[:MOST_NAMED]:
            click.echo(f"  not used: {reason}", err=True)
        if len(reasons) > MOST_NAMED:
            more = counted(len(reasons) - MOST_NAMED, "more photo", "more photos")
            click.echo(f"  not used: {more}; 'labeltool check' lists all of them", err=True)


def _wait_for(rounds: Rounds) -> WriteResult:
    with _bar("Starting") as bar:

        def on_event(event: Event) -> None:
            if event.kind == "progress":
                words = {"train": "Training", "predict": "Predicting"}
                if bar.desc != words.get(event.stage, event.stage) + ": ":
                    bar.reset()
                bar.set_description(words.get(event.stage, event.stage))
                _advance(bar)(event.done, event.total)
                if event.losses:
                    bar.set_postfix(loss=f"{event.losses['total']:.3f}")

        return rounds.wait(on_event)


@cli.command()
@click.argument("project", type=Folder)
@click.option("--min-score", required=True, type=click.FloatRange(0, 1))
@click.option("--dry-run", is_flag=True, help="Only print how many faces it would be.")
def accept(project: Path, min_score: float, dry_run: bool) -> None:
    """Accept every unreviewed face whose score is at least this."""
    _decide(project, Verdict.ACCEPTED, min_score, 1.0, dry_run)


@cli.command()
@click.argument("project", type=Folder)
@click.option("--max-score", required=True, type=click.FloatRange(0, 1))
@click.option("--dry-run", is_flag=True, help="Only print how many faces it would be.")
def reject(project: Path, max_score: float, dry_run: bool) -> None:
    """Reject every unreviewed face whose score is at most this."""
    _decide(project, Verdict.REJECTED, 0.0, max_score, dry_run)


def _decide(project: Path, verdict: Verdict, low: float, high: float, dry_run: bool) -> None:
    from labeltool.review.desk import Desk, default_reviewer  # noqa: PLC0415

    with _project(project) as store:
        found = Desk(store).batches.threshold(low, high)
        if found is None:
            raise UserError("No unreviewed face has a proposal.", "Predict first.")
        name, threshold = found
        if dry_run:
            count = store.decisions.count_where(threshold)
        else:
            count, _ = store.decisions.decide_where(default_reviewer(), verdict, threshold)
        click.echo(count)
        if not count and not dry_run:
            raise UserError(
                f"No unreviewed face has such a score by '{name}'.", "Choose another threshold."
            )
        others = sum(row[2] for row in store.decisions.models_waiting()[1:])
        word = "would be" if dry_run else "was" if count == 1 else "were"
        click.echo(
            f"{counted(count, 'face')} {word} {verdict} by the scores of '{name}'.", err=True
        )
        if others:
            rest = counted(
                others,
                "unreviewed face of other models was",
                "unreviewed faces of other models were",
            )
            click.echo(f"{rest} not changed.", err=True)


class _LabelFormatName(click.ParamType[str]):
    """A name in the table of label formats, which is imported only when it is needed."""

    name = "format"

    @staticmethod
    def _choice() -> click.Choice[str]:
        from labeltool.exchange.formats.table import FORMATS  # noqa: PLC0415

        return click.Choice([known.name for known in FORMATS])

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._choice().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice().get_metavar(param, ctx)


@cli.command("export")
@click.argument("project", type=Folder)
@click.argument("out", type=Folder)
@click.option("--format", "form", type=_LabelFormatName(), required=True)
@click.option("--force", is_flag=True, help="Replace files that are there, also of another kind.")
def export_command(project: Path, out: Path, form: str, force: bool) -> None:
    """Write the accepted and corrected faces to the file OUT, or to a folder for pts."""
    from labeltool.exchange.label_export import export_labels  # noqa: PLC0415

    with _project(project) as store:
        written = export_labels(store, out, form, force=force)
    faces, photos = counted(written.faces, "face"), counted(written.photos, "photo")
    _say(f"Wrote {faces} of {photos} to {out}.")
    for problem in written.problems:
        _say(f"  {problem}", err=True)


@cli.command()
@click.argument("project", type=Folder)
@click.option("--json", "as_json", is_flag=True, help="One JSON object of numbers.")
def status(project: Path, as_json: bool) -> None:
    """How far the review is."""
    from labeltool.store import SCHEMA  # noqa: PLC0415

    with _project(project) as store:
        counts = store.queue.counts()
        if as_json:
            names = (
                "photos", "faces", "proposed", "accepted", "corrected", "rejected", "excluded",
                "rounds",
            )  # fmt: skip
            numbers = {name: asdict(counts)[name] for name in names}
            click.echo(json.dumps(numbers | {"schema": SCHEMA}))
            return
        _print_status(counts)
        for row in store.rounds.all():
            if row.status is not RoundStatus.READY:
                reason = str(row.error or "").splitlines()[:1]
                click.echo(f"{row.kind} {row.number or ''} {row.status} {' '.join(reason)}")


def _print_status(counts: Counts) -> None:
    for name, value in asdict(counts).items():
        click.echo(f"{name:12}{value:>8}")


@cli.command()
@click.argument("project", type=Folder)
@click.option(
    "--repair",
    is_flag=True,
    help="Mend the current state and indexes from the log, "
    "and take photos that were edited as they are now.",
)
@click.option(
    "--deep", is_flag=True, help="Compare the content of every photo, not only its size and time."
)
def check(project: Path, repair: bool, deep: bool) -> None:
    """Check the database, its log, the photos and the rounds' files."""
    from labeltool.project.integrity import check as run_check  # noqa: PLC0415
    from labeltool.project.integrity import check_photos  # noqa: PLC0415

    with _project(project) as store:
        said = run_check(store, repair)
        with _bar("Looking at photos") as bar:
            photos = check_photos(store, deep=deep, repair=repair, progress=_advance(bar))
    said += photos.wrong
    for line in photos.whole:
        click.echo(line)
    if photos.unhashed:
        count = counted(photos.unhashed, "photo has", "photos have")
        click.echo(f"{count} no content hash to compare: only the size was looked at.", err=True)
    for line in said or ["Everything is in order."]:
        _say(line)
    if not all(repair and "mended" in line for line in said):
        raise UserError(
            f"{counted(len(said), 'problem was', 'problems were')} found.", "See the lines above."
        )


@cli.command()
@click.argument("project", type=Folder)
@click.option(
    "--from", "source", help="A backup's name or path, or 'newest'; without it they are listed."
)
def restore(project: Path, source: str | None) -> None:
    """List the backups of a project, or put one in its place; the file before is kept."""
    from labeltool.store import BACKUP_FOLDER, newest_intact_backup  # noqa: PLC0415
    from labeltool.store import restore as put_back  # noqa: PLC0415

    if source is None:
        _print_backups(project)
        return
    if source == "newest":
        newest = newest_intact_backup(project)
        if newest is None:
            raise UserError(
                "{project} has no backup that can be read.",
                "Name a copy of your own.",
                project=project,
            )
        file = newest.file
    else:
        file = Path(source)
        if not os.path.isfile(file):
            file = project / BACKUP_FOLDER / source
    kept = put_back(project, file)
    _say(f"Restored {project} from {file.name}.")
    if kept is not None:
        _say(f"What was there before is kept as {kept.name}.")


def _print_backups(project: Path) -> None:
    from labeltool.store import backups, read_contents  # noqa: PLC0415

    rows = backups(project)
    if not rows:
        raise UserError(
            "{project} has no backups.", "They are made by working on a project.", project=project
        )
    for row in rows:
        try:
            held = read_contents(row.file)
            faces, operations = counted(held.faces, "face"), counted(held.operations, "operation")
            what = f"{faces:>14} {operations:>20}"
        except UserError:
            what = "damaged"
        moment = row.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{row.file.name}  {moment}  {row.reason:8}{row.size / 2**20:>8.1f} MB  {what}")
    _say(f"'labeltool restore {project} --from NAME' puts one in place.", err=True)


@cli.command(hidden=True)
@click.argument("folder", required=False, type=Folder)
@click.option("--detect", is_flag=True)
def worker(folder: Path | None, detect: bool) -> int:
    """Run a round folder, or the face search; started by the program itself."""
    if detect:
        from labeltool.workers.detection_worker import serve  # noqa: PLC0415

        return serve()
    if folder is None or not (folder / "spec.json").is_file():
        raise click.UsageError("Give a run folder (it holds a spec.json).")
    from labeltool.rounds.run_folder import RunFolder  # noqa: PLC0415

    run_folder = RunFolder(folder)
    # the lock is taken before torch, which takes seconds to import
    with run_folder.hold_lock():
        from labeltool.workers.round_worker import work  # noqa: PLC0415

        return work(run_folder)
