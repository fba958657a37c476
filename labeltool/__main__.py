"""`labeltool` and `python -m labeltool`."""

from __future__ import annotations

import sys

from labeltool.cli import run


def main() -> None:
    """Entry point of the console command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
