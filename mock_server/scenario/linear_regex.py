"""Regular expressions that take linear time, whatever the text: a stub's author cannot stop the gateway."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema


# One is asked for twice in a row, judged and then used. A large one takes megabytes for as long as it is remembered.
@lru_cache(maxsize=64)
def compile_regex(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds what the pattern describes, anywhere in it.

    The engine is that of Rust's `regex`, which comes with pydantic: it knows no look-around and no back-reference,
    and in turn never backtracks.

    Raises:
        ValueError: it is no regular expression of this kind, and why.
    """
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python
    except SchemaError as error:
        said = str(error).rpartition("error: ")[2].rpartition("SchemaError: ")[2].strip().rstrip(".")
        raise ValueError(f"is no regular expression that takes linear time: {said}") from None
