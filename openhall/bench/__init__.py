"""Benchmarks: what the hall does in a second, as a ratio to what `pgbench` does on the same server in the same run.

Machines are noisy and differ, so nothing here is a bare number of seconds. Every figure stands between two runs of
the yardstick (pgbench's TPC-B script from the same PostgreSQL wheel), and what is printed is the ratio to their mean.
"""

from openhall.bench.run import main

__all__ = ["main"]
