"""The world of a session, as a tester writes it: read, judged, and turned into what the rules ask.

`loader` reads a file and says everything that is wrong with it at once; `model` holds the keys; `assume` the
switchboard of readings; `compile` makes the policy; `pack` finds the scenarios that are shipped.
"""
