"""Install the Debian packages that Qt needs, or, where this is not root, print how to.

Runs on the system's own Python before anything else is installed. Fails only if Qt could not even
draw off screen: the tests need no more than that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from labeltool import doctor


def missing() -> list[str]:
    """Packages to install, the least important last."""
    found = doctor.missing_packages({**doctor.QT_LIBRARIES, **doctor.X11_LIBRARIES})
    return found if doctor.has_korean_font() else [*found, doctor.KOREAN_FONT_PACKAGE]


def install(packages: list[str]) -> None:
    """Run apt-get; its output says what fails.

    One call a package: a release that lacks an optional one must still get those that Qt needs.
    """
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = [["update", "-q"]]
    commands += [["install", "-y", "-q", "--no-install-recommends", name] for name in packages]
    for command in commands:
        subprocess.run(["apt-get", *command], env=quiet, check=False)


def main() -> int:
    """Install what is missing; return 0 if Qt can be loaded afterwards."""
    if not doctor.LINUX or not (packages := missing()):
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing()
    if packages:
        print("Qt lacks system packages. On Debian or Ubuntu:", file=sys.stderr)
        print(f"  {doctor.install_command(packages)}", file=sys.stderr)
    return 1 if set(packages) & set(doctor.QT_LIBRARIES.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
