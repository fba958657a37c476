"""Faces to judge outside of the window, and what was said of them: a JSON file.

    {"format": "labeltool draw", "acceptance": "...", "statement": "...",
     "faces": [{"token": "...", "photo": "...", "box": [x, y, w, h], "points": [[x, y], ...],
                "right": null}, ...]}

Whoever judges the faces sets each `right` to true or false, and may give a wrong one `corrected`
landmarks, as many as `points`. Everything else stays as it is. Coordinates are pixels of the
upright photo, null where a landmark is absent.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from labeltool.documents.files import read_object, write_text
from labeltool.domain import N_, Points, UserError
from labeltool.store import Store
from labeltool.trust.acceptance import Acceptance
from pipnet.output import FileKind

FORMAT = "labeltool draw"


def _is_draw(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(200).startswith(f'{{\n "format": "{FORMAT}"')


DRAW = FileKind("a draw of faces to judge", _is_draw)


def write_draw(session: Acceptance, store: Store, out: Path, most: int) -> int:
    """Write the faces to judge next to a file; returns how many.

    Raises:
        UserError: there is nothing to judge, or the file is something else or cannot be written.
    """
    shown = session.draw(most)
    if not shown:
        raise UserError(
            N_("There is no face to judge: {sentence}"),
            N_("Start a new one."),
            sentence=session.state().sentence,
        )
    listed = []
    for each in shown:
        face = store.faces.get(each.face_id)
        if face is None:
            continue
        listed.append(
            {
                "token": each.token, "photo": face.name, "box": list(face.box),
                "points": [
                    None if np.isnan(row).any() else [float(row[0]), float(row[1])]
                    for row in each.points
                ],
                "right": None,
            }
        )  # fmt: skip
    values = {
        "format": FORMAT, "acceptance": session.uuid,
        "statement": str(session.guarantee(session.size)), "faces": listed,
    }  # fmt: skip
    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(out, DRAW, text)
    return len(listed)


def read_judgements(store: Store, file: Path) -> Acceptance:
    """Take what was said in a file into its session, all of it or nothing.

    Raises:
        UserError: the file does not fit the project, or faces were not judged.
    """
    values = _read(file)
    found = store.trust.acceptances.id_of(str(values["acceptance"]))
    if found is None:
        raise UserError(
            N_("{path} was drawn from another project."), N_("Draw faces of this one."), path=file
        )
    session = Acceptance.resume(store, found)
    known = {each.token: each for each in session.judgements}
    said = dict[str, tuple[bool, Points | None]]()
    for row in values["faces"]:
        shown = known.get(str(row.get("token"))) if isinstance(row, dict) else None
        if shown is None or shown.token in said:
            raise UserError(
                N_("{path} holds a face that was not drawn, or one twice."),
                N_("Draw again, and change nothing but what was judged."),
                path=file,
            )
        right = row.get("right")
        if not isinstance(right, bool):
            continue
        if shown.answer not in (None, right):
            raise UserError(
                N_("{path} says something else of a face than an earlier file did."),
                N_("A judgement cannot be changed: start a new one."),
                path=file,
            )
        if shown.answer is None:
            said[shown.token] = right, _corrected(row.get("corrected"), store.scheme.count, file)
    left = sum(each.answer is None and each.token not in said for each in session.judgements)
    if left:
        raise UserError(
            N_("{count:,} of the drawn faces are not judged in {path}."),
            N_("Set 'right' to true or false for each of them."),
            count=left,
            path=file,
        )
    with store.transaction():
        for token, (right, corrected) in said.items():
            session.judge(token, right, corrected)
    return session


def _read(file: Path) -> dict[str, Any]:
    values = read_object(file, FORMAT)
    if values is None or not isinstance(values.get("faces"), list) or "acceptance" not in values:
        raise UserError(
            N_("{path} is not a file of judged faces."),
            N_("Write one with 'labeltool accept PROJECT --draw FILE'."),
            path=file,
        )
    return values


def _corrected(points: object, count: int, file: Path) -> Points | None:
    """Corrected landmarks as (N, 2), NaN where absent."""
    if points is None:
        return None
    try:
        rows = [[np.nan, np.nan] if row is None else row for row in points]  # type: ignore[attr-defined]
        made = np.array(rows, np.float64)
    except (TypeError, ValueError):
        made = np.empty(0)
    if made.shape != (count, 2) or not np.isfinite(made).any():
        raise UserError(
            N_("{path} holds corrected landmarks that are not {count} points."),
            N_("Give each as [x, y], or as null where it is absent."),
            path=file,
            count=count,
        )
    return made
