"""The process that draws: `python -m jetbill.documents.worker`, started by `workers`, one job after the
other.

It has no database, no network and a bounded memory; what it reads and writes are frames on its standard
streams: the length of a JSON head, the head, and the parts the head announces. Anything that kills it costs
one document only.
"""

import json
import os
import queue
import resource
import struct
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO, cast

Frame = tuple[dict[str, Any], list[bytes]]


def write_frame(stream: BinaryIO, head: dict[str, Any], parts: list[bytes]) -> None:
    """One frame, flushed."""
    encoded = json.dumps({**head, "parts": [len(part) for part in parts]}).encode()
    stream.write(struct.pack(">I", len(encoded)) + encoded)
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame; None at the end of the stream, also in the middle of a frame."""
    size = _exactly(stream, 4)
    encoded = _exactly(stream, struct.unpack(">I", size)[0]) if size else None
    if encoded is None:
        return None
    head: dict[str, Any] = json.loads(encoded)
    parts = []
    for length in head.pop("parts"):
        part = _exactly(stream, length)
        if part is None:
            return None
        parts.append(part)
    return head, parts


def main() -> None:
    """Draws until the stream of jobs ends."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    jobs: queue.Queue[Frame | None] = queue.Queue(maxsize=4)
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not break a frame
    while (frame := jobs.get()) is not None:
        head, parts = frame
        _allow_cpu(head["cpu_s"])
        try:
            made, sentence = [_drawn(head, parts)], ""
        except MemoryError:
            made, sentence = [], "it needs more memory than a document may have"
        except Exception as trouble:
            made, sentence = [], f"{trouble}"
        head = {"is_done": bool(made), "sentence": sentence[:2000], "peak_mib": _peak_mib()}
        write_frame(answers, head, made)


def _peak_mib() -> int:
    """The most memory of this program. `ru_maxrss` would count what the parent held when it started us."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _listen(jobs: "queue.Queue[Frame | None]") -> None:
    """Takes the next job off the pipe while one is drawn, so that nobody waits for a full pipe."""
    source = cast(BinaryIO, open(0, "rb", buffering=0))  # noqa: SIM115 - for the life of the process
    while True:
        frame = read_frame(source)
        jobs.put(frame)
        if frame is None:
            return


def _drawn(head: dict[str, Any], parts: list[bytes]) -> bytes:
    from jetbill.documents.render import Job, render, render_annex

    annex = parts[1] if len(parts) > 1 else None
    job = Job(parts[0], Path(head["folder"]), annex, head["copy"], head["is_flat"])
    return render_annex(job) if head["is_annex"] else render(job)


def _allow_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _exactly(stream: BinaryIO, length: int) -> bytes | None:
    data = bytearray()
    while len(data) < length:
        more = stream.read(length - len(data))
        if not more:
            return None
        data += more
    return bytes(data)


if __name__ == "__main__":
    try:
        main()
    except BaseException:  # a panic of the renderer too: nothing of this process can be trusted any more
        traceback.print_exc()
        os._exit(70)
    os._exit(0)
