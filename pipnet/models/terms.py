"""What a network descends from, and under which terms it may be used.

The terms follow from the weights that a training started from. The photos that it was trained on
may have narrower terms, which the program does not know.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from pipnet import resources

RESEARCH_ONLY = "research-only"
FREE = "free"

SHIPPED_TERMS = {resources.STARTER: RESEARCH_ONLY, resources.RENDERS: FREE}
"""The terms of the networks that ship, see their model cards in `resources/weights`."""

SHIPPED_DIGESTS = {
    "128df5866d3a88276b8819eb9d79e8e7e5c746488d3dcddec1e2d8ce07b45f25": resources.STARTER,
    "2534008b5e34c53a8d8b4af171ffa833e4afe4f839263519a11f563c169319bd": resources.RENDERS,
}
"""SHA-256 of those files: copies have other names."""


def file_terms(weights: Path) -> dict[str, Any]:
    """`terms` of a weights file, and its `lineage`: the files that it descends from, oldest first,
    each with the first digits of its SHA-256.

    A file that does not state them, and is none of those that ship, is for research only, as
    ImageNet weights and the models of the authors are.

    Raises:
        OSError: the file cannot be read.
    """
    summary = dict(_description(weights).get("summary") or {})
    shipped = SHIPPED_DIGESTS.get(_digest(weights))
    terms = RESEARCH_ONLY if shipped is None else SHIPPED_TERMS[shipped]
    return {
        "lineage": list(summary.get("lineage", [])),
        "terms": FREE if summary.get("terms", terms) == FREE else RESEARCH_ONLY,
    }


def file_backbone(weights: Path) -> str | None:
    """The backbone of a model file, without loading its weights; None for other files."""
    name = _description(weights).get("backbone")
    return None if name is None else str(name)


def descent(start: Path | None) -> dict[str, Any]:
    """`lineage` and `terms` of a network whose training starts from these weights; None for
    random ones.

    Raises:
        OSError: the file cannot be read.
    """
    if start is None:
        return {"lineage": [], "terms": FREE}
    digest, known = _digest(start), file_terms(start)
    name = SHIPPED_DIGESTS.get(digest, start.name)
    return {**known, "lineage": [*known["lineage"], f"{name} {digest[:12]}"]}


def _description(weights: Path) -> dict[str, Any]:
    """What a model file says of itself; empty for other files."""
    if weights.suffix != ".safetensors":
        return {}
    try:
        with safe_open(weights, framework="np") as file:
            return dict(json.loads((file.metadata() or {})["pipnet"]))
    except (SafetensorError, OSError, KeyError, TypeError, ValueError):
        return {}


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
