"""Work that goes on beside a block, on a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_a_thread(name: str, run: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    """Has `run` going while the block runs; on the way out sets `stop`, which ends it, and waits for that."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
