"""Small cohorts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

Make = Callable[..., pd.DataFrame]


@pytest.fixture
def make() -> Make:
    """A cohort of n patients with an exponential hazard, followed from one to ten years."""

    def cohort(n: int = 200, mean_months: float = 60.0, *, seed: int = 1, **columns: object) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        died, followed = rng.exponential(mean_months, n), rng.uniform(12, 120, n)
        frame = pd.DataFrame({"time_months": np.minimum(died, followed), "event": died <= followed})
        for name in ("group", "site", "modality"):
            frame[name] = pd.Series([columns.get(name, pd.NA)] * n, dtype="string")
        frame["year"] = pd.Series([columns.get("year", pd.NA)] * n, dtype="Int64")
        return frame

    return cohort
