"""The peers' side of the benchmark (docs/performance.md): what a careful user would write in DuckDB or Polars.

cmd/bench runs it in an environment of the peer's own, one job a process:

    python peers.py job      '{"tool": "duckdb", "job": "ledger", "file": "a.parquet", "key": "customer_id", ...}'
    python peers.py convert  '{"source": "orders.parquet", "to": "a.parquet", "ids": "text", ...}'
    python peers.py version  '{"tool": "duckdb"}'

and reads the one line of JSON that it prints. Settings that both sides share are those of segment/bench_job_test.go.
"""
import json
import sys
import time

AS_OF = "2026-10-31"
FIRST_MONTH = 2023 * 12 + 10  # months since year 0; the export begins with November 2023, month 10 from 0
LAST_MONTH = 2026 * 12 + 9    # October 2026, closed on AS_OF
FIRST_WEEK = "2024-10-28"     # a Monday; the last of 104 weeks ends before AS_OF
QUIET = 3                     # classes of recency: a churn horizon of 90 days in months, rounded up
QUIET_WEEKS = 5               # of weeks it would be 13, and five are the most
MIXED = 1_000_003             # see checkLedger of segment/bench_job_test.go


# ---------------------------------------------------------------- DuckDB

def duck(spec):
    import duckdb
    con = duckdb.connect()
    con.execute(f"set threads = {spec['threads']}")
    con.execute(f"set temp_directory = '{spec['temp']}'")
    con.execute("set preserve_insertion_order = false")
    return con


def duck_rows(spec):
    """The rows that Mainstay uses: k, ts, d, exact amount x (an integer of 10^-4 for floats), order o.

    Of a clean file these are all rows, and nothing is filtered. Of a dirty one Mainstay sets aside rows without
    customer, time or amount, with an amount that is no number, and with a day before 1900 or after the as-of date.
    """
    amount, float_amount = spec["amount"], spec["amount_type"] == "double"
    x = amount
    if float_amount and not spec["job"].endswith("-float"):
        # The nearest integer of ten-thousandths. Mainstay rounds the shortest decimal form half to even; on amounts
        # with at most four places both are exact. This cast is DuckDB's cheapest exact form: DECIMAL(18,4) costs more.
        x = f"round({amount} * 10000)::bigint"
    where = ""
    if spec["dirty"]:
        where = (f"where {spec['key']} is not null and {spec['time']} >= timestamp '1900-01-01' "
                 f"and {spec['time']} < timestamp '{AS_OF}' + interval 1 day and {amount} is not null")
        if float_amount:
            where += f" and isfinite({amount})"
    return (f"(select {spec['key']} k, {spec['time']} ts, {spec['time']}::date d, {x} x, {spec['order'] or 'null'} o "
            f"from read_parquet('{spec['file']}') {where})")


def duck_ledger(rows):
    return (f"create temp table t as select k, d, count(*) n, sum(greatest(x, 0)) as sales, sum(least(x, 0)) as returns "
            f"from {rows} group by k, d")


# An order belongs to its earliest day with a positive line. Two ways to say it; the one that DuckDB runs faster is
# what "ledger-orders" measures.
def duck_orders_window(rows):
    return f"""create temp table t as
        with g as (select k, o, d, count(*) n, sum(greatest(x, 0)) as sales, sum(least(x, 0)) as returns from {rows} group by k, o, d),
             f as (select *, min(d) filter (sales > 0) over (partition by k, o) as earliest from g)
        select k, d, sum(n)::bigint n, sum(sales) as sales, sum(returns) as returns, count(*) filter (d = earliest and o is not null) orders
        from f group by k, d"""


def duck_orders_join(rows):
    return f"""create temp table t as
        with f as (select k, d, count(*) orders from
                     (select k, o, min(d) d from {rows} where x > 0 and o is not null group by k, o) group by k, d),
             c as (select k, d, count(*) n, sum(greatest(x, 0)) as sales, sum(least(x, 0)) as returns from {rows} group by k, d)
        select c.*, coalesce(orders, 0) orders from c left join f using (k, d)"""


def duck_sums(rows):
    return f"create temp table t as select k, count(*) n, min(ts)::date as first_day, max(ts)::date as last_day, sum(x) as net from {rows} group by k"


# The months in which a customer bought: Mainstay asks whether sales + returns of a day are positive, these ask it of
# the month, which is the same without returns and cheaper. The last month is closed: no row is later.
def duck_months(rows):
    return f"(select k, (year(ts) * 12 + month(ts) - 1)::integer p from {rows} group by 1, 2 having sum(x) > 0)"


# The same of weeks, from 0 to 103.
def duck_weeks(rows):
    return (f"(select k, ((d - date '{FIRST_WEEK}') // 7)::integer p from {rows} "
            f"where d >= date '{FIRST_WEEK}' and d < date '{FIRST_WEEK}' + 728 group by 1, 2 having sum(x) > 0)")


def state(n="n", q="q", quiet=QUIET):
    return f"""case when {q} >= {2 * quiet} then {3 * quiet + 1} when {q} >= {quiet} then {3 * quiet}
            when {n} >= 4 then {2 * quiet} + {q} when {n} >= 2 then {quiet} + {q} else {q} end"""


def duck_states(rows, periods=duck_months, last=LAST_MONTH, quiet=QUIET):
    """Moves from the gaps between purchase periods: a window over them, counted, and only the counts spelt out."""
    return f"""create temp table t as
        with e as (select p, row_number() over w n, lead(p) over w follows from {periods(rows)} m window w as (partition by k order by p)),
             g as (select least(n, 4) n, coalesce(follows, {last + 1}) - p gap, follows is null as final, count(*) c from e group by 1, 2, 3),
             s as (select n, gap, final, c, unnest(range(gap)) j from g where gap > 0),
             m as (select n n0, j q0, case when j + 1 = gap then least(n + 1, 4) else n end n1, case when j + 1 = gap then 0 else j + 1 end q1, c
                   from s where not (final and j + 1 = gap))
        select {state('n0', 'q0', quiet)} a, {state('n1', 'q1', quiet)} b, sum(c)::bigint c
        from m group by 1, 2"""


def duck_states_bits(rows):
    """The same without windows: the months of a customer are bits of an integer, as long as there are no more than 62."""
    upto = "(b & ((2::bigint << i) - 1))"  # the months up to i
    return f"""create temp table t as
        with m as (select k, bit_or(1::bigint << (year(ts) * 12 + month(ts) - 1 - {FIRST_MONTH})) b from {rows} where x > 0 group by k),
             e as (select b, unnest(range({LAST_MONTH - FIRST_MONTH})) i from m),
             s as (select least(bit_count({upto}), 4)::integer n, i - floor(log2({upto}))::integer q, (b >> (i + 1)) & 1 as again
                   from e where {upto} <> 0),
             g as (select n n0, q q0, case again when 1 then least(n + 1, 4) else n end n1, case again when 1 then 0 else q + 1 end q1, count(*) c
                   from s group by 1, 2, 3, 4)
        select {state('n0', 'q0')} a, {state('n1', 'q1')} b, sum(c)::bigint c
        from g group by 1, 2"""


def duck_states_panel(rows, periods=duck_months, last=LAST_MONTH, quiet=QUIET):
    """The full panel, customer × period, as it is usually written."""
    return f"""create temp table t as
        with m as materialized (select * from {periods(rows)}),
             g as (select k, unnest(range(min(p), {last + 1}))::integer p from m group by k),
             j as (select g.k, g.p, m.p bought from g left join m on g.k = m.k and g.p = m.p),
             w as (select k, p, count(bought) over w n, p - max(bought) over w q from j window w as (partition by k order by p)),
             s as (select k, p, {state(quiet=quiet)} a from w),
             f as (select a, lead(a) over (partition by k order by p) b from s)
        select a, b, count(*) c from f where b is not null group by a, b"""


DUCK = {
    "ledger": duck_ledger, "ledger-float": duck_ledger, "ledger-orders": duck_orders_join, "ledger-orders-window": duck_orders_window,
    "sums": duck_sums, "sums-float": duck_sums, "states": duck_states, "states-bits": duck_states_bits, "states-panel": duck_states_panel,
    "weeks": lambda rows: duck_states(rows, duck_weeks, 103, QUIET_WEEKS), "weeks-panel": lambda rows: duck_states_panel(rows, duck_weeks, 103, QUIET_WEEKS),
}


def duck_job(spec):
    con = duck(spec)
    start = time.perf_counter()
    con.execute(DUCK[spec["job"]](duck_rows(spec)))
    out = {"seconds": time.perf_counter() - start}
    if spec["check"]:
        out["checks"] = duck_checks(con, spec)
    return out


def duck_checks(con, spec):
    if spec["job"].startswith(("states", "weeks")):
        return {f"{a}>{b}": c for a, b, c in con.execute("select a, b, c from t").fetchall()}
    columns = [name for name, *_ in con.execute("describe t").fetchall()]
    # Money as an integer of the smallest place, which floats are only about.
    scale = 100 if spec["amount_type"] == "decimal" else 10000 if spec["job"].endswith("-float") else 1
    cents = lambda name: f"round({name} * {scale})::hugeint" if scale > 1 else name
    day = lambda name: f"({name} - date '1970-01-01')"
    if "net" in columns:
        values = {"customers": "count(*)", "lines": "sum(n)", "first": f"sum({day('first_day')})", "last": f"sum({day('last_day')})",
                  "net": "sum(net)", "mix": f"sum({cents('net')} % {MIXED} * (last_day - first_day))"}
        money = ["net"]
    else:
        values = {"customers": "count(distinct k)", "cells": "count(*)", "lines": "sum(n)", "days": f"sum({day('d')})",
                  "sales": "sum(sales)", "returns": "sum(returns)", "mix": f"sum({cents('sales')} % {MIXED} * {day('d')})"}
        money = ["sales", "returns"]
        if "orders" in columns:
            values["orders"] = "sum(orders)"
    row = con.execute("select " + ", ".join(values.values()) + " from t").fetchone()
    return {name: (int(round(v * scale)) if name in money else int(v)) for name, v in zip(values, row)}


# ---------------------------------------------------------------- Polars

def polars_job(spec):
    import polars as pl
    start = time.perf_counter()
    x = pl.col(spec["amount"])
    if spec["amount_type"] == "double" and not spec["job"].endswith("-float"):
        x = (x * 10000).round().cast(pl.Int64)
    rows = pl.scan_parquet(spec["file"])
    ts, amount = pl.col(spec["time"]), pl.col(spec["amount"])
    if spec["dirty"]:
        first, last = (pl.lit(s).str.to_datetime() for s in ("1900-01-01 00:00:00", AS_OF + " 23:59:59.999999"))
        good = pl.col(spec["key"]).is_not_null() & ts.is_between(first, last) & amount.is_not_null()
        if spec["amount_type"] == "double":
            good = good & amount.is_finite()
        rows = rows.filter(good)
    rows = rows.select(k=pl.col(spec["key"]), ts=ts, x=x)
    job = spec["job"].removesuffix("-float")
    if job == "ledger":
        positive = pl.col("x") > 0
        query = rows.group_by("k", d=pl.col("ts").dt.date()).agg(
            n=pl.len(), sales=pl.col("x").filter(positive).sum(), returns=pl.col("x").filter(~positive).sum())
    elif job == "sums":
        query = rows.group_by("k").agg(n=pl.len(), first=pl.col("ts").min(), last=pl.col("ts").max(), net=pl.col("x").sum())
    else:
        raise SystemExit(f"no Polars query for {spec['job']}")
    t = query.collect(engine=spec.get("engine", "streaming"))
    out = {"seconds": time.perf_counter() - start}
    if spec["check"]:
        scale = 100 if spec["amount_type"] == "decimal" else 10000 if spec["job"].endswith("-float") else 1
        out["checks"] = polars_checks(t, job, scale)
    return out


def polars_checks(t, job, scale):
    import polars as pl
    money = lambda name: (pl.col(name).cast(pl.Float64) * scale).round().cast(pl.Int64) if scale > 1 else pl.col(name)
    day = lambda name: pl.col(name).dt.epoch("d").cast(pl.Int64)
    if job == "sums":
        values = {"customers": pl.len(), "lines": pl.col("n").sum(), "first": day("first").sum(), "last": day("last").sum(),
                  "net": money("net").sum(), "mix": (money("net") % MIXED * (day("last") - day("first"))).sum()}
    else:
        values = {"customers": pl.col("k").n_unique(), "cells": pl.len(), "lines": pl.col("n").sum(), "days": day("d").sum(),
                  "sales": money("sales").sum(), "returns": money("returns").sum(), "mix": (money("sales") % MIXED * day("d")).sum()}
    return {name: int(v) for name, v in t.select(**values).row(0, named=True).items()}


# ---------------------------------------------------------------- data

KEYS = {
    "int": "customer_id",
    "text": "'C' || lpad(customer_id::varchar, 8, '0')",
    "uuid": "md5(customer_id::varchar)::uuid::varchar",
}
SPOILT = "order_id % 999983 % 200"  # 0 and 1: rows with a null; 2 and 3: dirty rows; 1 % each


def convert(spec):
    """A lean file (order_id, customer_id, ts, amount as double, amount_decimal) of a generated export with integer ids."""
    con = duck({"threads": spec["threads"], "temp": spec["temp"]})
    con.execute("set preserve_insertion_order = true")
    key, ts, amount = KEYS[spec["ids"]], "order_date", "amount::double"
    decimal = "amount"
    if spec["dirty"]:
        kind = f"(order_id % 1009 % 3)"
        null = f"{SPOILT} < 2 and {kind} ="
        bad = f"{SPOILT} in (2, 3) and {kind} ="
        key = f"case when {null} 0 then null else {key} end"
        ts = (f"case when {null} 1 then null when {bad} 0 then timestamp '1899-12-30' when {bad} 1 then ts + interval 36 year else ts end"
              .replace("ts + ", "order_date + ").replace("else ts", "else order_date"))
        amount = f"case when {null} 2 then null when {bad} 2 then 'nan'::double else {amount} end"
        decimal = f"case when {null} 2 or {bad} 2 then null else amount end"
    order = "order by hash(order_id, order_date, amount)" if spec["order"] == "shuffled" else ""
    query = (f"select order_id, {key} customer_id, {ts} ts, {amount} amount, {decimal} amount_decimal "
             f"from read_parquet('{spec['source']}') {order}")
    if spec["writer"] == "duckdb":
        con.execute(f"copy ({query}) to '{spec['to']}' (format parquet, compression {spec['compression']})")
        return {}
    import pyarrow.parquet as pq
    batches = con.sql(query).to_arrow_reader(1 << 20)  # the rows of a row group that pyarrow chooses itself
    with pq.ParquetWriter(spec["to"], batches.schema, compression=spec["compression"]) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return {}


def version(spec):
    import importlib.metadata
    return {"version": importlib.metadata.version(spec["tool"])}


if __name__ == "__main__":
    what, given = sys.argv[1], json.loads(sys.argv[2])
    if what == "job":
        done = {"duckdb": duck_job, "polars": polars_job}[given["tool"]](given)
    else:
        done = {"convert": convert, "version": version}[what](given)
    print("BENCH " + json.dumps(done))
