"""Which function of the runtime each form of a built-in calls, by the form's name and signature; a test demands that each
is here. What is not in the runtime's core lies in a file of its own, which a page loads only for formulas that need it."""

from __future__ import annotations

from types import MappingProxyType

from rule_engine.errors import UnsupportedOnTarget
from rule_engine.functions.entry import Form

_MARKUP = ("htmlEncode", "javascriptEncode", "urlEncode", "image", "hyperlink", "jsonValue", "jsonPathValue")
FILES = MappingProxyType({"matches": "patterns", **dict.fromkeys(_MARKUP, "markup")})

RUNTIME_FUNCTIONS = MappingProxyType(
    {
        "abs(number)": "absolute",
        "round(number, number)": "roundHalfUp",
        "trunc(number, number?)": "truncate",
        "ceiling(number)": "ceiling",
        "floor(number)": "floor",
        "mceiling(number)": "ceilingToInfinity",
        "mfloor(number)": "floorToInfinity",
        "mod(number, number)": "remainder",
        "max(number, number...)": "largest",
        "min(number, number...)": "smallest",
        "sqrt(number)": "squareRoot",
        "exp(number)": "exponential",
        "ln(number)": "naturalLogarithm",
        "log(number)": "logarithm",
        "sin(number)": "sine",
        "cos(number)": "cosine",
        "tan(number)": "tangent",
        "asin(number)": "arcSine",
        "acos(number)": "arcCosine",
        "atan(number)": "arcTangent",
        "atan2(number, number)": "arcTangentOf",
        "pi()": "pi",
        "value(text)": "parseNumber",
        "isnumber(text)": "isNumber",
        "formatcurrency(text, number)": "formatCurrency",
        "len(text)": "length",
        "left(text, number)": "left",
        "right(text, number)": "right",
        "mid(text, number, number)": "middle",
        "substr(text, number, number?)": "substring",
        "contains(text, text)": "contains",
        "begins(text, text)": "begins",
        "find(text, text, number?)": "find",
        "substitute(text, text, text)": "substitute",
        "trim(text)": "trim",
        "upper(text)": "upper",
        "upper(text, text)": "upper",
        "lower(text)": "lower",
        "lower(text, text)": "lower",
        "initcap(text)": "capitalizeWords",
        "lpad(text, number)": "padLeft",
        "lpad(text, number, text)": "padLeft",
        "rpad(text, number)": "padRight",
        "rpad(text, number, text)": "padRight",
        "reverse(text)": "reverse",
        "ascii(text)": "codePoint",
        "chr(number)": "character",
        "br()": "lineBreak",
        "regex(text, text)": "matches",
        "like(text, text)": "like",
        "text_form(number)": "textOfNumber",
        "text_form(date)": "textOfDate",
        "text_form(datetime)": "textOfDatetime",
        "text_form(time)": "textOfTime",
        "casesafeid(id)": "itself",
        "casesafeid(text)": "itself",
        "htmlencode(text)": "htmlEncode",
        "jsencode(text)": "javascriptEncode",
        "urlencode(text)": "urlEncode",
        "image(text, text, number?, number?)": "image",
        "hyperlink(text, text, text?)": "hyperlink",
        "jsonvalue(text, text)": "jsonValue",
        "jsonpathvalue(text, text)": "jsonPathValue",
        "today()": "itself",
        "now()": "itself",
        "timenow()": "timeOf",
        "date(number, number, number)": "makeDate",
        "datevalue(datetime)": "dayOf",
        "datevalue(text)": "parseDate",
        "datevalue(date)": "itself",
        "datetimevalue(text)": "parseDatetime",
        "datetimevalue(date)": "midnight",
        "datetimevalue(datetime)": "itself",
        "timevalue(text)": "parseTime",
        "timevalue(datetime)": "timeOf",
        "timevalue(time)": "itself",
        "addmonths(date, number)": "addMonths",
        "addmonths(datetime, number)": "addMonthsToMoment",
        "year(date)": "year",
        "month(date)": "month",
        "day(date)": "dayOfMonth",
        "dayofyear(date)": "dayOfYear",
        "weekday(date)": "weekday",
        "isoweek(date)": "isoWeek",
        "isoweek(datetime)": "isoWeekOfMoment",
        "isoyear(date)": "isoYear",
        "isoyear(datetime)": "isoYearOfMoment",
        "hour(time)": "hour",
        "minute(time)": "minute",
        "second(time)": "second",
        "millisecond(time)": "millisecond",
        "unixtimestamp(datetime)": "unixTimestamp",
        "unixtimestamp(date)": "unixTimestampOfDate",
        "unixtimestamp(time)": "secondsOfDay",
        "fromunixtime(number)": "fromUnixTimestamp",
        "formatduration(number, boolean?)": "durationOfSeconds",
        "formatduration(time, time)": "durationOfTimes",
        "formatduration(datetime, datetime)": "durationOfDatetimes",
        "geolocation(number, number)": "point",
        "distance(geolocation, geolocation, text)": "distance",
        "rate(text)": "currencyRate",
        "rate_or_one(text)": "currencyRateOrOne",
        "operator_plus(number, number)": "add",
        "operator_plus(date, number)": "addDays",
        "operator_plus(number, date)": "daysAfter",
        "operator_plus(datetime, number)": "addTimeSpan",
        "operator_plus(number, datetime)": "timeSpanAfter",
        "operator_plus(time, number)": "addMilliseconds",
        "operator_plus(text, text)": "concatenate",
        "operator_minus(number, number)": "subtract",
        "operator_minus(date, number)": "subtractDays",
        "operator_minus(date, date)": "daysBetween",
        "operator_minus(datetime, number)": "subtractTimeSpan",
        "operator_minus(datetime, datetime)": "timeSpanBetween",
        "operator_minus(time, number)": "subtractMilliseconds",
        "operator_minus(time, time)": "millisecondsBetween",
        "operator_times(number, number)": "multiply",
        "operator_over(number, number)": "divide",
        "operator_power(number, number)": "power",
        "operator_and(text, text...)": "concatenate",
        "sign_minus(number)": "negate",
        "differ(text, text)": "differ",
        "midnight(date)": "midnightIn",
    }
)


def signature(form: Form) -> str:
    """The name and the parameters of a form, which stay the same when forms are added beside it."""
    name = form.key.rpartition("_")[0]
    parameters = [
        *form.required,
        *(f"{kind}?" for kind in form.optional),
        *([f"{form.repeated}..."] if form.repeated else []),
    ]
    return f"{name}({', '.join(parameters)})"


def runtime_function(form: Form) -> str:
    """Raises: UnsupportedOnTarget when the runtime has none."""
    known = RUNTIME_FUNCTIONS.get(signature(form))
    if known is None:
        raise UnsupportedOnTarget("javascript", signature(form))
    return known
