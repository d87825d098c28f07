"""What the tutor's screens share: the way to the app that owns the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.screen import Screen

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp


@runtime_checkable
class Keeping(Protocol):
    """A screen with a place, or with something half written."""

    def keep(self) -> None:
        """Remember it. Called before the app ends, or before the screen is taken away."""


class TutorScreen(Screen[None]):
    """A screen that calls the engine through ``self.tutor``."""

    @property
    def tutor(self) -> TutorApp:
        """The app, as what it is."""
        return cast("TutorApp", self.app)

    def keep(self) -> None:
        """Remember the place and what is half written. Called before the app ends."""
