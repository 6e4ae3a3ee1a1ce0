"""Kaplan-Meier and Aalen-Johansen as lifelines sees them: an outside oracle, run by hand.

    python3 -m venv v && v/bin/pip install lifelines pm4py
    v/bin/python tests/oracle/lifelines_survival.py SHARED_DATA > tests/golden/survival.json

lifelines (MIT) is no part of the build. Random samples are stored whole; of the logs only the answers are: the
test makes the observations itself. Aalen-Johansen is asked only where no two causes share a time and nothing
happens at age 0: lifelines shakes such ties at random, and forgets events at 0. Nor does anything enter at the
time of an event: its Kaplan-Meier does not count such an item as at risk, its Aalen-Johansen does.
A quantile is the first time at which the curve is no longer above 1 - q, within 1e-12; the upper limit of a
quantile is looked for only while somebody is left.
"""

import json
import sys
import warnings

import lifelines
import numpy as np
import pandas as pd
from lifelines import AalenJohansenFitter, KaplanMeierFitter

warnings.filterwarnings("ignore")
QUANTILES = (0.5, 0.85, 0.95)
MS = 1_000_000


def first(times, values, below):
    hit = np.flatnonzero(values <= below + 1e-12)
    return int(times[hit[0]]) if len(hit) else None


def kaplan_meier(until, ended, entered=None, every=1):
    if entered is not None and max(entered) == 0:
        entered = None
    km = KaplanMeierFitter().fit(until, ended, entry=entered)
    left = km.survival_function_.iloc[:, 0].to_numpy()
    bounds = km.confidence_interval_.to_numpy()
    times = km.survival_function_.index.to_numpy()
    events = km.event_table["observed"].to_numpy() > 0
    picked = np.flatnonzero(events)[::every]
    return {
        "steps": [
            [int(times[i]), float(left[i]), float(bounds[i, 0]), float(bounds[i, 1]),
             float(left[i] ** 2 * km._cumulative_sq_.to_numpy()[i])]
            for i in picked
        ],
        "quantiles": [
            [first(times, left, 1 - q), first(times, bounds[:, 0], 1 - q), first(times[left > 0], bounds[left > 0, 1], 1 - q)]
            for q in QUANTILES
        ],
    }


def aalen_johansen(until, cause, of, entered=None, every=1):
    aj = AalenJohansenFitter().fit(until, cause, event_of_interest=of, entry=entered)
    share = aj.cumulative_density_.iloc[:, 0].to_numpy()
    bounds = aj.confidence_interval_.to_numpy()
    variance = aj.variance_.to_numpy()
    times = aj.cumulative_density_.index.to_numpy()
    own = aj.event_table[f"observed_{of}"].to_numpy() > 0
    picked = [i for i in np.flatnonzero(own)[::every] if np.isfinite(bounds[i]).all()]
    return {
        "steps": [[int(times[i]), float(share[i]), float(bounds[i].min()), float(bounds[i].max()), float(variance[i])] for i in picked],
        "quantiles": [first(times, -share, -q) for q in QUANTILES],
    }


def sample(seed, n, top, late, open_share, causes):
    draw = np.random.default_rng(seed)
    until = draw.integers(1, top, n)
    if causes > 1:
        until = draw.choice(np.arange(1, top), n, replace=False)
    cause = np.where(draw.random(n) < open_share, 0, draw.integers(1, causes + 1, n))
    entered = np.zeros(n, dtype=int)
    if late:
        # Half of them late, and always some at risk from the beginning.
        entered = np.where(draw.random(n) < 0.5, (until * draw.random(n) * 0.9).astype(int), 0)
        if causes > 1:
            entered = np.where(np.isin(entered, until), 0, entered)
    found = {
        "name": f"seed {seed}, {n} items, late entry: {late}, causes: {causes}",
        "until": until.tolist(), "entered": entered.tolist(), "cause": cause.tolist(),
        "kaplan_meier": kaplan_meier(until, cause > 0, entered),
    }
    if causes > 1:
        found["aalen_johansen"] = aalen_johansen(until, cause, 1, entered if late else None)
    return found


def observed(events, done, run):
    """Age at being done, or at the last instant of the log: (ms, ended). `run`: the begin of the last unbroken run
    of done statuses counts, and a case that left them is open; else the last done event."""
    last = events["at"].max()
    ages, ended = [], []
    for _, case in events.sort_values(["case", "at"], kind="stable").groupby("case", sort=False):
        at, label = case["at"].to_numpy(), case["label"].isin(done).to_numpy()
        end = None
        if run:
            i = len(at)
            while i > 0 and label[i - 1]:
                i -= 1
            end = at[i] if i < len(at) else None
        elif label.any():
            end = at[np.flatnonzero(label)[-1]]
        ages.append(int((last if end is None else end) - at[0]))
        ended.append(end is not None)
    return np.array(ages), np.array(ended)


def frame(case, label, at):
    at = pd.to_datetime(at, utc=True).astype("datetime64[ms, UTC]").astype("int64")
    return pd.DataFrame({"case": case.to_numpy(), "label": label.astype(str).to_numpy(), "at": at.to_numpy()})


def xes(root, *files):
    import pm4py
    logs = [pm4py.read_xes(f"{root}/{file}") for file in files]
    # A case of the one file is not that of the other.
    return pd.concat([
        frame(log["case:concept:name"] + f" {place}", log["concept:name"], log["time:timestamp"])
        for place, log in enumerate(logs)
    ])


def logs(root):
    problems = [f"bpic2013-problems/BPI_Challenge_2013_{kind}_problems.xes.gz" for kind in ("closed", "open")]
    uci = pd.read_csv(f"{root}/uci-servicenow-sample/incident_event_log_10pct_of_cases.csv")
    at = pd.to_datetime(uci["sys_updated_at"], format="%d/%m/%Y %H:%M")
    for name, events, done, run in (
        ("helpdesk", xes(root, "italian-helpdesk/helpdesk.xes.gz"), ["Closed"], False),
        ("problems", xes(root, *problems), ["Completed"], True),
        ("uci", frame(uci["number"], uci["incident_state"], at), ["Resolved", "Closed"], True),
    ):
        until, ended = observed(events, done, run)
        yield {"name": name, "n": len(until), "ended": int(ended.sum()),
               "kaplan_meier": kaplan_meier(until, ended, every=max(1, int(ended.sum()) // 12))}


def main(root):
    samples = [
        sample(1, 30, 40, False, 0.3, 1),
        sample(2, 60, 25, False, 0.5, 1),
        sample(3, 80, 60, True, 0.3, 1),
        sample(4, 25, 10_000, False, 0.0, 1),
        sample(5, 70, 5_000, False, 0.2, 3),
        sample(6, 70, 5_000, True, 0.3, 2),
    ]
    print(json.dumps({"lifelines": lifelines.__version__, "samples": samples, "logs": list(logs(root))}, separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1])
