"""Directly-follows counts and variants of a log as pm4py sees them: an outside oracle, run by hand.

    python3 -m venv v && v/bin/pip install pm4py
    v/bin/python tests/oracle/pm4py_dfg.py LOG.xes.gz > tests/golden/LOG.json

pm4py is AGPL: it is no part of the build and nothing of it is copied.
The hash is SHA-256 over the lines `FROM<TAB>TO<TAB>COUNT\n`, sorted by their UTF-8 bytes.
"""

import hashlib
import json
import os
import sys

import pm4py


def main(path):
    log = pm4py.read_xes(path)
    log["concept:name"] = log["concept:name"].astype(str)
    log["case:concept:name"] = log["case:concept:name"].astype(str)
    # What pm4py does with any table: by case and time, ties as in the file. Start and end activities depend on it.
    log = pm4py.format_dataframe(log, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
    edges, starts, ends = pm4py.discover_dfg(log)
    variants = pm4py.get_variants(log)
    lines = sorted(f"{a}\t{b}\t{int(n)}\n".encode() for (a, b), n in edges.items())
    sizes = sorted((v if isinstance(v, int) else len(v) for v in variants.values()), reverse=True)
    print(json.dumps({
        "log": os.path.basename(path),
        "command": f"pm4py_dfg.py {os.path.basename(path)}",
        "pm4py": pm4py.__version__,
        "events": len(log),
        "cases": int(log["case:concept:name"].nunique()),
        "edges": len(edges),
        "transitions": int(sum(edges.values())),
        "dfg_sha256": hashlib.sha256(b"".join(lines)).hexdigest(),
        "starts": {k: int(v) for k, v in sorted(starts.items())},
        "ends": {k: int(v) for k, v in sorted(ends.items())},
        "variants": len(variants),
        "largest_variants": sizes[:5],
    }, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1])
