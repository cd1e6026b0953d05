"""How the gateway is imported in the middle of a test: as it was installed, and in one go."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_imports() -> Iterator[None]:
    """Keep pytest and the garbage collector out of the way, which would double the time of the first test.

    pytest rewrites the assertions of every package that brings a plugin: it would compile some 150 modules of ours in
    each new environment, such as that of a job of a CI, though they are compiled.
    """
    rewriting = [each for each in sys.meta_path if type(each).__name__ == "AssertionRewritingHook"]
    collecting = gc.isenabled()
    gc.disable()
    sys.meta_path[:] = [each for each in sys.meta_path if each not in rewriting]
    try:
        yield
    finally:
        sys.meta_path[:0] = rewriting
        if gc.get_freeze_count() == 0:
            # What was imported stays: counted among the old, it is not looked through as soon as collecting goes on.
            gc.freeze()
            gc.unfreeze()
        if collecting:
            gc.enable()
