"""A tutor that writes as fast as it can and prints the id of each attempt once it is recorded.

Run as ``python writer.py HOME NUMBER``; a negative number writes until it is killed.
"""

import sys
from itertools import count
from pathlib import Path

from tutor.progress import Store

home, number = Path(sys.argv[1]), int(sys.argv[2])
with Store.open(home, "tiny") as store:
    for written in count():
        if written == number:
            break
        document = {"exercise": "a", "verdict": "failed", "device": "cpu", "checks": []}
        id = store.record_attempt(document, source=b"x = %d" % written)
        sys.stdout.write(f"{id}\n")
        sys.stdout.flush()
