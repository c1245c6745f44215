"""Usage as it was measured: files, records, sessions, quarantine."""
