from row_checks import *  # noqa: F403
from row_checks import set_size

set_size(4096)
