"""The app process of one browser window (``python -m tutor.web.child``); its driver is named in the environment."""

from __future__ import annotations

import sys

from tutor.app import run
from tutor.paths import content_root, tutor_home

if __name__ == "__main__":
    sys.exit(run(content_root(), tutor_home()))
