"""seccomp: system calls a solution has no business with, refused (``seccomp(2)``, a classic BPF filter).

It closes what Landlock leaves open: datagram and unix sockets, the memory and limits of other
processes, new namespaces and mounts, keyrings, BPF, io_uring, System V and POSIX queues, terminal
injection, attributes and times of files, programs, new processes (threads are free). It also closes
ways for one worker to leave word for another that the judge does not see (locks on a file both may
read, notes of who read it, the page cache), and memory that no account shows. A refused call fails
with EPERM, so that a library can go on without it; ``clone3`` fails with ENOSYS, so that the C library
takes ``clone``, whose flags a filter can see.
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
    "fork": (57, None), "vfork": (58, None), "setpriority": (141, 140), "get_robust_list": (274, 100),
    "setxattrat": (463, 463), "removexattrat": (466, 466), "open_tree_attr": (467, 467), "file_setattr": (469, 469),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "flock": (73, 32), "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fadvise64": (221, 223), "readahead": (187, 213), "mincore": (27, 232), "cachestat": (451, 451),
    "preadv2": (327, 286), "pwritev2": (328, 287), "io_setup": (206, 0),
}  # fmt: skip

# What the libraries of a GPU may use beyond that.
FOR_CUDA = frozenset({"mmap", "fcntl", "mincore"})

# What a compiler needs beyond that: it is a program that starts others, and marks what it made as executable.
FOR_COMPILERS = frozenset(
    {"execve", "fork", "vfork", "clone", "chmod", "fchmod", "fchmodat", "flock", "mmap", "fcntl", "fadvise64"}
)

# Calls that are refused for some arguments only.
_CLONE, _CLONE3, _IOCTL = (56, 220), (435, 435), (16, 29)
_KILL, _TGKILL = (62, 129), (234, 131)
_OF_OTHERS = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
}  # first argument: a process; 0 is oneself
_FCNTL, _PRCTL, _MMAP, _MADVISE = (72, 25), (157, 167), (9, 222), (28, 233)
_THREAD = 0x00010000  # CLONE_THREAD
_NEW_NAMESPACES = 0x7E020080 | 0x02000000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET,TIME}
# TIOCSTI, TIOCLINUX (terminal injection); FIOSETOWN, SIOCSPGRP, FIOASYNC (signals); FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
_REFUSED_IOCTL = (0x5412, 0x541C, 0x8901, 0x8902, 0x5452, 0x40086602, 0x401C5820)
# Duplicating and flags of descriptors, sizes of pipes, seals: no locks, leases, owners or hints.
_ALLOWED_FCNTL = (0, 1, 2, 3, 4, 1030, 1032, 1033, 1034)
# Outliving the parent, becoming readable to others, adopting orphans, PR_SET_PTRACER.
_REFUSED_PRCTL = (1, 4, 36, 0x59616D61)
_REFUSED_MADVISE = (20, 21)  # MADV_COLD, MADV_PAGEOUT: what is in the page cache is everybody's
_SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS: its pages leave every account once unmapped from view

_LOAD, _AND, _JUMP_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x45, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1, _ARGUMENT_2, _ARGUMENT_3 = 0, 4, 16, 24, 32, 40
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
            _instruction(_JUMP_ANY_BIT, _THREAD, 1, 0),
            _instruction(_RETURN, _ALLOW if "clone" in allow else refuse),
            _instruction(_RETURN, _ALLOW),
        ],
    )
    if "mmap" not in allow:
        code += _when(
            _MMAP[column],
            [
                _instruction(_LOAD, _ARGUMENT_3),
                _instruction(_AND, _SHARED_ANONYMOUS),
                _instruction(_JUMP_EQUAL, _SHARED_ANONYMOUS, 0, 1),
                _instruction(_RETURN, refuse),
                _instruction(_RETURN, _ALLOW),
            ],
        )
    if "fcntl" not in allow:
        code += _when(_FCNTL[column], _unless_equal(_ARGUMENT_1, _ALLOWED_FCNTL))
    code += _when(_IOCTL[column], _unless_equal(_ARGUMENT_1, _REFUSED_IOCTL, refuse_equal=True))
    code += _when(_PRCTL[column], _unless_equal(_ARGUMENT_0, _REFUSED_PRCTL, refuse_equal=True))
    code += _when(_MADVISE[column], _unless_equal(_ARGUMENT_2, _REFUSED_MADVISE, refuse_equal=True))
    for numbers in _OF_OTHERS.values():
        code += _when(numbers[column], _unless_equal(_ARGUMENT_0, (0, own_pid)))
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
