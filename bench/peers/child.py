"""A peer as a child process: it says what it is, then does one step for every line it reads.

The answers are lines of JSON on what was standard output when the process started; whatever a library prints goes to
standard error. bench/peers/child.ts is the other end.
"""
import json
import os
import resource
import sys
import time

WARM_UP = 5

_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def serve(step, **facts):
    """Warms up, says `facts`, and then answers every line with the milliseconds of one step and the loss it returned."""
    for _ in range(WARM_UP):
        loss = step()
    _say(ready=True, loss=float(loss), **facts)
    for _ in sys.stdin:
        start, processor = time.perf_counter(), time.process_time()
        loss = float(step())
        ms, cpu_ms = (time.perf_counter() - start) * 1e3, (time.process_time() - processor) * 1e3
        _say(ms=ms, cpuMs=cpu_ms, loss=loss, memoryMB=_most_resident())


def _most_resident():
    """MB. What getrusage tells is on Linux at least the parent's, where the process came from it."""
    try:
        with open("/proc/self/status") as status:
            kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except FileNotFoundError:
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024 / 1e6


def _say(**fields):
    _answers.write(json.dumps(fields) + "\n")
    _answers.flush()
