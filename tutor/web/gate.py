"""Who may ask: whoever knows the token, by a name of this machine, from a page of ours.

The token keeps other users of the machine and other pages of the browser out; the name (`Host`) keeps out a page
whose domain was made to point at this machine; the origin keeps a page of another site from opening the websocket.
"""

from __future__ import annotations

import hmac
import re
import secrets

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_OURS = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")
_REFUSAL = "Not allowed. Open the whole address that 'tutor web' printed; each start has a new one.\n"


def new_token() -> str:
    """192 random bits, safe in a URL."""
    return secrets.token_urlsafe(24)


def gate(token: str) -> Middleware:
    """Answers 403 to every request that may not be made, whatever it asks for."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not (_names_us(request) and _knows(token, request) and _is_from_our_page(request)):
            return web.Response(status=403, text=_REFUSAL)
        return await handler(request)

    return guarded


def _names_us(request: web.Request) -> bool:
    return _OURS.fullmatch(request.headers.get("Host", "")) is not None


def _knows(token: str, request: web.Request) -> bool:
    """The token is the first part of the path, so that relative addresses carry it."""
    given = request.path.split("/")[1]
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _is_from_our_page(request: web.Request) -> bool:
    """A browser names the origin of each websocket and of what scripts of other pages ask; links have none."""
    origin = request.headers.get("Origin")
    if origin is None:
        return "Upgrade" not in request.headers
    return origin == f"http://{request.headers['Host']}"


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Headers for everything: nothing from other hosts, no frames, no address handed on, no copy kept."""
    host = request.headers.get("Host", "")
    websocket = f"ws://{host}" if _OURS.fullmatch(host) else "'none'"
    response.headers.update({
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
            f"img-src data:; connect-src {websocket}; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    })  # fmt: skip
