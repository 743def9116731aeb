"""Measure and print ratios: `make bench`. Nothing is asserted; machines differ."""

from __future__ import annotations

from tests.benchmarks.call_speed import measure_calls
from tests.benchmarks.check_speed import measure_check
from tests.benchmarks.format_speed import measure_format
from tests.benchmarks.journal_speed import measure_journal
from tests.benchmarks.layer_speed import measure_layer
from tests.benchmarks.map_stream import measure_stream
from tests.benchmarks.pipeline_speed import measure_pipeline
from tests.benchmarks.wave_calls import measure_waves

if __name__ == "__main__":
    measure_check()
    measure_format()
    measure_layer()
    measure_pipeline()
    measure_waves()
    measure_stream()
    measure_calls()
    measure_journal()
