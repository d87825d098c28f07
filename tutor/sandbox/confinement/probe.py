"""``python -m tutor.sandbox.confinement.probe``: confines itself and prints the report as JSON."""

from __future__ import annotations

import json
import sys


def main() -> None:
    from tutor.sandbox import confinement

    confinement.prepare()
    confinement.seal()
    report = confinement.confine(keep=())
    sys.stdout.write(json.dumps(report))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
