"""Suite B: does a client keep the contract?

`driver` calls a client under test in any language. `play` has the cases and plays them, `checks` judges what was
played, `receivers` judges the client's receiver of receipts. `run` is a whole run, `results` what it found, and
`reporting` prints that. `command` is `sms-contract client`; `options`, `conftest` and `test_client` are for pytest.
"""
