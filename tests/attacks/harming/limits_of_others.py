"""Changes limits, priority and processors of the canary and of the processes above."""
# verdict: passed
# held by: namespaces seccomp

import os
import resource

for process in (int("@PID@"), int("@PARENT@")):
    attempts = (
        lambda: resource.prlimit(process, resource.RLIMIT_CORE),  # noqa: B023
        lambda: os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process)),  # noqa: B023
        lambda: os.sched_setaffinity(process, os.sched_getaffinity(process)),  # noqa: B023
    )
    for number, attempt in enumerate(attempts):
        try:
            attempt()
            print("SUCCEEDED in attempt", number, "on", process)
        except OSError:
            continue


def halve(x):
    return x / 2


def double(x):
    return x * 2
