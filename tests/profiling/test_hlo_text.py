import pytest

from lanet_jax.profiling.hlo_text import Array, arrays, instructions


@pytest.mark.parametrize(
    ("text", "array", "size"),
    [
        ("bf16[3,5]", Array("bf16", (3, 5)), 30),
        ("f32[]", Array("f32", ()), 4),
        ("pred[7]", Array("pred", (7,)), 7),
        ("f8e4m3fn[2,2]", Array("f8e4m3fn", (2, 2)), 4),
        ("s4[10]", Array("s4", (10,)), 5),
    ],
)
def test_an_array_and_its_size(text, array, size):
    [found] = arrays(text + "{1,0:T(8,128)}")
    assert found == array
    assert (str(found), found.bytes) == (text, size)


def test_the_arrays_of_a_tuple():
    assert arrays("(f32[2,5]{1,0}, (s32[], pred[3]))") == (
        Array("f32", (2, 5)),
        Array("s32", ()),
        Array("pred", (3,)),
    )


def test_an_instruction_is_read_with_all_that_it_names():
    text = """%inner (p.1: f32[2]) -> f32[2] {
  ROOT %p.1 = f32[2]{0} parameter(0)
}

ENTRY %main (p.2: f32[2]) -> (f32[2], s32[]) {
  %p.2 = f32[2]{0} parameter(0)
  %call.3 = f32[2]{0} call(%p.2), to_apply=%inner, metadata={op_name="jit(f)/lde/call"}
  ROOT %own.4 = (f32[2]{0}, s32[]) custom-call(%call.3, %p.2), custom_call_target="__conv"
}"""
    inner, first, call, own = instructions(text)
    assert (inner.computation, inner.root, first.computation) == ("inner", True, "")
    assert (call.kind, call.operands, call.callee) == ("call", ("p.2",), "inner")
    assert (call.source, call.root) == ("jit(f)/lde/call", False)
    assert (own.kind, own.operands, own.root) == ("__conv", ("call.3", "p.2"), True)
    assert own.results == (Array("f32", (2,)), Array("s32", ()))
