"""What is sold and for how much: versions of price books."""
