"""The commands behind the make targets: `demo`, `test`, `check`, `lock`, `pictures`."""

from __future__ import annotations

import sys

from bootstrap import checks, demo, locks, pictures, suite
from bootstrap.shell import SetupError

COMMANDS = {
    "demo": demo.main,
    "test": suite.main,
    "check": checks.main,
    "lock": locks.main,
    "pictures": pictures.main,
}


def main(arguments: list[str]) -> int:
    """Run one command with its extra arguments; its exit status."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"Say which of {', '.join(COMMANDS)} to run.", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except SetupError as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
