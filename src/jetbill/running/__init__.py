"""Keeps alive: the embedded database server, workers, scheduler, supervisor. No business here."""
