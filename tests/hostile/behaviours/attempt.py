"""What the behaviours share: try something, and say how it went. Not a behaviour itself."""

import ctypes
import errno
import platform

LIBC = ctypes.CDLL(None, use_errno=True)
_NUMBERS = {
    "x86_64": {
        "add_key": 248,
        "bpf": 321,
        "capset": 126,
        "delete_module": 176,
        "init_module": 175,
        "io_uring_setup": 425,
        "kexec_load": 246,
        "keyctl": 250,
        "mount": 165,
        "open_by_handle_at": 304,
        "perf_event_open": 298,
        "pivot_root": 155,
        "process_vm_writev": 311,
        "ptrace": 101,
        "reboot": 169,
        "request_key": 249,
        "setns": 308,
        "sethostname": 170,
        "settimeofday": 164,
        "swapon": 167,
        "umount2": 166,
        "unshare": 272,
        "userfaultfd": 323,
    },
    "aarch64": {
        "add_key": 217,
        "bpf": 280,
        "capset": 91,
        "delete_module": 106,
        "init_module": 105,
        "io_uring_setup": 425,
        "kexec_load": 104,
        "keyctl": 219,
        "mount": 40,
        "open_by_handle_at": 265,
        "perf_event_open": 241,
        "pivot_root": 41,
        "process_vm_writev": 271,
        "ptrace": 117,
        "reboot": 142,
        "request_key": 218,
        "setns": 268,
        "sethostname": 161,
        "settimeofday": 170,
        "swapon": 224,
        "umount2": 39,
        "unshare": 97,
        "userfaultfd": 282,
    },
}[platform.machine()]


def attempt(name, call, *arguments):
    """Call; say `NAME: WORKED`, which no behaviour may ever say, or `NAME: refused, ERRNO`."""
    try:
        call(*arguments)
    except OSError as error:
        print(f"{name}: refused, {errno.errorcode.get(error.errno, error.errno)}", flush=True)
    else:
        print(f"{name}: WORKED", flush=True)


def syscall(name, *arguments):
    """A system call by name, as C libraries make it. Raises OSError."""
    ctypes.set_errno(0)
    if LIBC.syscall(_NUMBERS[name], *arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def write(path, text):
    """Open an existing file for writing and write to it."""
    with open(path, "r+", buffering=1) as file:
        file.write(text)
