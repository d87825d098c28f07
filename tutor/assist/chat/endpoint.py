"""Which model answers, where, and with which key. Addresses may be settings; keys are never kept in a file of ours."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from tutor.compute.packages import missing_packages
from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.settings import BY_KEY, settings

OPENAI = "https://api.openai.com/v1"
SERVICE = "tutor"
"""What a key is kept under in the keyring; its user name is the endpoint's host."""

STEPS = (
    ("TUTOR_CHAT_URL", "where your model answers: http://127.0.0.1:8080/v1"),
    ("TUTOR_CHAT_MODEL", "its name there; these two are settings as well"),
    ("TUTOR_CHAT_KEY", "its key, if it asks for one; or use the keyring"),
)
"""What to set, in three lines."""


class NotConfigured(EnvironmentProblem):
    """No address, or no model, is named."""


@dataclass(frozen=True)
class Endpoint:
    """Where a chat goes. ``context`` is what its model reads at once, in tokens; the key is in no text of it."""

    url: str
    model: str
    context: int
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Host and port, as the address names them."""
        return urlsplit(self.url).netloc

    @property
    def machine(self) -> str:
        """The host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether it is this machine itself."""
        try:
            return ipaddress.ip_address(self.machine).is_loopback
        except ValueError:
            return self.machine == "localhost" or self.machine.endswith(".localhost")

    @property
    def is_overheard(self) -> bool:
        """Whether what is sent passes a network unencrypted."""
        return self.url.startswith("http:") and not self.is_local


def configured(home: Path, environment: Mapping[str, str] = os.environ) -> Endpoint:
    """The endpoint that the environment and the settings name; the keyring is not asked yet.

    Raises:
        EnvironmentProblem: the package is missing. NotConfigured: no address or no model is named.
        UsageProblem: one of them can't be right, or a key stands in the file.
    """
    if missing_packages(["openai"]):
        raise EnvironmentProblem(
            "The chat needs the package 'openai', which is not installed.",
            next_step=f"Run: {sys.executable} -m pip install 'tutor[chat]'",
        )
    chosen = settings(home, environment)
    others_url, others_key = _of_others(environment)
    url = chosen.chat_url or others_url
    missing = [
        name
        for name, value in (("TUTOR_CHAT_URL", url), ("TUTOR_CHAT_MODEL", chosen.chat_model))
        if not value
    ]
    if missing:
        raise NotConfigured(
            f"No chat is set up: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            next_step="Set " + "; ".join(f"{name}: {about}" for name, about in STEPS) + ".",
        )
    _check(url)
    key = environment.get("TUTOR_CHAT_KEY", "").strip()
    if not key and url == others_url:  # a key that is for another address is not sent here
        key = others_key
    return Endpoint(url, chosen.chat_model, chosen.chat_context, key)


def with_key(endpoint: Endpoint) -> Endpoint:
    """The endpoint with its key from the keyring, where the environment named none. It may wait for the person."""
    if endpoint.key or missing_packages(["keyring"]):
        return endpoint
    import keyring
    from keyring.errors import KeyringError

    try:
        return replace(endpoint, key=keyring.get_password(SERVICE, endpoint.host) or "")
    except (KeyringError, RuntimeError, OSError):  # none here, or it stays locked: many servers need no key
        return endpoint


def _of_others(environment: Mapping[str, str]) -> tuple[str, str]:
    """The address for which the environment is set up for other programs, if it is, and its key."""
    key = environment.get("OPENAI_API_KEY", "").strip()
    url = environment.get("OPENAI_BASE_URL", "").strip().rstrip("/")
    return url or (OPENAI if key else ""), key


def _check(url: str) -> None:
    """Raises UsageProblem, which does not repeat what may hold a password."""
    try:
        parts = urlsplit(url)
        right = bool(re.fullmatch(BY_KEY["chat_url"].free, url) and parts.hostname and parts.port != 0)
    except ValueError:  # a port that is none, half an IPv6 address
        right = False
    if not right:
        raise UsageProblem(
            "The chat's address is no address such as http://127.0.0.1:8080/v1 (a key has no place in it).",
            where="TUTOR_CHAT_URL, or OPENAI_BASE_URL",
            next_step="Mend it; 'tutor config chat_url' shows where it comes from.",
        )
