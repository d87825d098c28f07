"""One sitting of a quiz: what is asked, what was answered, and the place to come back to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.quiz import Item, Result


@dataclass
class Sitting:
    """``items`` by key in the order of asking; ``points`` of those that are answered.

    ``drafts`` are half-written answers. All of it survives in a bookmark.
    """

    seed: int
    items: Mapping[str, Item]
    position: int = 0
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    drafts: dict[str, object] = field(default_factory=dict)

    @property
    def keys(self) -> Sequence[str]:
        return list(self.items)

    @property
    def key(self) -> str:
        return self.keys[self.position]

    @property
    def item(self) -> Item:
        return self.items[self.key]

    @property
    def complete(self) -> bool:
        return len(self.points) == len(self.items)

    @property
    def marks(self) -> list[str]:
        """One status for each item: new, passed, partly or failed."""
        return [self._mark(key) for key in self.items]

    @property
    def total(self) -> tuple[float, float]:
        """Points, and the points there were to get."""
        return sum(got for got, _ in self.points.values()), sum(of for _, of in self.points.values())

    @property
    def missed(self) -> list[Item]:
        return [self.items[key] for key, (got, of) in self.points.items() if got < of]

    def answered(self, result: Result) -> None:
        self.points[self.key] = (result.points, float(result.of))
        self.drafts.pop(self.key, None)

    def to_next_open(self) -> bool:
        """Go to the next question without an answer, from here on and around; False if there is none."""
        count = len(self.items)
        for step in range(1, count + 1):
            candidate = (self.position + step) % count
            if self.keys[candidate] not in self.points:
                self.position = candidate
                return True
        return False

    def _mark(self, key: str) -> str:
        if key not in self.points:
            return "new"
        got, of = self.points[key]
        return "passed" if got >= of else "partly" if got > 0 else "failed"

    # --- the bookmark ---------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        asked: dict[str, list[str]] = {}
        for item in self.items.values():
            asked.setdefault(item.lesson, []).append(item.id)
        return {
            "seed": self.seed,
            "asked": asked,
            "position": self.position,
            "points": self.points,
            "drafts": self.drafts,
        }

    def resume(self, kept: Mapping[str, Any]) -> None:
        """Take up what a bookmark of the same items holds; what no longer fits is dropped."""
        known = set(self.items)
        self.points = {k: (float(v[0]), float(v[1])) for k, v in kept["points"].items() if k in known}
        self.drafts = {k: v for k, v in kept["drafts"].items() if k in known}
        self.position = min(max(int(kept["position"]), 0), len(self.items) - 1)
        if self.key in self.points:
            self.to_next_open()


def still_there(asked: Mapping[str, Iterable[str]], items: Mapping[str, Sequence[str]]) -> bool:
    """Whether every item that a bookmark names is still in the course (``items`` by lesson)."""
    return all(set(ids) <= set(items.get(lesson, ())) for lesson, ids in asked.items())
