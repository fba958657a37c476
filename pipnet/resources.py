"""Where the files that ship with the project lie: schemes, weights, icons, themes."""

from __future__ import annotations

from pathlib import Path


def path(*parts: str) -> Path:
    """The path of a shipped file, e.g. `path("schemes", "300w.toml")`; it need not exist.

    In a wheel the resources lie inside the package, in a checkout beside it.
    """
    package = Path(__file__).parent
    inside = package / "_resources"
    return (inside if inside.is_dir() else package.parent / "resources").joinpath(*parts)


STARTER = "starter-mobilenet_v2-300w.safetensors"
"""File name of the starter detector in `resources/weights`."""


RENDERS = "renders-mobilenet_v2-300w.safetensors"
"""The same, trained on rendered faces alone: free for any use, and less accurate."""


FACES = "faces.onnx"
"""The network that finds faces."""


def starter() -> Path:
    """The weights every prediction starts from when no others are named."""
    return path("weights", STARTER)
