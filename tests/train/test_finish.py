from lanet_jax.train import finish


def test_an_accuracy_is_told_with_its_interval():
    values = {"records": 30, "mean_class_error": 0.1}
    assert finish._told("final", 0.5, values) == "final 0.5000 (0.332 to 0.668)"
    assert finish._told("final", 0.5, {}) == "final 0.5000"
    told = "final_mean_class 0.4000 (\u00b1 0.100)"
    assert finish._told("final_mean_class", 0.4, values) == told
    assert finish._told("best_step", 30, values) == "best_step 30"
