"""The documents draw: a frozen view (and the assets of its brand) goes in, PDF bytes come out."""
