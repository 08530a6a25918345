"""The command `adgen`: `python -m adgen` and the script that pip installs."""

import sys

from . import _adgen


def main() -> int:
    """Runs the command with the process's arguments and gives its exit code."""
    return _adgen.main(["adgen", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
