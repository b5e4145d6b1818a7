#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the tables of tst_arrowfile with pyarrow, and rows.json, which says what has to be read from each.

Run: make_tables.py (with a Python that has pyarrow), in this folder.
"""
import datetime as dt
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
UTC = dt.timezone.utc

SCHEMA = pa.schema([
    ("text", pa.string()), ("long", pa.large_string()), ("language", pa.dictionary(pa.int8(), pa.string())),
    ("stars", pa.int32()), ("big", pa.uint64()), ("ratio", pa.float64()), ("fork", pa.bool_()), ("nothing", pa.null()),
    ("tags", pa.list_(pa.string())), ("pair", pa.list_(pa.int8(), 2)),
    ("meta", pa.struct([("lang", pa.string()), ("size", pa.int16())])),
    ("parts", pa.large_list(pa.struct([("n", pa.int64())]))),
    ("when", pa.timestamp("us", tz="Europe/Paris")), ("local", pa.timestamp("s")), ("fine", pa.timestamp("ns")),
    ("day", pa.date32())])

ROWS = [
    dict(text="caf\u00e9", long="x" * 20, language="python", stars=12, big=2**64 - 1, ratio=0.5, fork=False, nothing=None,
         tags=["web", None, "orm"], pair=[1, 2], meta=dict(lang="en", size=-3), parts=[dict(n=1), dict(n=2**53 + 1)],
         when=dt.datetime(2021, 3, 1, 12, 0, 0, 500000, UTC), local=dt.datetime(1969, 12, 31, 23, 59, 59),
         fine=dt.datetime(2000, 2, 29, 0, 0, 0, 1), day=dt.date(2024, 2, 29)),
    dict(text="", long="", language="java", stars=-1, big=0, ratio=-1e300, fork=True, nothing=None, tags=[], pair=[3, 4],
         meta=dict(lang=None, size=7), parts=[], when=dt.datetime(1960, 1, 1, 0, 0, 0, 250000, UTC),
         local=dt.datetime(1, 1, 1), fine=dt.datetime(1999, 12, 31, 23, 59, 59, 999999), day=dt.date(1, 1, 1)),
    dict.fromkeys([field.name for field in SCHEMA]),
    dict(text="last", long="y", language="python", stars=0, big=1, ratio=2.0, fork=True, nothing=None, tags=["z"],
         pair=[5, 6], meta=dict(lang="fr", size=0), parts=[dict(n=-1)], when=dt.datetime(2021, 3, 1, tzinfo=UTC),
         local=dt.datetime(9999, 12, 31), fine=dt.datetime(2021, 1, 1), day=dt.date(1970, 1, 1)),
]


def iso(value):
    if isinstance(value, dt.datetime):
        text = value.replace(tzinfo=None).isoformat()
        text = text.rstrip("0") if "." in text else text
        return text + ("Z" if value.tzinfo else "")
    return value.isoformat()


def main():
    (HERE / "rows.json").write_text(json.dumps(ROWS, default=iso, indent=1) + "\n")
    table = pa.Table.from_pylist(ROWS, SCHEMA)
    pq.write_table(table, HERE / "rows.parquet", row_group_size=3)
    for codec in ("zstd", "gzip"):
        pq.write_table(table.select(["text", "stars"]), HERE / f"rows-{codec}.parquet", compression=codec)
    with pa.ipc.new_file(HERE / "rows.arrow", SCHEMA) as file:
        file.write_table(table.slice(0, 3))
        file.write_table(table.slice(3))
    # As save_to_disk of the package datasets: streams, and a file that lists them.
    saved = HERE / "saved"
    saved.mkdir(exist_ok=True)
    names = [f"data-0000{part}-of-00002.arrow" for part in range(2)]
    for name, part in zip(names, (table.slice(0, 3), table.slice(3))):
        with pa.ipc.new_stream(saved / name, SCHEMA) as stream:
            stream.write_table(part)
    (saved / "state.json").write_text(json.dumps({"_data_files": [{"filename": name} for name in names]}) + "\n")
    pq.write_table(pa.table({"id": [1], "image": [{"bytes": b"\x89"}]}), HERE / "binary.parquet")


if __name__ == "__main__":
    main()
