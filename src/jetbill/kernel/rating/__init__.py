"""Usage records times price book: an integer scan over columns, and the exact twin that it must equal."""
