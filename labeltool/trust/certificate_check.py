"""Check a certificate: everything it says is computed again from what it lists."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from labeltool.documents.files import read_object
from labeltool.domain import N_, Message, UserError
from labeltool.store import Store
from labeltool.trust.acceptance_settings import PLANTED_EVERY, AcceptanceSettings
from labeltool.trust.certificate import FORMAT, VERSION, digest_of, digest_of_set
from labeltool.trust.set_results import Group, find_results, reviewer_bound

MAX_DIFFERENCE = 1e-6
"""Relative difference of two e-values that rounding explains."""


def read_certificate(file: Path) -> dict[str, Any]:
    """The values of a certificate's file.

    Raises:
        UserError: it cannot be read, or is no certificate that this version knows.
    """
    values = read_object(file, FORMAT)
    if values is None:
        raise UserError(
            N_("{path} is not a certificate."),
            N_("Choose a JSON file that 'labeltool certificate export' wrote."),
            path=file,
        )
    if values.get("version") != VERSION:
        raise UserError(
            N_("{path} was written by another version of this program."),
            N_("Update this program."),
            path=file,
        )
    return values


def check_statistics(values: dict[str, Any]) -> list[Message]:
    """What a certificate says that does not follow from what it lists; empty if all does.

    Needs no project: the draw is made again from the seed, and the test from the judgements.
    """
    try:
        return _check_statistics(values)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, UserError):
        return [Message(N_("The certificate is damaged: something is missing or of a wrong kind."))]


def _check_statistics(values: dict[str, Any]) -> list[Message]:
    wrong = []
    if digest_of(values) != values["digest"]:
        wrong.append(Message(N_("The digest does not fit: the file was changed.")))
    settings = AcceptanceSettings.from_dict(values["settings"])
    listed, judgements = values["groups"], values["judgements"]
    for each in listed:
        if digest_of_set(each["faces"]) != each["digest"] or len(each["faces"]) != each["held"]:
            wrong.append(Message(N_("The digest of the faces does not fit.")))
        if each["held"] and each["sizes"][-1:] != [each["held"]]:
            wrong.append(Message(N_("A set is certified that was never tested.")))
    every = [face for each in listed for face, *_contents in each["faces"]]
    if len(set(every)) != len(every):
        wrong.append(Message(N_("A face is listed twice.")))
    total = sum(each["held"] for each in listed)
    if values["statement"] != str(settings.sentence(total)):
        wrong.append(Message(N_("The statement is not what the settings say.")))
    real = [each for each in judgements if each["kind"] == "real"]
    said = {each["face"]: not each["right"] for each in real}
    if len(said) != len(real):
        wrong.append(Message(N_("A face was judged twice.")))
    clean = total - sum(said.get(face, False) for face in every)
    if not 0 < values["accepted"] <= clean:
        wrong.append(Message(N_("More faces were accepted than may be.")))
    groups = [
        Group(each["name"], [face for face, *_ in each["faces"]], each["sizes"], values["seed"])
        for each in listed
    ]
    lowest, found = _check_reviewer(values, settings)
    return wrong + found + _check_draw(groups, said) + _check_sets(
        values, settings, groups, said, lowest
    )  # fmt: skip


def _check_reviewer(
    values: dict[str, Any], settings: AcceptanceSettings
) -> tuple[float, list[Message]]:
    """The lowest share of shifts that the reviewer finds, and what is wrong with it."""
    shown = [each for each in values["judgements"] if each["kind"] == "planted"]
    found = [not each["right"] for each in sorted(shown, key=lambda each: each["number"])]
    lowest = 1.0
    if settings.measure_reviewer:
        lowest = reviewer_bound(found, (1 + settings.confidence) / 2)
    said, wrong = values["detection"], []
    if (said["planted"], said["found"]) != (len(found), sum(found)) or not _same(
        said["lowest"], lowest
    ):
        wrong.append(
            Message(
                N_("The reviewer found {found} of {planted} planted faces, which is not stated."),
                found=sum(found),
                planted=len(found),
            )
        )
    if len(found) > math.ceil(max(_numbers(values), default=0) / PLANTED_EVERY):
        wrong.append(Message(N_("More faces were planted than may be.")))
    return lowest, wrong


def _numbers(values: dict[str, Any]) -> list[int]:
    return [each["number"] for each in values["judgements"]]


def _check_draw(groups: Sequence[Group], said: dict[int, bool]) -> list[Message]:
    """Whether the judged faces are those that the seed draws."""
    inside = {face for group in groups for face in group.faces}
    prefixes = {
        face for group in groups for step in range(len(group.sizes))
        for face in group.drawn(step, said)
    }  # fmt: skip
    stray = (set(said) & inside) - prefixes
    if stray:
        return [
            Message(N_("{count} of the judged faces are not those that the seed draws."),
                    count=len(stray))
        ]  # fmt: skip
    return []


def _check_sets(
    values: dict[str, Any],
    settings: AcceptanceSettings,
    groups: Sequence[Group],
    said: dict[int, bool],
    lowest: float,
) -> list[Message]:
    """Whether the test gives the same results again, and the bound holds for every set."""
    risk = 1 - settings.confidence
    risk = risk / 2 if settings.measure_reviewer else risk
    again = find_results(groups, said, limit=settings.limit, risk=risk, detection=lowest)
    stated = {(each["group"], each["size"]): each for each in values["results"]}
    wrong = []
    for each in again:
        if not each.holds:
            wrong.append(
                Message(
                    N_("The bound does not hold for {count:,} faces: {e} of {needed}."),
                    count=each.size, e=f"{each.e_value:.4g}", needed=f"{each.needed:.4g}",
                )
            )  # fmt: skip
        told = stated.pop((each.group, each.size), None)
        if told is None or (told["looked_at"], told["wrong"]) != (each.looked_at, each.wrong) or (
            not _same(told["e_value"], min(each.e_value, 1e300))
        ):  # fmt: skip
            wrong.append(
                Message(
                    N_("The result for {count:,} faces is another one than stated."),
                    count=each.size,
                )
            )
    if stated:
        wrong.append(Message(N_("Results are stated of sets that are not listed.")))
    return wrong


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=MAX_DIFFERENCE, abs_tol=1e-12)


def check_project(values: dict[str, Any], store: Store, *, photos: bool = False) -> list[Message]:
    """What of a certificate does not agree with a project; empty if all does.

    `photos`: read every photo again, which takes a while; else the stored hashes are compared.
    """
    records = store.trust.certificates
    if values["project"] != store.trust.acceptances.project_uuid():
        return [Message(N_("The certificate is of another project."))]
    wrong = []
    if not records.knows(values["digest"]):
        wrong.append(Message(N_("The project does not know this certificate.")))
    listed = [row for each in values["groups"] for row in each["faces"]]
    faces = [face for face, *_ in listed]
    now = records.proposals_now(faces)
    if gone := sum(face not in now for face in faces):
        wrong.append(Message(N_("{count:,} of its faces are not in the project."), count=gone))
    contents = records.contents(faces, [now.get(face) or 0 for face in faces])
    pairs = list(zip(listed, contents, strict=True))
    if count := sum(photo != row[1] for row, (photo, _proposal) in pairs):
        wrong.append(Message(N_("{count:,} photos are others than certified."), count=count))
    if count := sum(proposal != row[2] for row, (_photo, proposal) in pairs):
        wrong.append(Message(N_("{count:,} proposals are others than certified."), count=count))
    if photos:
        wrong += _check_files(listed, store)
    return wrong


def _check_files(listed: Sequence[Sequence[Any]], store: Store) -> list[Message]:
    """Compare the content of the photos on the disk with what was certified."""
    known = dict[Path, str]()
    count = 0
    for face, photo, _proposal in listed:
        for file in store.faces.photo_files([face]):
            if file not in known:
                try:
                    with file.open("rb") as content:
                        known[file] = hashlib.file_digest(content, "sha256").hexdigest()
                except OSError:
                    known[file] = ""
            count += known[file] != photo
    if not count:
        return []
    return [Message(N_("The files of {count:,} photos are others than certified."), count=count)]
