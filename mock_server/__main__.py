"""`python -m mock_server` is `sms-mock`."""

from mock_server.cli import main

main(prog_name="python -m mock_server")
