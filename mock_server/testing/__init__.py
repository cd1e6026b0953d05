"""A gateway for tests: `MockGateway` on a real port in a thread, or the application in this process."""

from mock_server.testing.mock_gateway import MockGateway

__all__ = ["MockGateway"]
