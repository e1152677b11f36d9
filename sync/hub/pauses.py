"""Keeping the garbage collector's pauses short and rare, for nobody hears of a change while one lasts."""

import gc

_YOUNG, _MIDDLE, _FULL = 700, 10, 100
"""Python's own thresholds but for the last: a full collection after 100 middle ones, not 10.

A full one looks through everything, some 0.1 s for a thousand listeners. What only it finds is what listeners leave who
are gone: some ten kilobytes each, so that a hundred megabytes may wait for it.
"""


def keep_pauses_short() -> None:
    """Has the collector pass over what is there now, and look through all the rest less often.

    To be called when a process that runs for long is put together: what was imported stays until its end, and would be
    looked through again and again (0.2 s for the hub).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _FULL)
