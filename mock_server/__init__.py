"""A high-fidelity stand-in for the Namirial SMS gateway.

How a request flows:

1. `api.exchange` finds the session and opens a journal entry.
2. `api.send` reads credentials and body; `wire` makes a submission of it.
3. `gateway.submit` asks the rules of `domain.rules` in their order; the first that fires answers.
4. What no rule stands against goes to the store, which counts and reserves in one atomic step.
5. `ids` names the message, the store keeps it, the journal keeps the verdict and its reason.
6. `wire` renders the answer. `control` is what a tester can do, `explanation` why an answer came.
"""
