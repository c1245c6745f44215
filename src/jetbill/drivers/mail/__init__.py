"""Ways to hand a mail to the world."""
