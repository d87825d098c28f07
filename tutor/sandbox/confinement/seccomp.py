"""seccomp: system calls a solution has no business with, refused (``seccomp(2)``, a classic BPF filter).

It closes what Landlock leaves open: datagram and unix sockets, the memory and limits of other
processes, new namespaces and mounts, keyrings, BPF, io_uring, System V and POSIX queues, terminal
injection, attributes of files, programs. A refused call fails with EPERM, so that a library can go on
without it; ``clone3`` fails with ENOSYS, so that the C library takes ``clone``, whose flags a filter can see.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from tutor.sandbox.confinement.kernel import MACHINE, Unavailable, prctl, system_call, why

_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

# name: (x86_64, aarch64); None where the architecture has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "socketpair": (53, 199),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "open_tree": (428, 428), "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183), "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    "execve": (59, 221), "execveat": (322, 281), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "personality": (135, 92), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "ioprio_set": (251, 30), "sched_setattr": (314, 274), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "migrate_pages": (256, 238), "move_pages": (279, 239), "fanotify_init": (300, 262),
    "vhangup": (153, 58), "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "seccomp": (317, 277),
}  # fmt: skip

# Calls that are refused for some arguments only.
_CLONE, _CLONE3, _IOCTL = (56, 220), (435, 435), (16, 29)
_KILL, _TGKILL = (62, 129), (234, 131)
_OF_OTHERS = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
}  # first argument: a process; 0 is oneself
_SETPRIORITY = (141, 140)
_NEW_NAMESPACES = 0x7E020080 | 0x02000000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET,TIME}
_TERMINAL_INJECTION = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

_LOAD, _JUMP_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24
_X32 = 0x40000000

SECCOMP_SET_MODE_FILTER = 1


def restrict(allow: frozenset[str] = frozenset()) -> None:
    """Installs the filter on this process and its descendants; ``allow`` names calls that are left out of it.

    Raises:
        Unavailable: the kernel or the processor does not allow it.
    """
    if MACHINE not in _COLUMN:
        raise Unavailable(f"no filter is written for {MACHINE}")
    program = build(os.getpid(), allow)
    code = ctypes.create_string_buffer(b"".join(program))
    descriptor = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    try:
        prctl(38, 1)  # PR_SET_NO_NEW_PRIVS
        system_call("seccomp", SECCOMP_SET_MODE_FILTER, 0, ctypes.create_string_buffer(descriptor))
    except OSError as problem:
        raise Unavailable(f"seccomp is refused ({why(problem)})") from None


def build(own_pid: int, allow: frozenset[str] = frozenset()) -> list[bytes]:
    """The filter's instructions for this processor. Each refusal returns at once, so no jump is long."""
    column = _COLUMN[MACHINE]
    refuse = _ERRNO | errno.EPERM
    code = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, _AUDIT_ARCHITECTURE[MACHINE], 1, 0),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _NUMBER),
    ]
    if MACHINE == "x86_64":
        code += [_instruction(_JUMP_ANY_BIT, _X32, 0, 1), _instruction(_RETURN, _KILL_PROCESS)]
    for name, numbers in REFUSED.items():
        number = numbers[column]
        if number is not None and name not in allow:
            code += _when(number, [_instruction(_RETURN, refuse)])
    code += _when(_CLONE3[column], [_instruction(_RETURN, _ERRNO | errno.ENOSYS)])
    code += _when(
        _CLONE[column],
        [
            _instruction(_LOAD, _ARGUMENT_0),
            _instruction(_JUMP_ANY_BIT, _NEW_NAMESPACES, 0, 1),
            _instruction(_RETURN, refuse),
            _instruction(_RETURN, _ALLOW),
        ],
    )
    code += _when(_IOCTL[column], _unless_equal(_ARGUMENT_1, _TERMINAL_INJECTION, refuse_equal=True))
    for numbers in _OF_OTHERS.values():
        code += _when(numbers[column], _unless_equal(_ARGUMENT_0, (0, own_pid)))
    code += _when(_SETPRIORITY[column], _unless_equal(_ARGUMENT_1, (0, own_pid)))
    for numbers in (_KILL, _TGKILL):
        code += _when(numbers[column], _unless_equal(_ARGUMENT_0, (0, own_pid)))
    return [*code, _instruction(_RETURN, _ALLOW)]


def _when(number: int, body: list[bytes]) -> list[bytes]:
    """``body`` where the call is ``number``; a body always returns, or the number is loaded again."""
    return [_instruction(_JUMP_EQUAL, number, 0, len(body)), *body]


def _unless_equal(offset: int, values: tuple[int, ...], *, refuse_equal: bool = False) -> list[bytes]:
    """Allows the call when an argument is one of ``values`` and refuses it otherwise (or the reverse)."""
    matched, other = _ALLOW, _ERRNO | errno.EPERM
    if refuse_equal:
        matched, other = other, matched
    code = [_instruction(_LOAD, offset)]
    for value in values:
        code += [_instruction(_JUMP_EQUAL, value, 0, 1), _instruction(_RETURN, matched)]
    return [*code, _instruction(_RETURN, other)]


def _instruction(operation: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", operation, if_true, if_false, constant & 0xFFFFFFFF)
