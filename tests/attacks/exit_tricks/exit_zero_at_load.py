"""Ends with status 0 while the file is loaded, as a passing test run would."""
# verdict: error
# says: ended itself

import os

os._exit(0)
