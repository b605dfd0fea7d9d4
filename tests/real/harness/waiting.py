"""Waiting for a state of the world, never for a time."""
import time


class TimedOut(AssertionError):
    """What was waited for did not come; the message holds what was seen last."""


def until(question, seconds, what, pause=0.02):
    """Calls `question()` until it gives something true, and returns that; at most `seconds`.

    The pause lies between two tries of something that costs the other side work; an exception of kind OSError (a
    server that does not listen yet) counts as "not yet". `what` says what is awaited, for the message."""
    end = time.monotonic() + seconds
    seen = None
    while True:
        try:
            seen = question()
            if seen:
                return seen
        except OSError as not_yet:
            seen = not_yet
        if time.monotonic() >= end:
            raise TimedOut(f"not within {seconds} s: {what}; seen last: {seen!r}")
        time.sleep(pause)
