import pytest

from lanet_jax.profiling.hlo import Op, programs
from lanet_jax.profiling.wire import encode


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


def _instruction(number, name, source="", operands=(), callee=None):
    message = encode(1, name) + encode(2, name.partition(".")[0]) + encode(35, number)
    message += encode(7, encode(2, source)) if source else b""
    message += encode(36, bytes(operands)) if operands else b""
    return message + (encode(38, bytes([callee])) if callee else b"")


def _trace(*computations):
    body = b""
    for number, root, instructions in computations:
        body += encode(
            3, encode(5, number) + encode(6, root) + b"".join(encode(2, i) for i in instructions)
        )
    module = encode(1, encode(1, "jit_train_step") + body)
    entry = encode(2, "jit_train_step(3)") + encode(5, encode(1, 4) + encode(6, module))
    metadata = encode(2, "/host:metadata") + encode(4, encode(1, 1) + encode(2, entry))
    return encode(1, encode(2, "/host:CPU")) + encode(1, metadata)


def test_what_the_compiler_adds_belongs_where_its_work_comes_from():
    fused = [_instruction(1, "tanh.1", "jit(f)/jvp(lde)/tanh")]
    main = [
        _instruction(2, "parameter.2", "state.params"),
        _instruction(3, "copy.3", operands=[2]),
        _instruction(4, "dot.4", "jit(f)/jvp(backbone)/dot", operands=[3]),
        _instruction(5, "fusion.5", operands=[4], callee=9),
        _instruction(6, "copy.6", operands=[4]),
        _instruction(7, "sum.7", "jit(f)/sum", operands=[5, 6]),
        _instruction(8, "copy.8", operands=[7]),
    ]
    ops = programs(_trace((9, 1, fused), (10, 8, main)))["jit_train_step"]
    scopes = {name: op.scope for name, op in ops.items()}
    assert scopes["dot.4"] == "backbone forward"
    assert scopes["copy.3"] == "backbone forward"  # an input's: where it goes to
    assert scopes["fusion.5"] == "lde forward"  # what it computes, not what it reads
    assert scopes["copy.6"] == "backbone forward"  # what it moves
    assert scopes["sum.7"] == scopes["copy.8"] == "other"
    assert ops["dot.4"] == Op("dot.4", "dot", "jit(f)/jvp(backbone)/dot")


def test_a_trace_holds_the_program_that_it_ran(trace):
    ops = programs(trace.read_bytes())["jit_train_step"].values()
    kinds = {op.kind for op in ops if op.scope.startswith("backbone")}
    assert "convolution" in kinds
    assert {op.scope for op in ops} >= {"backbone forward", "lde forward", "optimizer"}
