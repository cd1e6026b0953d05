"""The page at `/_console`, for the tester who writes no YAML: rendered by the server, and calling `Control` only.

`mounting` puts it into the application, `door` says who may come in, `routes` has all of it on one screen, and each
view has a module, a template and a section of the words of its name.
"""
