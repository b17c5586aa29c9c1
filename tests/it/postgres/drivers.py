"""What do psycopg and SQLAlchemy make of a server? Prints what they find, as JSON."""
import datetime
import decimal
import json
import sys

import psycopg
import sqlalchemy

port = int(sys.argv[1])
engine = sqlalchemy.create_engine(f"postgresql+psycopg://ann@127.0.0.1:{port}/patron")
found = {}

inspected = sqlalchemy.inspect(engine)
found["schemas"] = inspected.get_schema_names()
found["tables"] = inspected.get_table_names(schema="sales")
found["views"] = inspected.get_view_names(schema="sales")
columns = inspected.get_columns("delivery_lines", schema="sales")
found["columns"] = {column["name"]: [str(column["type"]), column["nullable"], column["comment"]]
                    for column in columns}
found["key"] = inspected.get_pk_constraint("delivery_lines", schema="sales")["constrained_columns"]
found["comment"] = inspected.get_table_comment("delivery_lines", schema="sales")["text"]
found["has"] = [inspected.has_table(name, schema="sales") for name in ("orders", "ordered")]
found["beside"] = [
    inspected.get_foreign_keys("orders", schema="sales"),
    inspected.get_indexes("orders", schema="sales"),
    inspected.get_unique_constraints("orders", schema="sales"),
    inspected.get_check_constraints("orders", schema="sales"),
    inspected.get_sequence_names(schema="sales"),
    inspected.get_enums(schema="*"),
    inspected.get_domains(schema="*"),
]

# Reflected tables are asked in the words that SQLAlchemy chooses.
metadata = sqlalchemy.MetaData()
metadata.reflect(engine, schema="sales")
customers = metadata.tables["sales.customers"]
asked = sqlalchemy.select(sqlalchemy.func.count()).select_from(customers)
few = asked.where(customers.c.customer_id.in_(["K101", "K102", "x' or 'a' = 'a"]))
with engine.connect() as connection:
    found["count"] = [connection.execute(asked).scalar_one(), connection.execute(few).scalar_one()]
    given = {"amount": decimal.Decimal("12.50"), "day": datetime.date(2026, 3, 1), "text": "x'y"}
    text = "select cast(:amount as decimal(18, 2)), cast(:day as date), cast(:text as varchar)"
    row = connection.execute(sqlalchemy.text(text), given).one()
    found["given"] = [str(value) for value in row] + [list(row) == list(given.values())]

VALUES = """select cast(-7 as smallint), cast(70000 as int), cast(5000000000 as bigint),
    cast(12.50 as decimal(18, 2)), cast(0.1 as double), true, 'größe', cast(null as int),
    date '2026-03-01', timestamp '2026-03-01 12:34:56.5', make_array(1, null, 3)"""
with psycopg.connect(f"host=127.0.0.1 port={port} user=ann dbname=patron") as connection:
    rows = [connection.cursor(binary=is_binary).execute(VALUES).fetchone()
            for is_binary in (False, True)]
    found["values"] = [str(value) for value in rows[0]]
    found["same"] = rows[0] == rows[1]
    with connection.cursor(name="parts") as cursor:
        cursor.itersize = 2
        cursor.execute("select unnest(range(0, 5)) as number order by number")
        found["parts"] = [row[0] for row in cursor]
    member = "select count(*) from sales.customers where customer_id = any(%s)"
    found["member"] = connection.execute(member, (["K101", "K102", "none"],)).fetchone()[0]
    prepared = [connection.execute("select cast(%s as bigint) + 1", (number,), prepare=True)
                for number in range(3)]
    found["prepared"] = [cursor.fetchone()[0] for cursor in prepared]
    try:
        connection.execute("select no_such_column from sales.orders")
    except psycopg.errors.UndefinedColumn as error:
        found["state"] = error.sqlstate
    connection.rollback()
    with connection.pipeline():
        cursors = [connection.execute(f"select {number}") for number in range(3)]
    found["pipeline"] = [cursor.fetchone()[0] for cursor in cursors]

print(json.dumps(found, ensure_ascii=False))
