"""Files that people hand to us: price books, stories, usage. Each becomes values, or one clear sentence."""
