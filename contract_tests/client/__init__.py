"""Suite B: does a client keep the contract?

`driver` holds what lets the kit call a client under test, in whatever language it is written.
"""
