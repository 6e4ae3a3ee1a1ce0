"""A net mined of a log, and how well the log fits it by optimal alignments, as pm4py sees it: an outside oracle, run by hand.

    python3 -m venv v && v/bin/pip install pm4py
    v/bin/python tests/oracle/pm4py_alignments.py LOG.xes.gz NAME

writes tests/oracle/nets/NAME.pnml (inductive miner infrequent, noise 0.2) and NAME.json. `cost` is summed over all
cases, in moves (pm4py counts 10,000 a move and 1 a silent one).
pm4py is AGPL: it is no part of the build and nothing of it is copied.
"""

import json
import os
import sys

import pm4py

MOVE = 10_000


def main(path, name):
    log = pm4py.read_xes(path)
    log["concept:name"] = log["concept:name"].astype(str)
    log["case:concept:name"] = log["case:concept:name"].astype(str)
    log = pm4py.format_dataframe(log, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
    net, begin, end = pm4py.discover_petri_net_inductive(log, noise_threshold=0.2)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nets")
    os.makedirs(folder, exist_ok=True)
    pm4py.write_pnml(net, begin, end, os.path.join(folder, name + ".pnml"))
    aligned = pm4py.conformance_diagnostics_alignments(log, net, begin, end)
    fitness = pm4py.fitness_alignments(log, net, begin, end)
    with open(os.path.join(folder, name + ".json"), "w") as out:
        json.dump({
            "log": os.path.basename(path),
            "command": f"pm4py_alignments.py {os.path.basename(path)} {name}",
            "pm4py": pm4py.__version__,
            "cases": len(aligned),
            "average_trace_fitness": fitness["average_trace_fitness"],
            "log_fitness": fitness["log_fitness"],
            "fitting_cases": sum(1 for a in aligned if a["cost"] < MOVE),
            "cost": sum(a["cost"] // MOVE for a in aligned),
        }, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
