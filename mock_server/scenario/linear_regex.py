"""Regular expressions with linear running time, so that a stub's pattern cannot block the gateway."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema


# Each pattern is compiled twice in a row, for validation and for use. The cache is small, as patterns take up memory.
@lru_cache(maxsize=64)
def compile_regex(pattern: str) -> Callable[[str], bool]:
    """A predicate: whether a text contains a match of the pattern.

    The engine is Rust's `regex`, included in pydantic: it never backtracks, and supports neither look-around nor
    back-references.

    Raises:
        ValueError: the pattern is not valid for this engine; the message says why.
    """
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python
    except SchemaError as error:
        reason = str(error).rpartition("error: ")[2].rpartition("SchemaError: ")[2].strip().rstrip(".")
        raise ValueError(f"is not a regular expression with linear running time: {reason}") from None
