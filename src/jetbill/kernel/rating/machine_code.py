"""How the scan becomes machine code: its functions are put into one another, and count no references.

Handing arrays to a function, and counting who holds them, cost more than all of the rating. Nothing here
makes an array, and the caller holds those it hands over, so there is nothing to count (`_nrt` False).
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from jetbill.kernel.rating.layout import Column

_is_plain = cast(Any, config).DISABLE_JIT
_ir = cast(Any, cgutils).ir
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}

entered = njit(cache=True, **_OPTIONS)
"""A function that Python calls; its code is kept on disk."""

inlined = njit(forceinline=True, **_OPTIONS)
"""A function with one caller, or a hot one."""

apart = njit(**_OPTIONS)
"""A small or a rare function: the compiler decides."""


def compiled_for(function: Any, signature: Any) -> None:
    """Compile an `entered` function now; for columns of other types it would be compiled anew, in silence."""
    if not _is_plain:  # pragma: no cover - with NUMBA_DISABLE_JIT=1 it is a plain function
        function.compile(signature)
        function.disable_compile()


def _peek(tape: Column, place: int) -> Any:
    return tape[place]


def _peek_half(tape: Column, place: int) -> Any:
    return int(tape.view(np.int32)[place])


def _quotient(amount: int, by: int) -> Any:
    return amount // by


def _touch(tape: Column, place: int) -> None:
    pass


def _place_of(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # pragma: no cover
    tape = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(tape.data, [arguments[1]])


def _peek_code(typing: Any, tape: Any, place: Any) -> Any:  # pragma: no cover
    """Read a tape: a place is not below zero, and what stands there does not change, so it is read once."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = builder.load(_place_of(context, builder, signature, arguments))
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    return types.int64(tape, types.int64), code


def _peek_half_code(typing: Any, tape: Any, place: Any) -> Any:  # pragma: no cover
    """Read one of the numbers of 32 bits that lie two by two on a tape, and are not below zero."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        halves = builder.bitcast(array.data, _ir.IntType(32).as_pointer())
        found = builder.load(builder.gep(halves, [arguments[1]]))
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return builder.zext(found, _ir.IntType(64))

    return types.int64(tape, types.int64), code


def _quotient_code(typing: Any, amount: Any, by: Any) -> Any:  # pragma: no cover
    """Divide what is not below zero by what is above: without a look at signs and zeros."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.udiv(*arguments)

    return types.int64(types.int64, types.int64), code


def _touch_code(typing: Any, tape: Any, place: Any) -> Any:  # pragma: no cover
    """Have a place of a tape brought near, to be read soon."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.bitcast(_place_of(context, builder, signature, arguments), cgutils.voidptr_t)
        number = _ir.IntType(32)
        takes = _ir.FunctionType(_ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], takes)
        builder.call(prefetch, [pointer, number(0), number(3), number(1)])  # to read, into all caches, data
        return context.get_dummy_value()

    return types.void(tape, types.int64), code


peek: Callable[[Column, int], Any] = _peek if _is_plain else cast(Any, intrinsic(_peek_code))
"""peek(tape, place): the number there."""

peek_half: Callable[[Column, int], Any] = _peek_half if _is_plain else cast(Any, intrinsic(_peek_half_code))
"""peek_half(tape, place): the number of 32 bits there, places being counted in halves."""

quotient: Callable[[int, int], Any] = _quotient if _is_plain else cast(Any, intrinsic(_quotient_code))
"""quotient(amount, by): floor(amount / by) of an amount from zero up, by at least 1."""

touch: Callable[[Column, int], None] = _touch if _is_plain else cast(Any, intrinsic(_touch_code))
"""touch(tape, place): have it brought near, to be read soon."""
