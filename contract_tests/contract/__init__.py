"""The contract: the OpenAPI documents, the graded requirements, and the readings of what is assumed."""
