"""Suite A: does a server keep the contract?

`suite` holds the registry of checks, one module a subject; `lab` is what a check works with; `runner` runs them.
"""
