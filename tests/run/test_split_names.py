from lanet_jax.run import split_names


def test_several_datasets_and_names_of_the_log_s_own_rows_are_told_apart():
    assert split_names.opened(["rafdb"], ["train"], False) == ["train"]
    assert split_names.opened(["rafdb"], ["test"], True) == ["test-rafdb"]
    two = ["rafdb", "affectnet/7classes"], ["test", "valid"]
    assert split_names.opened(*two, True) == ["test-rafdb", "valid-affectnet-7classes"]
    assert split_names.tested(*two) == split_names.opened(*two, True)
    assert split_names.tested(["mine", "mine"], ["test", "valid"]) == ["test-mine", "valid-mine"]
    assert split_names.tested(["rafdb"], ["test"]) == ["test"]
    for taken in ("train", "labels", "spaces", "holdout"):
        assert split_names.tested(["mine/a"], [taken]) == [f"{taken}-mine-a"]
    assert split_names.tested([], []) == []
