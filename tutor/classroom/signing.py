"""Signed result files: Ed25519 over what was graded, by which content, and how it ended.

A signature proves that the holder of a key wrote exactly this. It does not prove that a learner's own machine told
that key the truth: whoever holds the key can sign anything. ``docs/classroom.md`` says what to do about that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.ordinary import open_ordinary
from tutor.progress.files import told_as_environment_problem, write_new

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SCHEMA = "tutor.signed/1"
KEY_FILE = "signing-key.pem"
MAX_BYTES = 64 << 20
SIGNATURE_SUFFIX = ".sig"


@dataclass(frozen=True)
class Checked:
    """A signed file as it was found. ``problems``: each way in which it is not what was signed; none if it is."""

    document: Mapping[str, Any]
    signer: str
    at: str
    tutor: str
    content: Mapping[str, Any]
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found that is not as it was signed."""
        return not self.problems


def signed(document: Mapping[str, Any], content: Mapping[str, Any], home: Path) -> bytes:
    """A ``tutor.signed/1`` file about ``document``, by the key in ``home``, which is made where there is none.

    Args:
        content: course, version, and the hash of the grader.

    Raises:
        EnvironmentProblem: the key can't be read or written.
    """
    key = _own_key(home)
    body = {
        "schema": SCHEMA,
        "document": document,
        "content": content,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tutor": __version__,
        "key": _public(key).hex(),
    }
    signature = base64.b64encode(key.sign(_canonical(body))).decode("ascii")
    return json.dumps({**body, "signature": signature}, indent=1, allow_nan=False).encode() + b"\n"


def gradebook_document(out: Path, data: bytes, rows: int) -> dict[str, Any]:
    """What is signed of a gradebook: its name and the hash of its bytes."""
    return {
        "schema": "tutor.gradebook/1",
        "file": out.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": rows,
    }


def check(path: Path, *, solution: Path | None = None, key: str = "") -> Checked:
    """What a signed file says, and what is wrong with it.

    Args:
        path: the file; for a gradebook, it or its ``.sig`` beside it.
        solution: must be the file that was graded.
        key: must be the signer's, or its fingerprint.

    Raises:
        UsageProblem: there is no such file, or it is none that was signed.
    """
    named = _signed_file(path)
    body = _read(named)
    signature = body.pop("signature")
    problems = [] if _holds(body, signature) else ["The signature does not fit: the file was altered."]
    public = bytes.fromhex(body["key"])
    if key and key.lower().replace(":", "") not in (body["key"], fingerprint(public).replace(":", "")):
        problems.append("It was signed by another key than the one that was named.")
    document = body["document"]
    if document.get("schema") == "tutor.gradebook/1":
        problems += _gradebook_problems(named, document)
    if solution is not None:
        problems += _solution_problems(solution, document)
    return Checked(document, fingerprint(public), body["at"], body["tutor"], body["content"], tuple(problems))


def fingerprint(public: bytes) -> str:
    """What people compare: the first half of the public key's SHA-256, in pairs of digits."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def own_fingerprint(home: Path) -> str:
    """That of the key in ``home``, which is made where there is none."""
    return fingerprint(_public(_own_key(home)))


def _own_key(home: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = home / KEY_FILE
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        old = os.umask(0o077)
        try:
            write_new(path, pem)
        finally:
            os.umask(old)
    with told_as_environment_problem(path):
        data = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(data, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise EnvironmentProblem(
            "Your signing key can't be read.",
            where=str(path),
            next_step="Move the file away, and the next signature makes a new key.",
        )
    return key


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _canonical(body: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: keys in order, no spaces, plain ASCII."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _holds(body: Mapping[str, Any], signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(body["key"]))
        public.verify(base64.b64decode(signature, validate=True), _canonical(body))
    except (InvalidSignature, ValueError, RecursionError):
        return False
    return True


def _signed_file(path: Path) -> Path:
    if not path.name:  # '.' and '/', which have nothing beside them
        return path
    beside = path.with_name(path.name + SIGNATURE_SUFFIX)
    return beside if path.suffix != SIGNATURE_SUFFIX and beside.is_file() else path


def _read(path: Path) -> dict[str, Any]:
    try:
        with open_ordinary(path) as file:
            data = file.read(MAX_BYTES + 1)
        body: Any = json.loads(data) if len(data) <= MAX_BYTES else None
    except FileNotFoundError:
        raise UsageProblem(
            "There is no such file.",
            where=str(path),
            next_step="Name what 'tutor submit … --signed FILE' wrote, or a gradebook with its signature beside it.",
        ) from None
    except (OSError, ValueError, RecursionError):
        body = None
    if isinstance(body, dict) and _is_signed(body):
        return body
    raise UsageProblem(
        "This is no signed result.",
        where=str(path),
        next_step="'tutor submit EXERCISE --signed FILE' writes one; 'tutor grade … --sign' one of a gradebook.",
    )


def _is_signed(body: Mapping[str, Any]) -> bool:
    texts = all(isinstance(body.get(name), str) for name in ("at", "tutor", "key", "signature"))
    maps = all(isinstance(body.get(name), dict) for name in ("document", "content"))
    if not (
        texts and maps and set(body) == {"schema", "document", "content", "at", "tutor", "key", "signature"}
    ):
        return False
    try:
        return len(bytes.fromhex(body["key"])) == 32
    except ValueError:
        return False


def _gradebook_problems(named: Path, document: Mapping[str, Any]) -> list[str]:
    name = Path(str(document.get("file"))).name
    try:
        file = named.with_name(name)
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except (OSError, ValueError):  # a name may be empty, or none that a system takes
        return [f"The gradebook {name} is not beside its signature."]
    return (
        []
        if found == document.get("sha256")
        else [f"The gradebook {file.name} was altered after it was signed."]
    )


def _solution_problems(solution: Path, document: Mapping[str, Any]) -> list[str]:
    from tutor.grading import read_submission

    graded = document.get("solution")
    wanted = graded.get("sha256") if isinstance(graded, dict) else None
    same = read_submission(solution).sha256 == wanted
    return [] if same else [f"{solution.name} is not the file that was graded."]
