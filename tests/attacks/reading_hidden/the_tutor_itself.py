"""Imports the judge's own modules and reads the tutor's files from where its own were imported."""
# verdict: passed
# held by: root landlock

import importlib
import os
import sys

package = os.path.dirname(sys.modules["tutor.sandbox"].__path__[0])
for name in ("tutor.grading.judge", "tutor.grading.checks", "tutor.course"):
    try:
        importlib.import_module(name)
        print("SUCCEEDED in importing", name)
    except (ImportError, OSError):
        continue
try:
    print("SUCCEEDED in reading", open(os.path.join(package, "errors.py")).read(100))
except OSError:
    pass
for folder in ("content", "../graders", "grading"):
    try:
        if os.listdir(os.path.join(package, folder)):
            print("SUCCEEDED in listing", folder)
    except OSError:
        continue


def halve(x):
    return x / 2


def double(x):
    return x * 2
