"""What happened? Facts in the past tense, and the queue of what must be done because of them."""
