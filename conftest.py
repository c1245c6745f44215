"""What every test of the checkout may use, those beside the code in src/ too."""

pytest_plugins = ("tests.packages",)
