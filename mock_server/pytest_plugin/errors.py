"""What a test is told, and `plainly`: without the way through our own code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from mock_server.client import ControlError
from mock_server.scenario.problems import ScenarioError

_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")


class AbsenceError(AssertionError):
    """Something did not come; `came` are the last exchanges, each with its reason."""

    def __init__(self, sentence: str, came: Sequence[str]) -> None:
        self.sentence = sentence
        self.came = tuple(came)
        super().__init__(sentence, came)

    def __str__(self) -> str:
        """What did not come, and what came instead."""
        return "\n  ".join([f"{self.sentence}; this reached the gateway:", *self.came])


class NothingCameError(AbsenceError):
    """What a test waited for did not come in time."""

    # What a failing test prints is where it can be imported from.
    __module__ = "mock_server.pytest_plugin"


class NotRefusedError(AbsenceError):
    """What a test expected to be refused was not."""

    __module__ = "mock_server.pytest_plugin"


class PluginError(Exception):
    """Something cannot be done as it was asked for; the sentence says what can."""

    __module__ = "mock_server.pytest_plugin"


class NotTakenWarning(UserWarning):
    """Notifications were not taken, and the test never looked at `receipts`."""

    __module__ = "mock_server.pytest_plugin"


MISTAKES = (ControlError, ScenarioError, PluginError)
"""What is wrong with what a test, or a run, was set up with."""

TOLD = (*MISTAKES, AbsenceError)
"""What is told to a test in one piece."""


def plainly(verb: Callable[_Asked, _Told]) -> Callable[_Asked, _Told]:
    """Have a verb's errors point at the line of the test that called it, not at ours."""

    @wraps(verb)
    def told(*args: _Asked.args, **named: _Asked.kwargs) -> _Told:
        __tracebackhide__ = True
        try:
            return verb(*args, **named)
        except TOLD as error:
            raise error.with_traceback(None) from None

    return told
