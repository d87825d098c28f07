"""Seeds of a class run: from one secret and what is graded, so that the same file meets the same inputs again."""

from __future__ import annotations

import hashlib
import hmac
import secrets

SECRET_BYTES = 32
_SEED_BITS = 128


def new_secret() -> bytes:
    """The secret of a run. Whoever knows it can foresee the inputs."""
    return secrets.token_bytes(SECRET_BYTES)


def secret_from(seed: int) -> bytes:
    """A secret that others can make again, to compare runs; no good where a grade depends on it."""
    return hashlib.sha256(f"tutor class {seed}".encode()).digest()


def seed_of(secret: bytes, exercise: str, sha256: str) -> int:
    """The seed of one grading: HMAC-SHA256 of the exercise and the submission's hash, cut to 128 bits."""
    mac = hmac.new(secret, f"{exercise}\n{sha256}".encode(), hashlib.sha256)
    return int.from_bytes(mac.digest()[: _SEED_BITS // 8], "big")
