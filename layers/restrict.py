"""Restrict a process before it opens an untrusted file: Landlock for files and TCP, seccomp for the rest, rlimits.

Linux only; elsewhere the limit on time remains. Both are called through the kernel's own interface: the two libraries
that wrap them need system packages. References: Linux kernel documentation, "Landlock: unprivileged access control" and
"Seccomp BPF". `guard_state` tells what of it holds on this machine, by trying it: ``python -m layers.restrict`` is the
trial.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from geo.errors import Phrase

if sys.platform != "win32":
    import resource

#: The deployer's word that uploads may be read on a machine that cannot shut the reader in.
ALLOW_UNGUARDED = "OREBRIDGE_UNGUARDED_UPLOADS"
_YES = ("1", "allow", "on", "true", "yes")
_TRIAL_S = 20.0
_TRIAL_MEMORY = 200_000_000
_CODE = Path(__file__).resolve().parents[1]

_LANDLOCK = {"create": 444, "add_rule": 445, "restrict": 446}
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _READ_FILE | _READ_DIR
#: Write, remove and make files and folders, truncate; no links, devices, sockets or pipes.
_WRITE = _READ | _WRITE_FILE | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 14
#: Rights on files that each version of the interface knows: 1..13, then refer, truncate, ioctl.
_ALL_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_ALL_TCP, _ALL_SCOPES = 3, 3
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER, _DEATH_SIGNAL = 38, 22, 2, 1
_CLONE_THREAD = 0x10000
_EPERM, _ENOSYS = 1, 38
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000

#: Calls that a reader of files never needs: sockets, other processes, programs, kernel doors, and what Landlock leaves
#: open (rights, owners, times and attributes of files; memory shared with others). (x86_64, aarch64; -1: not there)
_REFUSED = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "kill": (62, 129),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "chroot": (161, 51),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "open_by_handle_at": (304, 265),
    "fork": (57, -1),
    "vfork": (58, -1),
    "sendmmsg": (307, 269),
    "accept": (43, 202),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "setrlimit": (160, 164),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "truncate": (76, 45),
    "chmod": (90, -1),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, -1),
    "fchown": (93, 55),
    "lchown": (94, -1),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "utime": (132, -1),
    "utimes": (235, -1),
    "futimesat": (261, -1),
    "utimensat": (280, 88),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "iopl": (172, -1),
    "ioperm": (173, -1),
}
_OPEN, _OPENAT, _OPENAT2, _CUT, _READ_AND_CUT = (2, -1), (257, 56), 437, 0x200, 0x203
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)
#: From here on x86_64 has its calls a second time (x32), under which a filter by number would miss them.
_SECOND_TABLE = 0x40000000
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """Return the version of the kernel's Landlock interface; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    version: int = _libc().syscall(_LANDLOCK["create"], None, 0, 1)
    return max(version, 0)


@dataclass(frozen=True, slots=True)
class GuardState:
    """What keeps the reader of uploads in on this machine.

    Attributes
    ----------
    filesystem : bool
        It reads the upload and the libraries alone, and writes its answer alone (Landlock).
    network : bool
        It opens no connection and starts no program (seccomp).
    memory : bool
        The system ends it when it takes too much memory.
    time : bool
        It is ended when it takes too long; so on every system.
    allowed_unguarded : bool
        The deployer has set `ALLOW_UNGUARDED`: uploads are read although something does not hold.
    reason : str
        Why something does not hold, with the cure, as one sentence; empty where all of it holds.
    """

    filesystem: bool
    network: bool
    memory: bool
    time: bool = True
    allowed_unguarded: bool = False
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether all restrictions hold."""
        return self.filesystem and self.network and self.memory and self.time

    @property
    def uploads(self) -> bool:
        """Whether uploads are read: all restrictions hold, or the deployer allows uploads regardless."""
        return self.whole or self.allowed_unguarded


def guard_state() -> GuardState:
    """Return which restrictions hold, tested once in a child process that restricts itself and tries to escape.

    Examples
    --------
    >>> guard_state().time
    True
    """
    filesystem, network, memory, reason = _measured()
    return GuardState(
        filesystem, network, memory, True, os.environ.get(ALLOW_UNGUARDED, "").strip().lower() in _YES, reason
    )


@cache
def _measured() -> tuple[bool, bool, bool, str]:
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "layers.restrict"],
            cwd=_CODE,
            capture_output=True,
            timeout=_TRIAL_S,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        tried = json.loads(ended.stdout)
        state = bool(tried["filesystem"]), bool(tried["network"]), bool(tried["memory"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        why = Phrase("The reader of uploads cannot be tried on this machine ({kind}).", kind=type(error).__name__)
        return False, False, False, why
    return *state, "" if all(state) else _reason(*state, str(tried["refused"]))


def _reason(filesystem: bool, network: bool, memory: bool, refused: str) -> str:
    """Return which restrictions do not hold on this machine, as a sentence."""
    system = platform.system() or sys.platform
    if not sys.platform.startswith("linux"):
        return Phrase("Orebridge can shut the reader of uploads in on Linux only; this is {system}.", system=system)
    if platform.machine() not in _ARCHITECTURES:
        return Phrase(
            "Orebridge can shut the reader of uploads in on {architectures} only; this machine is {machine}.",
            architectures=" and ".join(_ARCHITECTURES),
            machine=platform.machine(),
        )
    missing = []
    if not filesystem:
        missing.append(
            Phrase(
                "files (Landlock: Linux 5.13 or later with it among the security modules, and a container "
                "that lets it through)"
            )
        )
    if not network:
        missing.append(Phrase("the network (seccomp: a container has to let it through)"))
    if not memory:
        missing.append(Phrase("memory (RLIMIT_AS)"))
    if refused:
        return Phrase(
            "This machine cannot keep the reader of uploads from {missing}; the system says: {answer}.",
            missing=missing,
            answer=refused,
        )
    return Phrase("This machine cannot keep the reader of uploads from {missing}.", missing=missing)


def trial() -> dict[str, object]:
    """Restrict this process as far as the system allows, then try each way out. It can do nothing else afterwards.

    Returns
    -------
    dict
        filesystem, network, memory: whether the way out is shut; refused: what the system said when it could not be
        shut.
    """
    refused = []
    limit(_TRIAL_S, _TRIAL_MEMORY, 1_000_000)
    ways: dict[str, Callable[[], None]] = {"Landlock": partial(restrict_files, [], []), "seccomp": restrict_calls}
    for name, shut_in in ways.items():
        try:
            shut_in()
        except OSError as error:
            refused.append(f"{name}: {error.strerror}")
    holds = {"filesystem": _fails(_read_own_code), "network": _fails(_open_socket), "memory": _fails(_take_memory)}
    return {**holds, "refused": "; ".join(refused)}


def _fails(act: Callable[[], object]) -> bool:
    try:
        act()
    except (OSError, MemoryError):
        return True
    return False


def _read_own_code() -> None:
    Path(__file__).read_bytes()


def _open_socket() -> None:
    socket.socket().close()


def _take_memory() -> None:
    mmap.mmap(-1, 3 * _TRIAL_MEMORY).close()


def limit(seconds: float, memory_bytes: int, output_bytes: int) -> None:
    """Bound processor time, memory beyond what is mapped already, size of a written file, open files; no core dumps.

    Windows: nothing.

    Parameters
    ----------
    seconds : float
        Processor time, s.
    memory_bytes : int
        Address space, bytes.
    output_bytes : int
        Largest file that may be written, bytes.
    """
    if sys.platform == "win32":
        return
    limits = {
        resource.RLIMIT_CPU: int(seconds) + 5,
        resource.RLIMIT_FSIZE: output_bytes,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform.startswith("linux"):
        mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        limits[resource.RLIMIT_AS] = mapped + memory_bytes
    for what, most in limits.items():
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def end_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when `parent`, which forked it, ends.

    Ends at once if that has happened already.

    Parameters
    ----------
    parent : int
        Process id of the parent.
    """
    if sys.platform.startswith("linux"):
        _check(_libc().prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)


def _no_new_rights() -> ctypes.CDLL:
    """Return the C library of a process that programs with rights of others will not lift above its own.

    Raises
    ------
    OSError
        If the system or the processor is not one that this is written for.
    """
    if not sys.platform.startswith("linux") or platform.machine() not in _ARCHITECTURES:
        raise OSError(_ENOSYS, f"not on {platform.system()} on {platform.machine()}")
    libc = _libc()
    _check(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    return libc


def _check(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


def restrict_files(readable: list[Path], writable: list[Path]) -> None:
    """Restrict this process to these files, by Landlock.

    Parameters
    ----------
    readable : list[Path]
        Files and folders that may be read.
    writable : list[Path]
        Folders that may be written.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    libc = _no_new_rights()
    version = landlock_version()
    rights = _ALL_RIGHTS[min(max(version, 1), 5)]
    attributes = struct.pack("QQQ", rights, _ALL_TCP if version >= 4 else 0, _ALL_SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _check(libc.syscall(_LANDLOCK["create"], attributes, size, 0))
    for paths, allowed in ((readable, _READ | _EXECUTE), (writable, _WRITE & rights)):
        for path in paths:
            if path.exists():
                _allow(libc, ruleset, path, allowed)
    _check(libc.syscall(_LANDLOCK["restrict"], ruleset, 0))
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    if not path.is_dir():
        rights &= _READ_FILE | _WRITE_FILE | _EXECUTE
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        _check(libc.syscall(_LANDLOCK["add_rule"], ruleset, 1, struct.pack("=Qi", rights, opened), 0))
    finally:
        os.close(opened)


def restrict_calls() -> None:
    """Install the seccomp filter: refused calls fail with EPERM, new processes too; threads stay possible.

    Raises
    ------
    OSError
        If the kernel, or a container, refuses.
    """
    libc = _no_new_rights()
    column, architecture = _ARCHITECTURES[platform.machine()]
    refused = [numbers[column] for numbers in _REFUSED.values() if numbers[column] >= 0]
    load, equal, least, anybits, both, answer = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
    code = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, _KILL), (load, 0, 0, 0)]
    code += [(least, 0, 1, _SECOND_TABLE), (answer, 0, 0, _ERRNO | _ENOSYS)]
    for number in refused:
        code += [(equal, 0, 1, number), (answer, 0, 0, _ERRNO | _EPERM)]
    code += [(equal, 0, 1, _CLONE3[column]), (answer, 0, 0, _ERRNO | _ENOSYS)]  # the C library then falls back to clone
    # calls that may reach this process alone, judged by their first argument: a new thread, a signal (abort), its own
    # limits
    for numbers, test, operand in (
        (_CLONE, anybits, _CLONE_THREAD),
        (_TGKILL, equal, os.getpid()),
        (_PRLIMIT, equal, 0),
    ):
        code += [
            (equal, 0, 4, numbers[column]),
            (load, 0, 0, 16),
            (test, 1, 0, operand),
            (answer, 0, 0, _ERRNO | _EPERM),
        ]
        code += [(answer, 0, 0, _ALLOW)]
    # a file that is opened for reading must not be cut by it: Landlock knows that right from version 3 on only
    code += [(equal, 0, 1, _OPENAT2), (answer, 0, 0, _ERRNO | _ENOSYS)]
    for number, argument in ((_OPEN[column], 24), (_OPENAT[column], 32)):
        if number >= 0:
            code += [(equal, 0, 5, number), (load, 0, 0, argument), (both, 0, 0, _READ_AND_CUT), (equal, 0, 1, _CUT)]
            code += [(answer, 0, 0, _ERRNO | _EPERM), (answer, 0, 0, _ALLOW)]
    code += [(answer, 0, 0, _ALLOW)]
    program = b"".join(struct.pack("HBBI", *step) for step in code)
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(steps))
    _check(libc.prctl(_SET_SECCOMP, _FILTER, header, 0, 0))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(trial()))
