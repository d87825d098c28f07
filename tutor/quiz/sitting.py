"""One sitting of a quiz: what is asked, what was answered, and the place to come back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.quiz.papers import fresh_seed
from tutor.quiz.selection import Pick, draw_paper, pick

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store
    from tutor.quiz.items import Item, Result

_NO_SITTING = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What a bookmark raises that no tutor has written: places come with imported progress, too."""


@dataclass
class Sitting:
    """``items`` by key in the order of asking; ``points`` of those that are answered.

    ``drafts`` are half-written answers; ``skipped`` will not be asked any more. In a ``placement``
    test the first question of a lesson that is missed or skipped settles it: the lesson is to be
    learned, and the rest of its questions are skipped too. All of it survives under ``bookmark`` in
    the store.
    """

    seed: int
    items: Mapping[str, Item]
    bookmark: str
    position: int = 0
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    drafts: dict[str, object] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    placement: bool = False

    @property
    def keys(self) -> Sequence[str]:
        """The items' keys in the order of asking."""
        return list(self.items)

    @property
    def key(self) -> str:
        """The key of the question that is being asked."""
        return self.keys[self.position]

    @property
    def item(self) -> Item:
        """The question that is being asked."""
        return self.items[self.key]

    @property
    def complete(self) -> bool:
        """Whether every question was answered or skipped."""
        return not self.open

    @property
    def open(self) -> list[str]:
        """The keys of the questions that are still to be answered."""
        return [key for key in self.items if not self._settled(key)]

    @property
    def marks(self) -> list[str]:
        """One status for each item: new, skipped, passed, partly or failed."""
        return [self._mark(key) for key in self.items]

    @property
    def total(self) -> tuple[float, float]:
        """Points, and the points there were to get."""
        return sum(got for got, _ in self.points.values()), sum(of for _, of in self.points.values())

    @property
    def missed(self) -> list[Item]:
        """The items whose answers did not get all points."""
        return [self.items[key] for key, (got, of) in self.points.items() if got < of]

    def answered(self, result: Result) -> None:
        """Take in what the current answer was worth. A miss in a placement test settles the lesson."""
        self.points[self.key] = (result.points, float(result.of))
        self.drafts.pop(self.key, None)
        if self.placement and not result.correct:
            self._skip_lesson(self.item.lesson)

    def skip(self) -> None:
        """Don't ask this question any more; in a placement test, none of its lesson."""
        self.skipped.add(self.key)
        self.drafts.pop(self.key, None)
        if self.placement:
            self._skip_lesson(self.item.lesson)

    def to_next_open(self) -> bool:
        """Go to the next open question, from here on and around; False if there is none."""
        count = len(self.items)
        for step in range(1, count + 1):
            candidate = (self.position + step) % count
            if not self._settled(self.keys[candidate]):
                self.position = candidate
                return True
        return False

    def _settled(self, key: str) -> bool:
        return key in self.points or key in self.skipped

    def _skip_lesson(self, lesson: str) -> None:
        self.skipped |= {key for key in self.open if self.items[key].lesson == lesson}

    def _mark(self, key: str) -> str:
        if key not in self.points:
            return "skipped" if key in self.skipped else "new"
        got, of = self.points[key]
        return "passed" if got >= of else "partly" if got > 0 else "failed"

    # --- the bookmark ---------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """The bookmark: seed and items, so that the same numbers come back, and what was done so far."""
        return {
            "seed": self.seed,
            "asked": [[item.lesson, item.id] for item in self.items.values()],
            "position": self.position,
            "points": self.points,
            "drafts": self.drafts,
            "skipped": sorted(self.skipped),
        }

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Take up what a bookmark of the same items holds; what no longer fits is dropped."""
        known = set(self.items)
        self.points = {k: _share(*v) for k, v in kept["points"].items() if k in known}
        self.drafts = {k: v for k, v in kept["drafts"].items() if k in known}
        self.skipped = known & set(kept.get("skipped", ()))
        self.position = min(max(int(kept["position"]), 0), len(self.items) - 1)
        if self._settled(self.key):
            self.to_next_open()

    def keep(self, store: Store) -> None:
        """Writes the bookmark. Raises EnvironmentProblem when it can't be written."""
        store.set_bookmark(self.bookmark, self.to_json())

    def close(self, store: Store) -> None:
        """Takes the bookmark away: nothing is left to come back to."""
        store.set_bookmark(self.bookmark, None)


def sit_down(
    content: Content,
    store: Store,
    *,
    lesson: str | None = None,
    due: bool = False,
    placement: bool = False,
    seed: int | None = None,
) -> Sitting | None:
    """A quiz as ``pick`` chooses it; None when there is nothing to ask.

    One that was left goes on where it was, with the same numbers, whichever face it was left in; a ``seed``
    begins anew. Raises UsageProblem for an unknown lesson, ContentProblem for a broken quiz.
    """
    if lesson is None and not (due or placement):
        chosen = pick(content, store)
        due = bool(pick(content, store, due=True)) or not chosen
        lesson = None if due else chosen[0].lesson.id
    bookmark = ":".join(filter(None, ("quiz", "placement" if placement else "due" if due else "", lesson)))
    if seed is None and (kept := store.bookmark(bookmark)) is not None:
        with suppress(*_NO_SITTING):
            if left := _asked(kept, content):
                sitting = _begun(left, int(kept["seed"]), bookmark, placement)
                sitting.resume(kept)
                return sitting
    picks = pick(content, store, lesson=lesson, due=due, placement=placement)
    return _begun(picks, fresh_seed() if seed is None else seed, bookmark, placement) if picks else None


def _share(got: object, of: object) -> tuple[float, float]:
    if not (isinstance(got, int | float) and isinstance(of, int | float)):
        raise TypeError
    return float(got), float(of)


def _begun(picks: Sequence[Pick], seed: int, bookmark: str, placement: bool) -> Sitting:
    return Sitting(seed, draw_paper(picks, seed).keys, bookmark, placement=placement)


def _asked(kept: Mapping[str, Any], content: Content) -> list[Pick]:
    """The items that a bookmark names, in its order; none when one of them has left the course."""
    asked = kept["asked"]
    if isinstance(asked, dict):  # as bookmarks were kept before the order crossed lessons
        asked = [(lesson, item) for lesson, items in asked.items() for item in items]
    lessons = {lesson.id: lesson for lesson in content.lessons}
    if not all(lesson in lessons and item in lessons[lesson].items for lesson, item in asked):
        return []
    return [Pick(lessons[lesson], (item,)) for lesson, item in asked]
