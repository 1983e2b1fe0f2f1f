"""Reading a compiled program: by hand, and of one that this machine compiles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.cost import cost
from benchmarks.program import Program
from lanet_jax.profiling.hlo_text import arrays

# As XLA prints for a GPU: a fusion, a call, a convolution of cuDNN, and what moves nothing.
TEXT = """HloModule jit_step, is_scheduled=true

%fused_add (a.1: bf16[4,2], b.1: f32[2]) -> bf16[4,2] {
  %a.1 = bf16[4,2]{1,0} parameter(0)
  %b.1 = f32[2]{0} parameter(1)
  %c.1 = bf16[2]{0} convert(%b.1)
  ROOT %t = bf16[4,2]{1,0} broadcast(%c.1), dimensions={1}
}

%commands (x: bf16[4,2], y: f32[2]) -> bf16[4,2] {
  %x = bf16[4,2]{1,0} parameter(0)
  %y = f32[2]{0} parameter(1)
  ROOT %f = bf16[4,2]{1,0} fusion(%x, %y), kind=kLoop, calls=%fused_add
}

ENTRY %main (x: bf16[4,2], y: f32[2], k: bf16[2,2]) -> (bf16[4,2], f32[2]) {
  %x = bf16[4,2]{1,0} parameter(0)
  %y = f32[2]{0} parameter(1)
  %k = bf16[2,2]{1,0} parameter(2)
  %go = bf16[4,2]{1,0} call(%x, %y), to_apply=%commands
  %conv = (bf16[4,2]{1,0}, u8[8]{0}) custom-call(%go, %k), custom_call_target="__cudnn$convForward"
  %out = bf16[4,2]{1,0} get-tuple-element(%conv), index=0
  %copy = f32[2]{0} copy(%y)
  ROOT %all = (bf16[4,2]{1,0}, f32[2]{0}) tuple(%out, %copy)
}
"""


def test_what_is_launched_and_the_bytes_it_moves():
    program = Program(TEXT)
    launched = list(program.launched())
    assert [i.kind for i in launched] == ["fusion", "__cudnn$convForward", "copy"]
    # x 16 + y 8 + f 16; go 16 + k 8 + its result 16 and workspace 8; y 8 + copy 8.
    assert [program.bytes_of(i) for i in launched] == [40, 48, 16]
    assert program.bytes() == 104


def test_kinds_count_the_instructions_of_fusions_too():
    program = Program(TEXT)
    assert (program.kinds()["convert"], program.kinds()["parameter"]) == (1, 7)
    assert program.convolutions() == {"bf16": 1}


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("f32[2,5]{1,0}", 40), ("pred[]", 1), ("(bf16[3], s64[0])", 6), ("f8e4m3fn[3]", 3)],
)
def test_sizes_of_arrays(text, bytes_):
    assert sum(array.bytes for array in arrays(text)) == bytes_
    assert str(arrays("f32[2,5]{1,0}")[0]) == "f32[2,5]"


def test_the_cost_of_a_product():
    def product(a: jax.Array, b: jax.Array) -> jax.Array:
        return a @ b

    a, b = jnp.ones((32, 64)), jnp.ones((64, 16))
    found = cost(jax.jit(product).lower(a, b).compile(), product, a, b)
    assert found.operations == 2 * 32 * 64 * 16
    assert found.bytes == 4 * (32 * 64 + 64 * 16 + 32 * 16)
    np.testing.assert_allclose(found.floor(found.operations / 2, 1e9), 2.0)
    np.testing.assert_allclose(found.floor(1e30, found.bytes / 3), 3.0)
