"""The app in a browser: a page on loopback, and one app process for each window that shows it.

`textual-serve` gives the front end (xterm.js and a font), Textual the driver; the server between them is our own,
because it has to know who asks and to leave no process behind.
"""

from __future__ import annotations

from tutor.web.gate import new_token
from tutor.web.server import listen, serve

__all__ = ["listen", "new_token", "serve"]
