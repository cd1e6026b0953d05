"""The scenario file: read, validated, and compiled to the policy and the stubs of a session.

`loader` reads a file and reports all of its problems at once; `model` and `stub_model` define the keys, `assume` the
alternative readings of requirements; `checks` and `stub_checks` validate across keys; `compile` and `compile_stubs`
produce the domain values; `pack` finds the shipped scenarios.
"""
