"""Renders documents, mails them or keeps them for the printer, and shows what became of each."""
