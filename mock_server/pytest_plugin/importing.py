"""Imports of the gateway in the middle of a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_assertion_rewriting() -> Iterator[None]:
    """Import without pytest's assertion rewriting, from the modules as they were compiled at install time.

    pytest rewrites every package that brings a plugin. It would compile some 150 modules of ours in each new
    environment, such as that of a CI job: the first gateway would then take more than twice as long.
    """
    hooks = [each for each in sys.meta_path if type(each).__name__ == "AssertionRewritingHook"]
    sys.meta_path[:] = [each for each in sys.meta_path if each not in hooks]
    try:
        yield
    finally:
        sys.meta_path[:0] = hooks
