"""What is wrong with a scheme that a person makes, and what changing a scheme will do, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from labeltool.checks.landmark_names import landmark_message
from labeltool.domain import N_, Message
from labeltool.review.schemes.pair_guess import mirrored_name
from labeltool.review.schemes.scheme_draft import SchemeDraft
from pipnet.data.scheme import Scheme, load_scheme, shipped_schemes

MAX_NAMED = 5
"""Landmarks that a sentence names; it counts the others."""


def errors(draft: SchemeDraft) -> list[Message]:
    """Why the draft is no scheme yet, the gravest first."""
    state, found = draft.state, list[Message]()
    if not state.landmarks:
        return [Message(N_("Place the first landmark: click on the picture."))]
    if not state.name:
        found.append(Message(N_("Give the scheme a name.")))
    elif state.name in shipped_schemes() and load_scheme(state.name).names != tuple(
        landmark.name for landmark in state.landmarks
    ):
        text = N_(
            "“{name}” is the name of a known scheme with other landmarks: choose another name."
        )
        found.append(Message(text, name=state.name))
    counted = Counter(landmark.name for landmark in state.landmarks)
    for name, count in counted.items():
        if not name:
            found.append(Message(N_("A landmark has no name.")))
        elif count > 1:
            text = N_("Two landmarks are named “{name}”: rename one of them.")
            found.append(Message(text, name=landmark_message(name)))
    return found


def warnings(draft: SchemeDraft) -> list[Message]:
    """What is probably not meant, but can be saved."""
    names = {landmark.id: landmark.name for landmark in draft.state.landmarks}
    found = list[Message]()
    for one, other in draft.state.pairs:
        if mirrored_name(names[one]) != names[one].lower() and (
            mirrored_name(names[one]) != names[other].lower()
        ):
            found.append(
                Message(
                    N_("“{one}” and “{other}” are a pair, but their names say otherwise."),
                    one=landmark_message(names[one]), other=landmark_message(names[other]),
                )
            )  # fmt: skip
    if draft.state.pairs:
        alone = [
            name for k, name in names.items()
            if mirrored_name(name) != name.lower() and draft.partner(k) is None
        ]  # fmt: skip
        found += [
            Message(
                N_("“{name}” has no partner on the other side: pair it, or training on mirrored "
                   "photos learns it wrong."),
                name=landmark_message(name),
            )
            for name in alone
        ]  # fmt: skip
    elif len(names) > 1:
        found.append(
            Message(
                N_("No pairs: training does not use mirrored photos. “Guess pairs” finds them.")
            )
        )
    if draft.state.norm is None and names:
        found.append(
            Message(
                N_("No norm: errors are measured in shares of the box. Choose two landmarks far "
                   "apart, such as the outer corners of the eyes, and press “Norm”.")
            )
        )  # fmt: skip
    return found


def change_sentences(
    before: Scheme, after: Scheme, sources: Sequence[int | None], labels: int, least: int
) -> list[Message]:
    """What becomes of the landmarks when a project with `labels` labelled faces changes its scheme.

    Args:
        sources: for each landmark of `after` its place in `before`, None for a new one.
        least: how many faces need a new landmark by hand before it is proposed.
    """
    added = [name for name, k in zip(after.names, sources, strict=True) if k is None]
    gone = [name for k, name in enumerate(before.names) if k not in sources]
    renamed = [
        (before.names[k], name)
        for name, k in zip(after.names, sources, strict=True)
        if k is not None and before.names[k] != name
    ]
    kept = [k for k in sources if k is not None]
    found = list[Message]()
    if added:
        found.append(
            Message(
                N_("Added: {landmarks}. To be placed on {labels:,} labelled faces; after {least} "
                   "of them it is proposed from the shape of the others."),
                landmarks=_listed(added), labels=labels, least=least,
            )
        )  # fmt: skip
    if gone:
        found.append(
            Message(
                N_("Removed: {landmarks}. Kept in the history, and not shown any more."),
                landmarks=_listed(gone),
            )
        )
    if renamed:
        pairs = [Message(N_("{old} → {new}"), old=landmark_message(old), new=landmark_message(new))
                 for old, new in renamed]  # fmt: skip
        found.append(Message(N_("Renamed: {landmarks}."), landmarks=_counted(pairs)))
    if kept != sorted(kept):
        found.append(Message(N_("The order changes; every point stays with its landmark.")))
    if not found:
        found.append(Message(N_("Landmarks stay as they are; edges, pairs and regions change.")))
    return found


def _listed(names: Sequence[str]) -> Message:
    return _counted([landmark_message(name) for name in names])


def _counted(words: Sequence[Message]) -> Message:
    """'3: a, b, c', or '9: a, b, c, d, e and others'."""
    shown = list(words[:MAX_NAMED])
    text = shown[0]
    for word in shown[1:]:
        text = Message(N_("{before}, {word}"), before=text, word=word)
    if len(words) > MAX_NAMED:
        return Message(N_("{count:,} ({names} and others)"), count=len(words), names=text)
    return text
