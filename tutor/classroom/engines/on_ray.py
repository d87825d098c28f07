"""A Ray cluster, or a local one: stations on its nodes, each with as many gradings at once as it has cores.

The run and its journal stay in this process. A station that is lost, with its process or its node, loses nothing
but time: what it was grading is graded elsewhere, and a new station is opened where there is room.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.classroom.engines.base import Wanted
from tutor.classroom.engines.station import Station, packed
from tutor.classroom.jobs import Job, Outcome
from tutor.compute import telemetry
from tutor.compute.packages import missing_packages
from tutor.errors import EnvironmentProblem
from tutor.paths import ContentRoot

if TYPE_CHECKING:
    from tutor.course import LoadedExercise

STATION_CORES = 8
"""More gradings than this at once, and the process that watches over them becomes what they wait for."""
TENDED_EVERY = 3.0
OPENING_SECONDS = 180.0
PATIENCE_SECONDS = 120.0
"""How long a run waits for a node when it has none left."""
MOST_LOSSES = 4
"""A submission that was under way when so many stations died is not tried again: it may be what kills them."""
OBJECTS_BYTES = 256 << 20
KNOCKING_SECONDS = 10.0


@dataclass
class _Open:
    """A station that works, or did."""

    actor: Any
    node: str
    slots: int
    lost: bool = False


class RayEngine:
    """See `Engine`. Ray itself is imported when the engine is entered."""

    name = "ray"

    def __init__(self, root: ContentRoot, exercises: Sequence[LoadedExercise], wanted: Wanted) -> None:
        self._root, self._wanted = root, wanted
        gpu = wanted.gpus > 0 or wanted.device.startswith("cuda")
        self._gpus = (wanted.gpus or 1.0) if gpu else 0.0
        self.device = "cuda" if gpu else "cpu"
        self.workers = 0
        self._stations: list[_Open] = []
        self._free: asyncio.Queue[_Open] = asyncio.Queue()
        self._opening = asyncio.Lock()
        self._tending: asyncio.Task[None] | None = None
        self._refused = ""

    async def __aenter__(self) -> RayEngine:
        if missing_packages(["ray"]):
            raise EnvironmentProblem(
                "This engine needs Ray, which is not installed.",
                where="--engine ray",
                next_step="Run: pip install 'tutor[ray]'",
            )
        self._connect()
        try:
            self._course = self._ray.put(await asyncio.to_thread(packed, self._root))
            await self._wait_for_a_station()
        except BaseException:
            self._ray.shutdown()
            raise
        self.workers = sum(station.slots for station in self._stations)
        self._tending = asyncio.create_task(self._tend())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
        closing = [asyncio.ensure_future(_settled(one.actor.close.remote())) for one in self._alive]
        if closing:
            await asyncio.wait(closing, timeout=10)
        for station in self._stations:
            with contextlib.suppress(Exception):
                self._ray.kill(station.actor)
        self._ray.shutdown()

    async def grade(self, job: Job) -> Outcome:
        """Grades on a station that is free, and on another where that is lost; after some losses it is a fault."""
        losses = 0
        while losses < MOST_LOSSES:
            station = await self._free_station()
            answer = station.actor.grade.remote(job)
            try:
                return Outcome(*await answer)
            except asyncio.CancelledError:
                with contextlib.suppress(Exception):
                    self._ray.cancel(answer)
                raise
            except self._errors.RayActorError:
                station.lost = True
                losses += 1
            except self._errors.RayError as problem:
                return Outcome(None, f"Ray failed: {str(problem).splitlines()[0][:200]}", 5)
            finally:
                if not station.lost:
                    self._free.put_nowait(station)
        return Outcome(None, f"Each of {losses} workers that graded it was lost.", 5)

    # --- the cluster ---

    def _connect(self) -> None:
        os.environ.update(telemetry.OFF)  # its processes inherit it
        import ray
        import ray.exceptions

        self._ray, self._errors = ray, ray.exceptions
        options: dict[str, Any] = {"address": self._wanted.address or "local"}
        if not self._wanted.address:
            options |= {"include_dashboard": False, "object_store_memory": OBJECTS_BYTES}
            if self._wanted.workers:
                options["num_cpus"] = self._wanted.workers
        try:
            _knock(self._wanted.address)
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        except Exception as problem:
            raise EnvironmentProblem(
                f"Ray can't be reached or started: {str(problem).splitlines()[0][:300]}",
                where=f"--address {self._wanted.address}" if self._wanted.address else "--engine ray",
                next_step="'ray status' says how a cluster is; without --address one is started here.",
            ) from None

    @property
    def _alive(self) -> list[_Open]:
        return [station for station in self._stations if not station.lost]

    async def _free_station(self) -> _Open:
        """A station with room. Raises EnvironmentProblem where none is left and none comes."""
        while True:
            if not self._alive:
                await self._wait_for_a_station()
            with contextlib.suppress(TimeoutError):
                station = await asyncio.wait_for(self._free.get(), TENDED_EVERY)
                if not station.lost:
                    return station

    async def _wait_for_a_station(self) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            await self._open_stations()
            if self._alive:
                return
            if self._refused or asyncio.get_running_loop().time() > deadline:
                raise EnvironmentProblem(
                    self._refused or "The cluster has no node with a free core.",
                    where="--engine ray",
                    next_step="'ray status' shows its nodes. The same command goes on where the journal ends.",
                )
            await asyncio.sleep(1.0)

    async def _tend(self) -> None:
        """Opens stations where nodes have come, or stations have gone."""
        while True:
            await asyncio.sleep(TENDED_EVERY)
            with contextlib.suppress(self._errors.RayError):
                await self._open_stations()

    async def _open_stations(self) -> None:
        async with self._opening:
            opened = [self._opened(node, slots) for node, slots in self._rooms()]
            await asyncio.gather(*opened)

    def _rooms(self) -> list[tuple[str, int]]:
        """Nodes with cores that no station of ours has, and how many each station there may have."""
        rooms = []
        left = (self._wanted.workers or 1 << 30) - sum(station.slots for station in self._alive)
        for node in self._ray.nodes():
            if not node["Alive"]:
                continue
            here = [station for station in self._alive if station.node == node["NodeID"]]
            resources = node["Resources"]
            most = int(resources.get("CPU", 0))
            if self._gpus:
                most = min(most, int(resources.get("GPU", 0) / self._gpus))
            free = min(left, most - sum(station.slots for station in here))
            left -= max(0, free)
            while free > 0:
                rooms.append((node["NodeID"], min(free, STATION_CORES)))
                free -= STATION_CORES
        return rooms

    async def _opened(self, node: str, slots: int) -> None:
        """Opens a station on a node, unless the node has no room for it or is gone."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor = (
            self._ray.remote(Station)
            .options(
                num_cpus=slots,
                num_gpus=self._gpus * slots,
                max_concurrency=slots + 1,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
            )
            .remote(self._course, self.device)
        )
        try:
            version, _ = await asyncio.wait_for(_settled(actor.ready.remote()), OPENING_SECONDS)
        except (TimeoutError, self._errors.RayError):
            self._ray.kill(actor)
            return
        if version != __version__:
            self._refused = f"A node of the cluster has tutor {version}, this machine {__version__}."
            self._ray.kill(actor)
            return
        station = _Open(actor, node, slots)
        self._stations.append(station)
        for _ in range(slots):
            self._free.put_nowait(station)


def _knock(address: str) -> None:
    """Looks whether anybody answers at ``host:port``, for which Ray itself would wait many minutes. Raises OSError."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), KNOCKING_SECONDS).close()


async def _settled(answer: Any) -> Any:
    return await answer
