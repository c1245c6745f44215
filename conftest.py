"""What every test of the checkout may use, those beside the code in src/ too."""

from jetbill.running.compiled_code import keep_compiled_code
from tests.laws import choose

pytest_plugins = ("tests.packages",)
keep_compiled_code()
choose()
