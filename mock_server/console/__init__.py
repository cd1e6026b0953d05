"""The console at `/_console`: pages rendered by the server, with the verbs of `SessionControl` only.

`mounting` puts it into the application, `door` says who may come in, `routes` has all of it on one screen, and each
view has a module, a template and a section of the words of its name.
"""
