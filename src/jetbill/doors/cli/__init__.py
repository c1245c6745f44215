"""The command `jet`: what an operator scripts, one module per command."""
