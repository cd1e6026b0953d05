"""The gateway's rules as pure functions: values in, a verdict out.

Nothing here does I/O, knows HTTP or YAML, logs, reads a clock or draws a random number.
"""
