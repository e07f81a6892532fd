"""Outside results: metafor 3.8.1 (R 4.2.2), run to convergence, on eight data sets of metadat."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REFERENCE = Path(__file__).parents[1] / "reference"
DATASETS = tuple(sorted(path.name.removesuffix(".csv") for path in (REFERENCE / "meta").glob("*.csv")))


@cache
def dataset(name: str) -> pd.DataFrame:
    """Studies with yi and vi."""
    return pd.read_csv(REFERENCE / "meta" / f"{name}.csv")


@cache
def expected(name: str) -> dict[str, Any]:
    """What metafor says of them."""
    return json.loads((REFERENCE / "meta" / f"{name}.expected.json").read_text())


def effects(name: str) -> tuple[np.ndarray, np.ndarray]:
    """yi and vi as vectors."""
    frame = dataset(name)
    return frame["yi"].to_numpy(), frame["vi"].to_numpy()


def close(actual: object, wanted: object) -> None:
    """Equal to 1e-6, absolutely for small numbers and relatively for large ones."""
    np.testing.assert_allclose(np.asarray(actual, dtype=float), np.asarray(wanted, dtype=float), rtol=1e-6, atol=1e-6)
