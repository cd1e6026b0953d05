"""A whole run: `runner` plays every case and judges it, `case_runner` shrinks what broke and writes replay files."""
