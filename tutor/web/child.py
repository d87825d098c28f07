"""The app process of one window (``python -m tutor.web.child``); its driver is named in the environment."""

from __future__ import annotations

import os
import sys

from tutor.app import run
from tutor.paths import content_root, tutor_home


def keep_the_pipes() -> None:
    """Move the pipes to the server away from 0 and 1, which every program that the app starts would inherit."""
    for name, number, mode in (("__stdin__", 0, "r"), ("__stdout__", 1, "w")):
        setattr(sys, name, os.fdopen(os.dup(number), mode))  # for as long as the process lives
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)


if __name__ == "__main__":
    keep_the_pipes()
    sys.exit(run(content_root(), tutor_home()))
