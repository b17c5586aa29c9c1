// Asks what the client of Cube's own packages asks, and prints what it understood.
//
//   node cubejs.mjs FOLDER ADDRESS     FOLDER holds node_modules with @cubejs-client/core

import { createRequire } from "node:module";

const [folder, address] = process.argv.slice(2);
const cubejs = createRequire(`${folder}/`)("@cubejs-client/core");
const client = (cubejs.default ?? cubejs)({ apiUrl: `${address}/cubejs-api/v1` });

const amount = ["takings.amount"];
const total = await client.load({ measures: amount });
const towns = await client.load({
  measures: amount,
  dimensions: ["takings.town"],
  order: { "takings.town": "asc" },
  filters: [{ member: "takings.town", operator: "set" }],
});
const months = await client.load({
  measures: amount,
  timeDimensions: [
    {
      dimension: "takings.sold_on",
      granularity: "month",
      dateRange: ["2026-01-01", "2026-03-31"],
    },
  ],
});
const compared = await client.load({
  measures: amount,
  timeDimensions: [
    {
      dimension: "takings.sold_on",
      compareDateRange: [
        ["2026-01-01", "2026-01-31"],
        ["2026-02-01", "2026-02-28"],
      ],
    },
  ],
});
const meta = await client.meta();
const sql = await client.sql({ measures: amount });
let refused = "nothing was refused";
try {
  await client.load({ measures: ["takings.amont"] });
} catch (error) {
  refused = String(error.message);
}

console.log(
  JSON.stringify({
    total: total.rawData(),
    columns: total.tableColumns().map((column) => column.key),
    towns: towns.tablePivot(),
    months: months.chartPivot().map((point) => [point.x, point["takings.amount"]]),
    compared: compared.decompose().map((part) => part.rawData()[0]["takings.amount"]),
    cube: meta.resolveMember("takings.amount", "measures").title,
    sql: sql.sql(),
    refused,
  }),
);
