"""Which endpoint is taken, with which key; a key is never where it does not belong."""

from __future__ import annotations

import pytest

pytest.importorskip("openai")
pytest.importorskip("keyring")

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from tests.chat_server import KEY
from tutor.assist.chat import STEPS, Endpoint, NotConfigured, configured
from tutor.assist.chat.endpoint import OPENAI, with_key
from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.settings import FILE, change, settings_or_defaults

URL = {"TUTOR_CHAT_URL": "http://127.0.0.1:8080/v1"}
MODEL = {"TUTOR_CHAT_MODEL": "small"}


class InMemory(KeyringBackend):
    """A keyring as keyring's own plug-in point wants it."""

    priority = 1

    def __init__(self, held=(), locked=False):
        super().__init__()
        self.held, self.locked, self.asked = dict(held), locked, []

    def get_password(self, service, username):
        self.asked.append((service, username))
        if self.locked:
            raise KeyringLocked("not now")
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        self.held[service, username] = password


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    ring = InMemory({("tutor", "models.example"): KEY})
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_the_environment_alone_is_enough(home):
    found = configured(home, URL | MODEL | {"TUTOR_CHAT_KEY": KEY, "TUTOR_CHAT_CONTEXT": "9000"})
    assert found == Endpoint("http://127.0.0.1:8080/v1", "small", 9000, KEY)


def test_address_and_model_may_be_settings_and_the_environment_wins(home):
    change(home, "chat_url", "http://127.0.0.1:11434/v1/")
    change(home, "chat_model", "llama3.2:3b")
    assert configured(home, {}) == Endpoint("http://127.0.0.1:11434/v1", "llama3.2:3b", 32_768)
    assert configured(home, URL).url == URL["TUTOR_CHAT_URL"]


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, "TUTOR_CHAT_URL and TUTOR_CHAT_MODEL are"),
        (URL, "TUTOR_CHAT_MODEL is"),
        (MODEL, "TUTOR_CHAT_URL is"),
    ],
)
def test_what_is_missing_is_named_with_what_to_set(home, environment, missing):
    with pytest.raises(NotConfigured) as told:
        configured(home, environment)
    assert missing in told.value.message
    assert told.value.exit_code == 3
    assert all(name in told.value.next_step for name, _ in STEPS)


def test_without_the_package_the_next_step_installs_the_extra(home, monkeypatch):
    monkeypatch.setattr("tutor.assist.chat.endpoint.missing_packages", list)
    with pytest.raises(EnvironmentProblem) as told:
        configured(home, URL | MODEL)
    assert "pip install 'tutor[chat]'" in told.value.next_step


def test_what_other_programs_are_set_up_for_is_taken_last(home):
    others = {"OPENAI_BASE_URL": "https://models.example/v1/", "OPENAI_API_KEY": KEY}
    assert configured(home, MODEL | others) == Endpoint("https://models.example/v1", "small", 32_768, KEY)
    assert configured(home, MODEL | {"OPENAI_API_KEY": KEY}) == Endpoint(OPENAI, "small", 32_768, KEY)
    change(home, "chat_url", "http://127.0.0.1:8080/v1")
    assert configured(home, MODEL | others).url == "http://127.0.0.1:8080/v1"


def test_a_key_that_is_meant_for_another_address_is_not_sent(home):
    assert configured(home, URL | MODEL | {"OPENAI_API_KEY": KEY}).key == ""
    elsewhere = {"OPENAI_BASE_URL": "https://models.example/v1", "OPENAI_API_KEY": KEY}
    assert configured(home, URL | MODEL | elsewhere).key == ""
    assert configured(home, {**MODEL, **elsewhere, "TUTOR_CHAT_URL": OPENAI}).key == ""


def test_the_keyring_is_asked_for_the_key_of_this_very_host(ring):
    assert with_key(Endpoint("https://models.example/v1", "small", 9000)).key == KEY
    assert with_key(Endpoint("https://elsewhere.example/v1", "small", 9000)).key == ""
    assert ring.asked == [("tutor", "models.example"), ("tutor", "elsewhere.example")]
    assert with_key(Endpoint("https://models.example/v1", "small", 9000, "given")).key == "given"
    assert len(ring.asked) == 2, "a key that is given needs no keyring"


def test_a_keyring_that_stays_locked_or_is_not_there_is_no_key(ring):
    ring.locked = True
    assert with_key(Endpoint("https://models.example/v1", "small", 9000)).key == ""
    keyring.set_keyring(keyring.backends.fail.Keyring())
    assert with_key(Endpoint("https://models.example/v1", "small", 9000)).key == ""


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{KEY}@127.0.0.1/v1",
        f"http://127.0.0.1/v1?key={KEY}",
        "ftp://127.0.0.1/v1",
        "127.0.0.1:8080",
        "http://",
        "http://[::1/v1",
        "http://127.0.0.1:99999/v1",
        "http://a b/v1",
    ],
)
@pytest.mark.parametrize("name", ["TUTOR_CHAT_URL", "OPENAI_BASE_URL"])
def test_an_address_that_is_none_is_refused_without_repeating_it(home, url, name):
    with pytest.raises(UsageProblem) as told:
        configured(home, MODEL | {name: url})
    assert KEY not in str(told.value)


def test_a_key_is_refused_by_the_settings_and_by_the_file(home):
    for key in ("chat_key", "api_key", "openai_api_key", "chat_token", "password"):
        with pytest.raises(UsageProblem, match="never kept in a file") as told:
            change(home, key, KEY)
        assert KEY not in str(told.value)
    for name, value in (("chat_model", KEY), ("chat_url", KEY), ("chat_url", f"http://me:{KEY}@host/v1")):
        with pytest.raises(UsageProblem) as told:
            change(home, name, value)
        assert KEY not in str(told.value)
    assert not (home / FILE).exists()
    (home / FILE).write_text(f'chat_key = "{KEY}"\n')
    with pytest.raises(UsageProblem, match="never kept in a file") as told:
        configured(home, URL | MODEL)
    assert KEY not in str(told.value)
    assert "never kept in a file" in str(settings_or_defaults(home)[1])


def test_an_endpoint_does_not_show_its_key_and_knows_who_could_listen():
    assert KEY not in repr(Endpoint("http://h/v1", "small", 9000, KEY))
    for url, local, overheard in [
        ("http://127.0.0.1:8080/v1", True, False),
        ("http://localhost/v1", True, False),
        ("http://[::1]:8080/v1", True, False),
        ("http://192.168.1.5:8000/v1", False, True),
        ("https://models.example/v1", False, False),
        ("http://localhost.example/v1", False, True),
    ]:
        found = Endpoint(url, "small", 9000)
        assert (found.is_local, found.is_overheard) == (local, overheard), url
