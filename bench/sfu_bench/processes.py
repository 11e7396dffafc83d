"""Child processes on processors of their own, and what the kernel knows of them. Each is ended by its pid, and by the
kernel where this process dies first."""
import asyncio
import ctypes
import os
import signal

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 5
LIBC = ctypes.CDLL(None, use_errno=True)


def _set_nice(nice):
    os.setpriority(os.PRIO_PROCESS, 0, nice)
    # Where sessions are scheduled as groups, the niceness of a process counts within its own only (sched(7)).
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write(str(nice))
    except OSError:
        pass


def _prepare(cpus, nice):
    def prepare():
        # A terminal's Ctrl-C is for us, who then end the child in our own order.
        os.setsid()
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.sched_setaffinity(0, cpus)
        if nice:
            _set_nice(nice)
    return prepare


async def start(command, cpus, nice=0, **streams):
    return await asyncio.create_subprocess_exec(*map(str, command), preexec_fn=_prepare(cpus, nice), **streams)


async def stop(child, how=signal.SIGTERM):
    """Ends the child and gives its exit code."""
    if child.returncode is None:
        child.send_signal(how)
        try:
            await asyncio.wait_for(child.wait(), STOP_SECONDS)
        except (asyncio.TimeoutError, asyncio.CancelledError):
            child.kill()
            await child.wait()
    return child.returncode


async def output(command, cpus, nice=0):
    child = await start(command, cpus, nice, stdout=asyncio.subprocess.PIPE)
    try:
        text, _ = await child.communicate()
    finally:
        await stop(child)
    if child.returncode:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}")
    return text.decode()


def cpu_seconds(pid):
    """utime + stime of a process, all of its threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def thread_run_seconds(pid, thread):
    """What a thread has run, to the nanosecond where the kernel tells."""
    with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


def run_seconds(pid):
    """The same for all threads that a process has now."""
    try:
        return sum(thread_run_seconds(pid, thread) for thread in os.listdir(f"/proc/{pid}/task"))
    except FileNotFoundError:
        return cpu_seconds(pid)


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def busy_seconds(cpus):
    """What these processors have worked so far, for whomever; time that the hypervisor took counts as work."""
    names = {f"cpu{cpu}" for cpu in cpus}
    total = 0
    with open("/proc/stat", encoding="ascii") as file:
        for line in file:
            name, *ticks = line.split()
            if name in names:
                user, nice, system, _, _, irq, softirq, steal = map(int, ticks[:8])
                total += user + nice + system + irq + softirq + steal
    return total / TICKS_A_SECOND
