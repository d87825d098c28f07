"""Errors as a worker tells them. Every text in them is hostile."""

from __future__ import annotations

from typing import Any

from tutor.sandbox.clean import clean_text

MAX_FRAMES = 20


def clean_error(error: object) -> dict[str, Any]:
    """An error as a worker tells it, every field made safe."""
    raw = error if isinstance(error, dict) else {}

    def text(key: str, limit: int = 300) -> str:
        value = raw.get(key)
        return clean_text(value, limit, single_line=key != "message") if isinstance(value, str) else ""

    frames = []
    raw_frames = raw.get("frames")
    for frame in (raw_frames if isinstance(raw_frames, list) else [])[:MAX_FRAMES]:
        if isinstance(frame, dict) and isinstance(frame.get("line"), int):
            line = max(0, min(int(frame["line"]), 10**7))
            frames.append(
                {
                    "line": line,
                    "name": clean_text(str(frame.get("name", "")), 80, single_line=True),
                    "text": clean_text(str(frame.get("text", "")), 200, single_line=True),
                }
            )
    defined = raw.get("defined")
    given = raw.get("given")
    return {
        "kind": text("kind", 20),
        "type": text("type", 80),
        "name": text("name", 80),
        "message": text("message", 2000),
        "signature": text("signature"),
        "given": given if isinstance(given, int) and 0 <= given < 100 else None,
        "defined": [clean_text(n, 80, single_line=True) for n in defined[:30] if isinstance(n, str)]
        if isinstance(defined, list)
        else [],
        "frames": frames,
    }
