"""What the message line says of photos and labels that came in or went out."""

from __future__ import annotations

from pathlib import Path

from labeltool.domain import N_, Counts
from labeltool.exchange.label_export import Exported
from labeltool.exchange.label_import import LabelImportSummary
from labeltool.exchange.photo_import import PhotoImportSummary, skipped_kinds
from labeltool.exchange.predictions.prediction_export import WrittenPredictions
from labeltool.gui.i18n.translate import faces_words, tr, translate
from labeltool.rounds.controller import Rounds
from pipnet.text import one_line


def photos(added: PhotoImportSummary, counts: Counts, broken: int) -> str:
    """How many photos came in, which did not, `broken` of them unreadable, and how many faces there
    are now."""
    total = faces_words(counts.faces)
    notes = [tr("%Ln new photo(s); {faces} in the project.", "", added.new, faces=total)]
    if added.skipped:
        skipped = tr("%Ln file(s) skipped:", "", added.skipped.total())
        notes.append(f"{skipped} {skipped_kinds(added.skipped)}.")
    unlisted = [path.name for path in added.unsupported if path.is_dir()]
    if unlisted:
        folders = tr("%Ln folder(s) could not be listed:", "", len(unlisted))
        notes.append(f"{folders} {', '.join(map(one_line, unlisted[:3]))}.")
    if added.problems:
        notes.append(f"{translate(added.problems[0])}.")
    if broken:
        told = tr(
            "%Ln photo(s) could not be read: see Photo problems… in the Project menu.", "", broken
        )
        notes.append(told)
    return " ".join(notes)


def labels(summary: LabelImportSummary, source: Path, *, proposals: bool) -> str:
    """How many labels or proposals were imported from a file, and why others were not."""
    what = N_("{count:,} labels from {file}")
    if proposals:
        what = N_("{count:,} proposals from {file}")
    note = tr(what, count=summary.imported, file=source.name)
    if summary.new_faces:
        note += tr(", {count:,} of them new faces", count=summary.new_faces)
    if summary.already_decided:
        note += tr("; {count:,} faces keep what a person decided", count=summary.already_decided)
    if summary.problems:
        note += tr(
            "; {count:,} rows were not used ({reason})",
            count=len(summary.problems), reason=translate(summary.problems[0]).removesuffix("."),
        )  # fmt: skip
    return note + "."


def exported(written: Exported, out: Path) -> str:
    """How many labels went where, and why some did not."""
    note = tr(
        "Wrote {faces} of {photos:,} photos to {path}.",
        faces=faces_words(written.faces), photos=written.photos, path=out,
    )  # fmt: skip
    if written.problems:
        left_out = tr("{count:,} were left out:", count=len(written.problems))
        note += f" {left_out} {translate(written.problems[0])}"
    return note


def predictions_exported(written: WrittenPredictions, out: Path) -> str:
    """How many predictions went where, and what could not be written."""
    note = tr(
        "Wrote the predictions of {faces} of {photos:,} photos to {path}.",
        faces=faces_words(written.faces), photos=written.photos, path=out,
    )  # fmt: skip
    if written.problems:
        problems = tr("{count:,} problems:", count=len(written.problems))
        note += f" {problems} {translate(written.problems[0])}."
    return note


def log_end(rounds: Rounds) -> str:
    """Where the log of a round is and how it ends, for a failure that its reason does not explain;
    nothing without a log."""
    tail = rounds.follower.log_tail()
    return tail and tr("{file} ends with:", file=rounds.follower.log_file()) + f"\n{tail}"
