"""Says what the skill's Python does, with file and line. Loaded at every start of Python inside the box.

An explanation for reviewers and nothing more: what is not Python, or does not want to, says nothing. Whatever
happens in here, the program goes on as if it had not.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

_PIPE = "/run/proctor/events"
_OURS = ("/opt/proctor/import_modules.py", "/opt/proctor/check_scripts.py", "/opt/proctor/run_tests.py")
_MOST, _LONG = 64, 160
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_WRITABLE = ("/tmp/", "/dev/shm/", "/dev/pts/", "/proc/self/", "/run/proctor/")  # noqa: S108 - in the box
_DEVICES = ("/tmp", "/dev/null", "/dev/tty", "/dev/stdout", "/dev/stderr", "/dev/ptmx", "/dev/full")  # noqa: S108
_CANARIES = ("/tmp/.aws/credentials", "/tmp/.git-credentials", "/tmp/.ssh/id_ed25519")  # noqa: S108
_ENGINES = ("docker.sock", "containerd.sock", "podman.sock", "crio.sock")
_MACHINE = ("/dev/mem", "/dev/kmem", "/dev/kmsg", "/proc/kcore", "/proc/kmsg", "/proc/sysrq-trigger")
_INIT = ("mem", "environ", "root", "cwd", "exe", "maps", "fd", "ns")
_FAMILIES = (-1, 0, 1, 2, 10, 16)
# fmt: off
_CALLS = frozenset({
    "add_key", "bpf", "chroot", "init_module", "ioperm", "iopl", "kexec_load", "keyctl", "mount",
    "open_by_handle_at", "perf_event_open", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace",
    "reboot", "request_key", "setns", "swapon", "umount", "umount2", "unshare", "userfaultfd",
})
# fmt: on

_busy: set[int] = set()
_told: set[tuple[str, str, str]] = set()


def hook(event: str, args: tuple[Any, ...]) -> None:
    """The audit hook: fast for everything that nobody wants to know."""
    look = _WATCHED.get(event)
    if look is None or get_ident() in _busy:
        return
    me = get_ident()
    _busy.add(me)
    try:
        found = look(event, args)
        if found:
            _tell(*found)
    except Exception:  # noqa: BLE001, S110 - see the module's text
        pass
    finally:
        _busy.discard(me)


def _tell(kind: str, what: str) -> None:
    entry = (kind, what[:_LONG], _where())
    if entry in _told or len(_told) >= _MOST:
        return
    _told.add(entry)
    # Opened each time: a descriptor kept open could be closed, and its number used for a file of the skill's.
    pipe = os.open(_PIPE, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.write(pipe, b"\t".join(part.encode("unicode_escape") for part in entry)[:4000] + b"\n")
    finally:
        os.close(pipe)


def _where() -> str:
    """The innermost line of the skill, else of one of its packages."""
    package = ""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        name, place = frame.f_code.co_filename, ""
        if "/site-packages/" in name:
            package = package or f"{name.rpartition('/site-packages/')[2]}:{frame.f_lineno}"
        elif name.startswith("/skill/") or not name.startswith(("/", "<")):
            place = f"{name.removeprefix('/skill/')}:{frame.f_lineno}"
        if place:
            return place[:_LONG]
        frame = frame.f_back
    return package[:_LONG]


def _connect(event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    address = args[1]
    if isinstance(address, tuple) and len(address) >= 2:
        return None if _here(address[0]) else ("network", f"{event[7:]} {address[0]}:{address[1]}")
    path = os.fsdecode(address) if isinstance(address, (str, bytes)) else ""
    return ("escape", f"connect {path}") if path.endswith(_ENGINES) else None


def _look_up(_event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    host = os.fsdecode(args[0]) if args[0] else ""
    is_address = ":" in host or not host.strip("0123456789.")
    return None if is_address or _here(host) else ("network", f"look up {host}")


def _here(host: object) -> bool:
    return str(host) in ("", "localhost", "::1", "::", "0.0.0.0") or str(host).startswith("127.")  # noqa: S104


def _socket(_event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    family, kind = int(args[1]), int(args[2])
    if family not in _FAMILIES or (kind > 0 and kind & 15 == 3 and family != 16):
        return "escape", f"socket of family {family}, type {kind & 15}"
    return None


def _process(event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    words = args[0] if event == "os.system" else args[1] or args[0]
    if isinstance(words, (list, tuple)):
        words = " ".join(os.fsdecode(word) for word in words)
    return "process", os.fsdecode(words)


def _open(_event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    if not isinstance(args[0], (str, bytes)):
        return None
    path = _absolute(args[0])
    if args[2] & _WRITES:
        return _write("open", path)
    if path in _CANARIES:
        return "canary", f"open {path}"
    return ("escape", f"open {path}") if _machines(path) else None


def _change(event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    count = 2 if event in ("os.rename", "os.link") else 1
    for argument in args[:count]:
        if isinstance(argument, (str, bytes)):
            found = _write(event[3:], _absolute(argument))
            if found:
                return found
    return None


def _write(doing: str, path: str) -> tuple[str, str] | None:
    if path.startswith(_WRITABLE) or path in _DEVICES:
        return None
    outside = path.startswith(("/proc/", "/sys/")) or _machines(path)
    return "escape" if outside else "write", f"{doing} {path}"


def _machines(path: str) -> bool:
    init = path.startswith("/proc/1/") and path.split("/")[3] in _INIT
    return init or path in _MACHINE or path.endswith(_ENGINES)


def _absolute(path: str | bytes) -> str:
    text = os.fsdecode(path)
    return os.path.normpath(text if text.startswith("/") else os.path.join(os.getcwd(), text))  # noqa: PTH109, PTH118


def _kill(_event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    return ("escape", f"kill {args[0]}") if args[0] in (1, -1) and args[1] else None


def _call(_event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    return ("escape", f"system call {args[1]}") if args[1] in _CALLS else None


_WATCHED = {
    **dict.fromkeys(("socket.connect", "socket.sendto", "socket.sendmsg"), _connect),
    **dict.fromkeys(("socket.getaddrinfo", "socket.gethostbyname"), _look_up),
    "socket.__new__": _socket,
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"), _process),
    "open": _open,
    **dict.fromkeys(("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.truncate"), _change),
    **dict.fromkeys(("os.chmod", "os.chown", "os.utime"), _change),
    "os.kill": _kill,
    "ctypes.dlsym": _call,
}

if not any(argument in _OURS for argument in getattr(sys, "orig_argv", sys.argv)):
    sys.addaudithook(hook)
