"""An environment of its own for other graders, made once: check50, otter-grader, pytest with a JSON report.

It shares torch and numpy with the environment that makes it, by a path file.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

PACKAGES = ("check50", "otter-grader", "ipykernel", "pytest", "pytest-json-report")


def cache_folder() -> Path:
    """Where the environment is kept between runs."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("tutor-benchmarks", appauthor=False)) / "others"


def python() -> Path:
    """The environment's interpreter; makes the environment (some 600 MB) where there is none yet."""
    folder = cache_folder()
    interpreter = folder / "bin/python"
    done = folder / "installed"
    if not done.exists():
        print(f"making {folder} for {', '.join(PACKAGES)} …", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([interpreter, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        path_file = folder / "lib" / version / "site-packages/zz_torch.pth"
        path_file.write_text(sysconfig.get_path("purelib") + "\n")
        done.touch()
    return interpreter
