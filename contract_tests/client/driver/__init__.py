"""What lets the kit call a client under test.

`protocol` is what is said: an intent, and the answer to it. `calling` is what every driver offers. A driver is a
long-lived child (`child`), a command started once per message (`one_shot`) or a Python callable (`function`); `pool`
lends several of them out side by side.
"""
