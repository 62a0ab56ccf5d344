"""The timeline of the start, with the real clock and processes."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from minimal_browser_core.startup import Timeline, memory_by_process, process_start

linux = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")


def test_spans_are_listed_by_their_start() -> None:
    timeline = Timeline(started=100.0)
    timeline.add("inner", 100.5, 100.6)
    timeline.add("outer", 100.5, 100.9)
    timeline.add("first", 100.1, 100.1)
    assert [span.name for span in timeline.spans] == ["first", "outer", "inner"]
    assert timeline.spans[1].start == pytest.approx(0.5)
    assert timeline.table().splitlines()[2].split() == ["500.0", "400.0", "outer", "(MainThread)"]


def test_a_span_with_an_exception_is_recorded() -> None:
    timeline = Timeline()
    with pytest.raises(ZeroDivisionError), timeline.span("division"):
        1 / 0  # noqa: B018
    assert [span.name for span in timeline.spans] == ["division"]


def test_the_trace_is_what_perfetto_reads(tmp_path: Path) -> None:
    timeline = Timeline(started=10.0)
    timeline.add("load", 10.25, 10.5)
    thread = threading.Thread(target=lambda: timeline.add("imports", 10.3, 10.4), name="imports")
    thread.start()
    thread.join()
    timeline.add("first paint", 10.6, 10.6)
    events = json.loads(timeline.write(tmp_path / "trace.json").read_text())["traceEvents"]
    complete = {event["name"]: event for event in events if event["ph"] == "X"}
    assert (complete["load"]["ts"], complete["load"]["dur"]) == (250_000, 250_000)
    assert complete["load"]["tid"] != complete["imports"]["tid"]
    assert [event["name"] for event in events if event["ph"] == "i"] == ["first paint"]
    assert {event["args"]["name"] for event in events if event["ph"] == "M"} == {"MainThread", "imports"}


@linux
def test_the_start_of_a_process_is_before_its_first_line_runs() -> None:
    code = "from minimal_browser_core.startup import process_start; print(process_start())"
    before = time.time()
    started = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert before - 0.05 <= started <= time.time()
    assert process_start() < before


@linux
def test_memory_is_reported_for_this_process_and_its_children() -> None:
    code = "import sys; held = bytearray(64_000_000); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, "--type=renderer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        reported = {memory.name: memory for memory in memory_by_process()}
        child.communicate()
    assert reported["renderer"].proportional > 60_000_000
    assert len(reported) >= 2
    assert all(memory.resident >= memory.proportional > 0 for memory in reported.values())
