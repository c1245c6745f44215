"""Lets in: pages, command line, files and servers. Decisions and SQL live elsewhere."""
