from dashboard.survival import accuracy, disagrees, typical_error


def test_the_measured_accuracy_is_shipped_and_within_its_targets():
    assert typical_error("log_hr_same")["value"] <= 0.032
    assert typical_error("log_hr_full")["value"] <= 0.063
    assert typical_error("survival")["value"] <= 0.016
    assert typical_error("median")["value"] <= 1.0
    for line in accuracy():
        if line["key"].startswith("coverage"):
            # a cell of 320 cases varies by 0.8 points, and at n=20 exact binomial limits, where less than one death is
            # expected, cover 0.998: a cell may reach 0.985, no route may
            whole_route = not any(word in line["what"] for word in ("n=", "light", "heavy"))
            assert 0.92 <= line["value"] <= (0.98 if whole_route else 0.985), line


def test_a_reported_ratio_is_flagged_only_beyond_the_measured_error():
    limit = typical_error("log_hr_same_p90")["value"]
    assert disagrees(0.0, limit * 1.01) and not disagrees(0.0, limit * 0.99)
    assert typical_error("nothing") is None
