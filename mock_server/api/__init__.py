"""HTTP: routes, endpoints and answers. Starlette is used here and in the console only."""
