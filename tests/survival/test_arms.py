import math

import pandas as pd
import pytest

from dashboard.survival import Route, reconstruct_arm


def rows(*figures, n=50, follow_up=None):
    frame = pd.DataFrame(figures, columns=["measure", "time_months", "value", "qualifier", "ci_low", "ci_high", "note"])
    return frame.assign(n=n, follow_up_median_months=follow_up, arm_key="a/b", endpoint="os", time_origin="treatment")


def test_ambiguous_and_bounded_figures_are_left_out_and_named():
    r = reconstruct_arm(
        rows(
            ("survival", 12.0, 0.8, "=", None, None, ""),
            ("survival", 36.0, 0.7, "?", None, None, ""),
            ("survival", 60.0, 0.5, ">", None, None, ""),
        )
    )
    assert r.horizon_months == 12
    assert "ambiguous" in r.warnings[0] and "lower bound" in r.warnings[1]


def test_not_reached_and_intervals_and_follow_up():
    r = reconstruct_arm(
        rows(("survival", 12.0, 0.8, "=", 0.7, 0.9, ""), ("median_months", None, None, "=", None, None, "not reached"))
    )
    assert math.isinf(r.median_months) and r.median_source == "not reached"
    assert r.route is Route.REPORTED_CI
    assert (
        reconstruct_arm(rows(("survival", 12.0, 0.8, "=", None, None, ""), follow_up=20.0)).route
        is Route.DEATHS_FOLLOW_UP
    )


def test_two_origins_are_refused():
    both = rows(("median_months", None, 31.0, "=", None, None, ""), ("median_months", None, 44.0, "=", None, None, ""))
    both["time_origin"] = ["treatment", "metastasis-diagnosis"]
    with pytest.raises(ValueError, match="time_origin"):
        reconstruct_arm(both)


def test_importing_the_engine_is_light():
    import subprocess
    import sys

    code = "import sys, dashboard.survival; print([m for m in ('lifelines', 'scipy', 'streamlit') if m in sys.modules])"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"}
    )
    assert out.stdout.strip() == "[]"
