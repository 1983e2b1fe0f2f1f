import pytest

from lanet_jax.profiling.hlo import Op, operations


@pytest.mark.parametrize(
    ("source", "scope", "place"),
    [
        ("jit(f)/jvp(backbone)/conv1/add", "backbone forward", "conv1/add"),
        ("jit(f)/transpose(jvp(backbone))/conv1/rev", "backbone backward", "conv1/rev"),
        ("jit(f)/optimizer/mul", "optimizer", "mul"),
        ("jit(f)/augment/vmap(jit(clip))/max", "augment", "vmap(jit(clip))/max"),
        ("jit(f)/jvp(backbone_keys)/lde/add", "backbone_keys forward", "lde/add"),
        ("jit(f)/vmap(lde)/add", "lde", "add"),
        ("jit(f)/jvp(jit(model))/el_like/add", "other", "jvp(jit(model))/el_like/add"),
        ("", "other", ""),
    ],
)
def test_scope_and_place(source, scope, place):
    op = Op("fusion", "fusion", source)
    assert (op.scope, op.place) == (scope, place)


def test_another_program_s_operations_are_kept_apart():
    op = Op("fusion", "fusion", "jit(predict)/backbone/add", "jit_predict")
    assert (op.scope, op.place) == ("other programs", "jit_predict")


TEXT = """HloModule jit_train_step, is_scheduled=true

%fused (parameter.1: f32[2]) -> f32[2] {
  %parameter.1 = f32[2]{0} parameter(0)
  ROOT %tanh.1 = f32[2]{0} tanh(%parameter.1), metadata={op_name="jit(f)/jvp(lde)/tanh"}
}

ENTRY %main (parameter.2: f32[2]) -> f32[2] {
  %parameter.2 = f32[2]{0} parameter(0), metadata={op_name="state.params"}
  %copy.3 = f32[2]{0} copy(%parameter.2)
  %dot.4 = f32[2]{0} dot(%copy.3, %copy.3), metadata={op_name="jit(f)/jvp(backbone)/dot"}
  %fusion.5 = f32[2]{0} fusion(%dot.4), kind=kLoop, calls=%fused
  %copy.6 = f32[2]{0} copy(%dot.4)
  %sum.7 = f32[2]{0} add(%fusion.5, %copy.6), metadata={op_name="jit(f)/sum"}
  ROOT %copy.8 = f32[2]{0} copy(%sum.7)
}
"""


def test_what_the_compiler_adds_belongs_where_its_work_comes_from():
    ops = operations(TEXT)
    scopes = {name: op.scope for name, op in ops.items()}
    assert scopes["dot.4"] == "backbone forward"
    assert scopes["copy.3"] == "backbone forward"  # an input's: where it goes to
    assert scopes["fusion.5"] == "lde forward"  # what it computes, not what it reads
    assert scopes["copy.6"] == "backbone forward"  # what it moves
    assert scopes["sum.7"] == scopes["copy.8"] == "other"
    assert ops["dot.4"] == Op("dot.4", "dot", "jit(f)/jvp(backbone)/dot")


def test_the_operations_of_a_step_that_this_machine_compiles(ops_of_step):
    kinds = {op.kind for op in ops_of_step.values() if op.scope.startswith("backbone")}
    assert "convolution" in kinds
    scopes = {op.scope for op in ops_of_step.values()}
    assert scopes >= {"backbone forward", "backbone backward", "lde forward", "optimizer"}
