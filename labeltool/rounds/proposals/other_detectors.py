"""Detectors that are no networks of the project: plug-ins, and ONNX files of any origin."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from labeltool.domain import N_, UserError
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import DETECTOR_TASK, Store


@dataclass(frozen=True, slots=True)
class OtherDetector:
    """An installed plug-in, or an ONNX file.

    `name`: of the plug-in, or of the file without its folder. `file`: None for a plug-in.
    `package`: of the plug-in, with its version.
    """

    name: str
    file: Path | None = None
    package: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a spec, and for the summary of a round."""
        file = None if self.file is None else str(self.file)
        return {"name": self.name, "file": file, "package": self.package}

    @classmethod
    def from_dict(cls, read: dict[str, Any]) -> OtherDetector:
        """The detector that `to_dict` gave."""
        file = None if read["file"] is None else Path(read["file"])
        return cls(read["name"], file, read["package"])


def installed_detectors() -> list[OtherDetector]:
    """The plug-ins, by name. None of them is imported, which only a worker does."""
    # imported here: the window opens without what it imports
    from pipnet.inference.plugins import GROUP  # noqa: PLC0415

    found = {
        point.name: f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
        for point in entry_points(group=GROUP)
    }
    return [OtherDetector(name, package=found[name]) for name in sorted(found)]


def find_detector(what: str) -> OtherDetector:
    """The detector of this name, or the ONNX file at this path.

    Raises:
        UserError: there is none.
    """
    file = Path(what)
    if file.suffix.lower() == ".onnx":
        if file.is_file():
            return OtherDetector(file.name, file.absolute())
        raise UserError(N_("There is no file {file}."), file=file)
    installed = installed_detectors()
    for detector in installed:
        if detector.name == what:
            return detector
    if not installed:
        raise UserError(
            N_("There is no detector {name}, for no plug-in is installed."),
            N_("Install the package that has it, or name an ONNX file."),
            name=what,
        )
    raise UserError(
        N_("There is no detector {name}."),
        N_("Choose one of {names}, or name an ONNX file."),
        name=what, names=", ".join(detector.name for detector in installed),
    )  # fmt: skip


def detector_in_use(store: Store) -> tuple[OtherDetector, str] | None:
    """The detector whose proposals are offered, and the digest of its model; None while a network
    of the project is in use, or if the run folder that names the detector is gone."""
    current = store.rounds.current()
    if current is None or current.task != DETECTOR_TASK:
        return None
    folder = RunFolder(current.folder)
    if not (folder.path / "spec.json").exists():
        return None
    chosen = folder.spec()["detector"]
    return OtherDetector.from_dict(chosen), str(chosen["digest"])
