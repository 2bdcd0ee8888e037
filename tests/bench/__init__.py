"""Benchmarks: what the program costs and how late it is, against what was promised. `python -m tests.bench` runs them.

They are no tests: a number that misses its target is printed as such, and nothing fails. What is a ratio is measured
against its reference within the same run, in turns, so that a slow or busy machine slows both.
"""
