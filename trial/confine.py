"""The start of every child process that reads what is not ours: limits first, then the worker. The one definition of those limits.

Run as `python -I confine.py LIMITS WORKER`, with an empty environment; `LIMITS` is the JSON of `Limits.told`. It takes away memory,
time, files and the network, then runs the worker in the same process, so that no worker can forget them. The worker finds in
`sys.argv[1]` how the network was taken away: "namespace" (a network of its own, without any interface), "seccomp" (no socket can be
made), or "none" where the kernel allows neither. Standard library only: the libraries of a worker are loaded under its limits.
"""

import ctypes
import json
import platform
import resource
import runpy
import struct
import sys
from dataclasses import asdict, dataclass

GIBIBYTE = 2**30


@dataclass(frozen=True)
class Limits:
    """What a child may take: address space in bytes, CPU in seconds over its life, open files, bytes of the largest file it writes."""

    memory: int = 2 * GIBIBYTE
    cpu: int = 60
    open_files: int = 64
    written: int = 0

    def told(self) -> str:
        """As the child reads them."""
        return json.dumps(asdict(self))


def limit(limits: Limits) -> None:
    """Set them, hard. At the CPU limit the kernel sends SIGXCPU, which tells time from memory; a second later it kills."""
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 1),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.written, limits.written),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))


NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


def alone() -> str:
    """Take the network away, by the first way the kernel allows; says which."""
    try:
        system = ctypes.CDLL(None, use_errno=True)
        # Without privilege a network namespace needs a user namespace around it.
        if any(system.unshare(flags) == 0 for flags in (NEW_NETWORK, NEW_USER | NEW_NETWORK)):
            return "namespace"
        return "seccomp" if _no_sockets(system) else "none"
    except (OSError, AttributeError):  # no C library to ask, or not Linux
        return "none"


ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EACCES
CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Of each machine: its number for the kernel, and that of the system call `socket`."""
IO_RING = 425
OTHER_ABI = 0x40000000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2


def _no_sockets(system: ctypes.CDLL) -> bool:
    """A filter under which no socket is made, by the call itself, by io_uring, or by another ABI of the machine."""
    if platform.machine() not in CALLS:
        return False
    machine, socket = CALLS[platform.machine()]
    program = [
        (0x20, 0, 0, 4), (0x15, 0, 5, machine),
        (0x20, 0, 0, 0), (0x35, 3, 0, OTHER_ABI), (0x15, 2, 0, socket), (0x15, 1, 0, IO_RING),
        (0x06, 0, 0, ALLOW), (0x06, 0, 0, REFUSE),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    loaded = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    return bool(system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and system.prctl(SECCOMP, FILTER, loaded) == 0)


def main() -> None:
    """Limit this process, then become the worker."""
    limits, worker = Limits(**json.loads(sys.argv[1])), sys.argv[2]
    network = alone()
    limit(limits)
    sys.argv = [worker, network]
    runpy.run_path(worker, run_name="__main__")


if __name__ == "__main__":
    main()
