"""Writes mails into a folder, for trying Jet without a mail server."""
