"""The questions of `bench flow`, put to DuckDB and Polars: flow_peers.py (duckdb|polars) LOG.csv ANSWERS.json

Each engine is used at its best: it is told the types, reads only the four columns that are measured, sorts once and
answers from what is sorted. CPU-seconds are those of all threads of this process.
"""

import json
import resource
import sys
import time

SEPARATOR = ">"


def duckdb_answers(path, timed):
    import duckdb

    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    columns = ["case_id", "activity", "timestamp", "team", "resource", "priority", "category", "service"]
    types = {c: "TIMESTAMPTZ" if c == "timestamp" else "VARCHAR" for c in columns}
    # Kept as TIMESTAMP: a window over it costs less.
    read = f"""CREATE TABLE log AS SELECT case_id, activity, timestamp::TIMESTAMP AS moment, team
        FROM read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '"', columns = {types})"""
    timed("import", lambda: db.execute(read))
    events, cases = db.execute("SELECT count(*), count(DISTINCT case_id) FROM log").fetchone()

    timed("sort", lambda: db.execute("""CREATE TABLE ordered AS SELECT case_id, activity, moment, team,
        lag(activity) OVER w AS before, lag(moment) OVER w AS left_at, lag(team) OVER w AS team_before
        FROM log WINDOW w AS (PARTITION BY case_id ORDER BY moment)"""))
    every = lambda sql: db.execute(sql).fetchall()
    quantiles = "quantile_cont(epoch_ms({0}) - epoch_ms({1}), [0.5, 0.85, 0.95])"
    edges = timed("map", lambda: every(f"""SELECT before, activity, count(*), {quantiles.format('moment', 'left_at')}
        FROM ordered WHERE before IS NOT NULL GROUP BY ALL"""))
    variants = timed("variants", lambda: every(f"""SELECT variant, count(*) FROM (SELECT
        string_agg(activity, '{SEPARATOR}' ORDER BY moment) AS variant FROM log GROUP BY case_id) GROUP BY ALL"""))
    weeks = timed("weeks", lambda: every(f"""SELECT epoch_ms(date_trunc('week', done)), count(*),
        {quantiles.format('done', 'began')} FROM (SELECT min(moment) AS began, max(moment) FILTER (activity = 'Close') AS done
        FROM log GROUP BY case_id) WHERE done IS NOT NULL GROUP BY ALL"""))
    handoffs = timed("handoffs", lambda: every("""SELECT team_before, team, count(*) FROM ordered
        WHERE team_before <> team GROUP BY ALL"""))
    return {
        "engine": "DuckDB " + duckdb.__version__,
        "events": events,
        "cases": cases,
        "map": [[a, b, n, *q] for a, b, n, q in edges],
        "variants": [list(row) for row in variants],
        "weeks": [[week, n, *q] for week, n, q in weeks],
        "handoffs": [list(row) for row in handoffs],
    }


def polars_answers(path, timed):
    import polars as pl

    text = pl.String
    schema = {"case_id": text, "activity": pl.Categorical, "timestamp": text, "team": pl.Categorical,
              "resource": text, "priority": text, "category": text, "service": text}
    at = pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ms").alias("at")
    log = timed("import", lambda: pl.scan_csv(path, schema=schema).select("case_id", "activity", at, "team").collect())
    events, cases = log.height, log["case_id"].n_unique()
    ordered = timed("sort", lambda: log.sort("case_id", "at"))
    follows = pl.col("case_id") == pl.col("case_id").shift(1)

    def quantiles(of):
        return [of.quantile(q, "linear").alias(f"p{int(q * 100)}") for q in (0.5, 0.85, 0.95)]

    took = (pl.col("at") - pl.col("at").shift(1)).dt.total_milliseconds()
    edges = timed("map", lambda: ordered.lazy()
                  .select(pl.col("activity").shift(1).alias("before"), "activity", took.alias("took"), follows.alias("f"))
                  .filter("f").group_by("before", "activity").agg(pl.len(), *quantiles(pl.col("took"))).collect())
    variants = timed("variants", lambda: ordered.lazy().group_by("case_id", maintain_order=True)
                     .agg(pl.col("activity").cast(text).str.join(SEPARATOR).alias("variant"))
                     .group_by("variant").len().collect())
    done = pl.col("at").filter(pl.col("activity") == "Close").max()
    weeks = timed("weeks", lambda: ordered.lazy().group_by("case_id").agg(pl.col("at").min().alias("began"), done.alias("done"))
                  .drop_nulls("done").group_by(pl.col("done").dt.truncate("1w").alias("week"))
                  .agg(pl.len(), *quantiles((pl.col("done") - pl.col("began")).dt.total_milliseconds()))
                  .with_columns(pl.col("week").dt.epoch("ms")).collect())
    handoffs = timed("handoffs", lambda: ordered.lazy()
                     .select(pl.col("team").shift(1).alias("before"), "team", follows.alias("f"))
                     .filter(pl.col("f") & (pl.col("before") != pl.col("team"))).group_by("before", "team").len().collect())
    rows = lambda frame: [list(row) for row in frame.rows()]
    return {
        "engine": "Polars " + pl.__version__,
        "events": events,
        "cases": cases,
        "map": rows(edges.with_columns(pl.col("before", "activity").cast(text))),
        "variants": rows(variants),
        "weeks": rows(weeks),
        "handoffs": rows(handoffs.with_columns(pl.col("before", "team").cast(text))),
    }


def main():
    engine, path, to = sys.argv[1:]
    seconds = {}

    def timed(question, ask):
        before = time.process_time()
        answer = ask()
        seconds[question] = time.process_time() - before
        return answer

    answers = {"duckdb": duckdb_answers, "polars": polars_answers}[engine](path, timed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with open(to, "w", encoding="utf-8") as out:
        json.dump(answers | {"seconds": seconds, "peak": peak}, out)


main()
