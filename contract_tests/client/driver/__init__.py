"""Drivers: they call a client under test.

`protocol` defines the lines: an intent, and the answer to it. `interface` is what every driver offers. A driver is a
long-lived child process (`child`), a command started once per message (`one_shot`) or a Python callable (`function`);
`pool` shares several of them among concurrent cases.
"""
