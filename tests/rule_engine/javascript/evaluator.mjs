// Evaluates formula modules for tests: one request a line on standard input, one answer a line on standard output.
// Request: {modules: {key: text}, runs: [{module, formula, kind, rows, context}]}. Values are [kind, JSON form] pairs.
// Answer: for each run an array with, for each row, {value}, {error, message}, {beyond} or {asks}, a look-up whose value must be sent
// among context.found; or {fault} when the modules are wrong.
// {wanted: [[file, name]]} is answered with the names that the files do not export.
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
    findValue: given.found && ((...asked) => findValue(given.found, asked)),
  };
}

class NotFoundYet extends Error {
  constructor(asked) {
    super("A record must be looked up.");
    this.asked = asked;
  }
}

/** `found`: [question, value] pairs. */
function findValue(found, [object, field, keyField, key]) {
  const asked = [object, field, keyField, typeof key === "string" ? ["text", key] : ["number", toJson("number", key)]];
  const answer = found.find(([question]) => JSON.stringify(question) === JSON.stringify(asked));
  if (!answer) throw new NotFoundYet(asked);
  return valueOf(answer[1]);
}

function outcome(formula, kind, row, context) {
  try {
    return { value: toJson(kind, formula(row, context)) };
  } catch (error) {
    if (error instanceof FormulaError) return { error: error.kind, message: error.message };
    if (error instanceof BeyondBudget) return { beyond: error.message };
    if (error instanceof NotFoundYet) return { asks: error.asked };
    throw error;
  }
}

async function missing(wanted) {
  const found = await Promise.all(wanted.map(async ([address, name]) => [name, name in (await import(address))]));
  return found.filter(([, isThere]) => !isThere).map(([name]) => name);
}

async function answer({ modules: texts, runs, wanted }) {
  if (wanted) return missing(wanted);
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
