// Rates of currencies, which the context holds.
import type { Decimal } from "decimal.js";
import { FormulaError } from "./failures";
import { ONE } from "./numbers";

type Rates = { readonly [code: string]: Decimal };

function known(code: string, rates: Rates): Decimal | undefined {
  const name = code.toUpperCase();
  return Object.hasOwn(rates, name) ? rates[name] : undefined;
}

/** What one unit of the corporate currency is in the currency of this code. */
export function currencyRate(code: string, rates: Rates): Decimal {
  const rate = known(code, rates);
  if (rate === undefined) throw new FormulaError("unknown_currency", `There is no rate for the currency "${code.slice(0, 40)}".`);
  return rate;
}

/** As Salesforce: 1 where the code is not known. */
export function currencyRateOrOne(code: string, rates: Rates): Decimal {
  return known(code, rates) ?? ONE;
}
