"""Which system calls a box may make: a seccomp profile in the form that container engines read.

Everything is refused but what is named here, with an error a program can handle (EPERM, as engines answer),
so that nothing ordinary is killed. The engine gives a container's profile to every `exec` in it, too: it
costs no launcher. What a kernel has beyond this list is refused as unknown. The groups follow the kernel's
manual pages; `docs/sandbox.md` says what is left out, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

_ENOSYS = 38
_ALLOW, _ERROR = "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"
#: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: no namespaces of its own.
_NEW_NAMESPACES = 0x7E020000
#: Linux's numbers, which the machine that runs Proctor need not share.
_UNIX, _INET, _INET6, _NETLINK, _PACKET = 1, 2, 10, 16, 17
_STREAM, _DATAGRAM = 1, 2
#: Low bits of a socket's type; the others are flags.
_TYPE = 0xF
_ROUTE, _TCP, _UDP, _ICMP, _ICMP6 = 0, 6, 17, 1, 58
#: Linux, 32-bit Linux, both without address randomisation; and the question which one holds.
_PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
_S_IFMT, _S_IFIFO, _S_IFREG, _S_IFSOCK = 0xF000, 0x1000, 0x8000, 0xC000

_FILES = """
access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock
fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr
inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl lchown lgetxattr link linkat listxattr
llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat newfstatat open openat openat2 pread64 preadv
preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat
renameat2 rmdir sendfile setxattr splice stat statfs statx symlink symlinkat sync_file_range tee truncate
umask unlink unlinkat utime utimensat utimes write writev
"""
_MEMORY = """
brk cachestat madvise memfd_create mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall
munmap pkey_alloc pkey_free pkey_mprotect process_mrelease
"""
_PROCESSES = """
arch_prctl capget capset execve execveat exit exit_group fork futex futex_requeue futex_wait futex_waitv
futex_wake get_robust_list get_thread_area getcpu getegid geteuid getgid getgroups getitimer getpgid getpgrp
getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set
kill landlock_add_rule landlock_create_ruleset landlock_restrict_self membarrier pause pidfd_open
pidfd_send_signal prctl prlimit64 restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask
rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max
sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp
set_robust_list set_thread_area set_tid_address setfsgid setfsuid setgid setgroups setitimer setpgid
setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid sigaltstack sysinfo tgkill time
times tkill uname vfork wait4 waitid
"""
_WAITING = """
alarm clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_ctl_old
epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 gettimeofday nanosleep poll ppoll pselect6
select signalfd signalfd4 timer_create timer_delete timer_getoverrun timer_gettime timer_settime
timerfd_create timerfd_gettime timerfd_settime
"""
_TALKING = """
accept accept4 bind connect getpeername getrandom getsockname getsockopt listen mq_getsetattr mq_notify
mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd pipe pipe2 recvfrom recvmmsg
recvmsg semctl semget semop semtimedop sendmmsg sendmsg sendto
setsockopt shmat shmctl shmdt shmget shutdown socketpair
"""
_ALLOWED = tuple(f"{_FILES} {_MEMORY} {_PROCESSES} {_WAITING} {_TALKING}".split())


@cache
def profile(*, packets: bool = False) -> str:
    """The profile as JSON text. With `packets`, packet sockets are allowed: for Proctor's own programs."""
    rules = [_rule(_ALLOW, _ALLOWED), *_sockets(), *_processes(), *_nodes()]
    if packets:
        rules.append(_rule(_ALLOW, ["socket"], (0, _PACKET)))
    return json.dumps({"defaultAction": _ERROR, "defaultErrnoRet": 1, "syscalls": rules})


def _sockets() -> Iterable[dict[str, object]]:
    """Unix sockets, TCP, UDP, ping, and the questions about interfaces that name look-ups ask the kernel."""
    yield _rule(_ALLOW, ["socket"], (0, _UNIX))
    yield _rule(_ALLOW, ["socket"], (0, _NETLINK), (2, _ROUTE))
    for family in (_INET, _INET6):
        for kind, protocols in ((_STREAM, (0, _TCP)), (_DATAGRAM, (0, _UDP, _ICMP, _ICMP6))):
            for protocol in protocols:
                yield _rule(_ALLOW, ["socket"], (0, family), (2, protocol), masked=(1, _TYPE, kind))


def _processes() -> Iterable[dict[str, object]]:
    yield _rule(_ALLOW, ["clone"], masked=(0, _NEW_NAMESPACES, 0))
    # Its flags lie in memory, where no filter can see them; C libraries then fall back to `clone`.
    yield {**_rule(_ERROR, ["clone3"]), "errnoRet": _ENOSYS}
    for value in _PERSONALITIES:
        yield _rule(_ALLOW, ["personality"], (0, value))


def _nodes() -> Iterable[dict[str, object]]:
    """Named pipes and the like, no devices."""
    for kind in (0, _S_IFIFO, _S_IFREG, _S_IFSOCK):
        yield _rule(_ALLOW, ["mknod"], masked=(1, _S_IFMT, kind))
        yield _rule(_ALLOW, ["mknodat"], masked=(2, _S_IFMT, kind))


def _rule(
    action: str, names: Iterable[str], *equal: tuple[int, int], masked: tuple[int, int, int] | None = None
) -> dict[str, object]:
    """`equal` are (argument, value); `masked` is (argument, mask, value). All of them have to hold."""
    tests: list[dict[str, object]] = [
        {"index": index, "value": value, "op": "SCMP_CMP_EQ"} for index, value in equal
    ]
    if masked:
        index, mask, value = masked
        tests.append({"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"})
    return {"names": list(names), "action": action, "args": tests}
