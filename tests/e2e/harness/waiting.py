"""Waiting on a condition, always with a deadline."""

import time


def wait_for(condition, what, seconds=20.0):
    """The first true value of `condition()`; AssertionError once `seconds` have gone by."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
