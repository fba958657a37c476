"""What the commands share: output, progress bars, and the project that they open."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeltool.domain import DamagedError, UserError
from pipnet.text import one_line

if TYPE_CHECKING:
    from tqdm import tqdm

    from labeltool.store import Store

# Commands import heavy modules inside their functions, so that the window opens within a second.

Folder = click.Path(path_type=Path)


def print_line(text: object, *, err: bool = False) -> None:
    """Print one line: line breaks and control characters, as in file names, are escaped."""
    click.echo(one_line(text), err=err)


def print_text(text: object, *, err: bool = False) -> None:
    """Print a text of several lines."""
    for line in str(text).split("\n"):
        print_line(line, err=err)


def progress_bar(title: str) -> tqdm[Any]:
    """A progress bar on the error stream."""
    from tqdm import tqdm  # noqa: PLC0415

    bar: tqdm[Any] = tqdm(desc=title, file=sys.stderr, dynamic_ncols=True)
    return bar


def report_to(bar: tqdm[Any]) -> Callable[[int, int], None]:
    """A progress callback (done, total) that moves the bar."""

    def progress(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return progress


@contextmanager
def opened_project(folder: Path) -> Iterator[Store]:
    """Open a project, and make its daily backup if that is due.

    Raises:
        UserError: the project cannot be opened.
    """
    from labeltool.project.forgetting import open_project  # noqa: PLC0415

    store = open_project(folder)
    try:
        if not store.read_only and store.backup_is_due():
            _back_up(store)
        yield store
    finally:
        store.close()


def _back_up(store: Store) -> None:
    """Make the daily backup. A failure is only a warning, unless the project is damaged."""
    try:
        store.back_up("day")
    except DamagedError:
        raise
    except UserError as error:
        print_text(f"Warning: {error}", err=True)
