// Evaluates formula modules for tests: one request a line on standard input, one answer a line on standard output.
// Request: {modules: {key: text}, runs: [{module, formula, kind, rows, context}]}. Values are [kind, JSON form] pairs.
// Answer: for each run an array with, for each row, {value}, {error, message} or {beyond}; or {fault} when the modules are wrong.
import { createInterface } from "node:readline";

const { BeyondBudget, FormulaError, fromJson, toJson } = await import(process.argv[2]);
const modules = new Map();

function valueOf([kind, value]) {
  return kind === "rows" ? value.map(rowOf) : fromJson(kind, value);
}

function rowOf(row) {
  return Object.fromEntries(Object.entries(row).map(([path, value]) => [path, valueOf(value)]));
}

function contextOf(given) {
  return {
    ...given,
    now: fromJson("datetime", given.now),
    today: fromJson("date", given.today),
    user: rowOf(given.user),
    prior: given.prior && rowOf(given.prior),
    globals: rowOf(given.globals),
    currencyRates: rowOf(given.currencyRates),
    findValue: null,
  };
}

function outcome(formula, kind, row, context) {
  try {
    return { value: toJson(kind, formula(row, context)) };
  } catch (error) {
    if (error instanceof FormulaError) return { error: error.kind, message: error.message };
    if (error instanceof BeyondBudget) return { beyond: error.message };
    throw error;
  }
}

async function answer({ modules: texts, runs }) {
  for (const [key, text] of Object.entries(texts)) {
    modules.set(key, await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`));
  }
  return runs.map(({ module, formula, kind, rows, context }) => {
    const compute = modules.get(module).formulas.get(formula);
    const known = contextOf(context);
    return rows.map((row) => outcome(compute, kind, rowOf(row), known));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  let result;
  try {
    result = await answer(JSON.parse(line));
  } catch (error) {
    result = { fault: error.stack };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
