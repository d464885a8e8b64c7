"""zen-engine's decision table, in its own environment: python zen_table.py < {"rows", "records"}. Prints microseconds of processor
time for one record, and how many found a row."""

from __future__ import annotations

import json
import sys
import time

import zen

given = json.loads(sys.stdin.read())
fields = ("country", "revenue", "industry")
table = {
    "hitPolicy": "first",
    "inputs": [{"id": name, "name": name, "field": name} for name in fields],
    "outputs": [{"id": "row", "name": "row", "field": "row"}],
    "rules": [
        {
            "_id": str(number),
            "country": json.dumps(country),
            "revenue": f"[{low}..{low + given['span']})",
            "industry": json.dumps(industry),
            "row": str(number),
        }
        for number, (country, low, industry) in enumerate(given["rows"])
    ],
}
graph = {
    "nodes": [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "out", "type": "outputNode"},
    ],
    "edges": [
        {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
    ],
}
decision = zen.ZenEngine().create_decision(json.dumps(graph))
records = given["records"]
found = sum(bool(decision.evaluate(record)["result"]) for record in records[:50])
started = time.process_time()
found = sum(bool(decision.evaluate(record)["result"]) for record in records)
print(json.dumps({"us": (time.process_time() - started) / len(records) * 1e6, "found": found}))
