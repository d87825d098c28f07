"""Whose time it was when the wall limit of a grading passed: the learner answers only for the learner's code."""

from __future__ import annotations

from tutor.compute.process import cpu_seconds, run_delay_seconds, state
from tutor.grading.team import Team

STOPPED = ("T", "t")


class OwnTime:
    """What a grading's processes did from its start on. Make it as the grading starts."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._judge_at_start = (cpu_seconds(team.judge.pid) or 0.0, run_delay_seconds(team.judge.pid) or 0.0)

    def starved(self, wall_seconds: float, workers_cpu_seconds: float) -> bool:
        """Whether judge and workers could run and were given no core: then the machine is at fault, not the learner.
        Asleep, stopped and blocked processes wait for no core."""
        team = self._team
        delay = self._judge_delay() + sum(worker.run_delay_seconds() for worker in team.workers)
        busy = workers_cpu_seconds + self._judge_cpu() + delay
        stopped = any(state(pid) in STOPPED for pid in (team.judge.pid, *(w.pid for w in team.workers)))
        return not stopped and busy > 0.5 * wall_seconds and delay > 0.25 * wall_seconds

    def went_elsewhere(self, wall_seconds: float, *, in_learners_code: bool) -> str:
        """Where the time went if not into the learner's code, in words; empty if it went there.

        Args:
            wall_seconds: how long the grading took.
            in_learners_code: whether a function of the learner's is being called.
        """
        if state(self._team.judge.pid) in STOPPED:
            return "the judge was stopped"
        if not in_learners_code:
            return "a process for your code did not come in time"
        if self._judge_cpu() + self._judge_delay() > 0.5 * wall_seconds:
            return "the checks themselves used up the time"
        return ""

    def _judge_cpu(self) -> float:
        return (cpu_seconds(self._team.judge.pid) or 0.0) - self._judge_at_start[0]

    def _judge_delay(self) -> float:
        return (run_delay_seconds(self._team.judge.pid) or 0.0) - self._judge_at_start[1]
