"""How each built-in is said in English and Chinese. `{0}` is the first argument, `{all}` all of them as a list.

NAME/2 is for a call with two arguments, NAME:number for one whose first argument is a number, NAME for any other. A test
is a statement; its opposite is given too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rule_engine.types import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`english` and `chinese`: a noun phrase; of a test a statement, with its opposite in `not_english` and
    `not_chinese`."""

    english: str
    chinese: str
    not_english: str = ""
    not_chinese: str = ""


def find_phrase(name: str, kinds: Sequence[Kind]) -> Phrase | None:
    """The phrase of a built-in that is called with arguments of these kinds."""
    phrases = _phrases()
    special = f"{name}:{kinds[0]}" if kinds else name
    return phrases.get(f"{name}/{len(kinds)}") or phrases.get(special) or phrases.get(name)


@cache
def _phrases() -> Mapping[str, Phrase]:
    nouns = {
        name: Phrase(english=english, chinese=chinese)
        for table in (_NUMBERS, _TEXTS, _DATES, _PLACES)
        for name, (english, chinese) in table.items()
    }
    tests = {
        name: Phrase(english=english, not_english=not_english, chinese=chinese, not_chinese=not_chinese)
        for name, (english, not_english, chinese, not_chinese) in _TESTS.items()
    }
    return nouns | tests


_TESTS = {
    "CONTAINS": ("{0} contains {1}", "{0} does not contain {1}", "{0}包含{1}", "{0}不包含{1}"),
    "BEGINS": ("{0} begins with {1}", "{0} does not begin with {1}", "{0}以{1}开头", "{0}不以{1}开头"),
    "REGEX": ("{0} matches the pattern {1}", "{0} does not match the pattern {1}", "{0}符合正则表达式{1}", "{0}不符合正则表达式{1}"),
    "LIKE": ("{0} is like {1}", "{0} is not like {1}", "{0}符合模式{1}", "{0}不符合模式{1}"),
    "ISNUMBER": ("{0} is a number", "{0} is not a number", "{0}是数字", "{0}不是数字"),
    "differ": ("{0} has changed", "{0} has not changed", "{0}已更改", "{0}未更改"),
}  # fmt: skip

_NUMBERS = {
    "ABS": ("the absolute value of {0}", "{0}的绝对值"),
    "ROUND": ("{0} rounded to {1} decimals", "{0}四舍五入到 {1} 位小数"),
    "TRUNC": ("{0} cut off after {1} decimals", "{0}截断到 {1} 位小数"),
    "TRUNC/1": ("{0} cut off to a whole number", "{0}截断取整"),
    "CEILING": ("{0} rounded away from zero", "{0}向远离零的方向取整"),
    "FLOOR": ("{0} rounded toward zero", "{0}向零的方向取整"),
    "MCEILING": ("{0} rounded up", "{0}向上取整"),
    "MFLOOR": ("{0} rounded down", "{0}向下取整"),
    "MOD": ("the remainder of {0} divided by {1}", "{0}除以{1}的余数"),
    "MAX": ("the largest of {all}", "{all}中的最大值"),
    "MIN": ("the smallest of {all}", "{all}中的最小值"),
    "SQRT": ("the square root of {0}", "{0}的平方根"),
    "EXP": ("e to the power of {0}", "e 的{0}次幂"),
    "LN": ("the natural logarithm of {0}", "{0}的自然对数"),
    "LOG": ("the logarithm of {0} to base 10", "{0}以 10 为底的对数"),
    "SIN": ("the sine of {0}", "{0}的正弦"),
    "COS": ("the cosine of {0}", "{0}的余弦"),
    "TAN": ("the tangent of {0}", "{0}的正切"),
    "ASIN": ("the angle whose sine is {0}", "{0}的反正弦"),
    "ACOS": ("the angle whose cosine is {0}", "{0}的反余弦"),
    "ATAN": ("the angle whose tangent is {0}", "{0}的反正切"),
    "ATAN2": ("the angle of the point with y {0} and x {1}", "纵坐标为{0}、横坐标为{1}的点的角度"),
    "PI": ("pi", "圆周率"),
    "VALUE": ("the number written in {0}", "{0}所表示的数字"),
    "FORMATCURRENCY": ("{1} as an amount in the currency {0}", "以货币 {0} 表示的{1}"),
    "CURRENCYRATE": ("the exchange rate of {0}", "{0} 的汇率"),
    "sign -": ("-{0}", "-{0}"),
    "operator ^": ("{0} to the power of {1}", "{0}的 {1} 次幂"),
}  # fmt: skip

_TEXTS = {
    "LEN": ("the number of characters in {0}", "{0}的字符数"),
    "LEFT": ("the first {1} characters of {0}", "{0}的前 {1} 个字符"),
    "RIGHT": ("the last {1} characters of {0}", "{0}的后 {1} 个字符"),
    "MID": ("{2} characters of {0} from position {1}", "{0}从第 {1} 位起的 {2} 个字符"),
    "SUBSTR": ("{2} characters of {0} from position {1}", "{0}从第 {1} 位起的 {2} 个字符"),
    "SUBSTR/2": ("{0} from position {1} on", "{0}从第 {1} 位起的部分"),
    "FIND": ("the position of {0} in {1}", "{0}在{1}中的位置"),
    "FIND/3": ("the position of {0} in {1} from position {2} on", "{1}中从第 {2} 位起{0}的位置"),
    "SUBSTITUTE": ("{0} with every {1} replaced by {2}", "将{1}替换为{2}后的{0}"),
    "TRIM": ("{0} without spaces at its ends", "去除首尾空格的{0}"),
    "UPPER": ("{0} in capitals", "大写的{0}"),
    "UPPER/2": ("{0} in capitals of the locale {1}", "按区域 {1} 大写的{0}"),
    "LOWER": ("{0} in small letters", "小写的{0}"),
    "LOWER/2": ("{0} in small letters of the locale {1}", "按区域 {1} 小写的{0}"),
    "INITCAP": ("{0} with a capital for each word", "各单词首字母大写的{0}"),
    "LPAD": ("{0} filled up to {1} characters with {2} on the left", "在左侧以{2}补足 {1} 个字符的{0}"),
    "LPAD/2": ("{0} filled up to {1} characters on the left", "在左侧补足 {1} 个字符的{0}"),
    "RPAD": ("{0} filled up to {1} characters with {2} on the right", "在右侧以{2}补足 {1} 个字符的{0}"),
    "RPAD/2": ("{0} filled up to {1} characters on the right", "在右侧补足 {1} 个字符的{0}"),
    "REVERSE": ("{0} backwards", "反转后的{0}"),
    "ASCII": ("the code of the first character of {0}", "{0}首字符的编码"),
    "CHR": ("the character with the code {0}", "编码为 {0} 的字符"),
    "BR": ("a line break", "换行符"),
    "TEXT": ("{0} as text", "{0}的文本"),
    "CASESAFEID": ("the id {0}", "{0}的 ID"),
    "HTMLENCODE": ("{0} encoded for HTML", "经 HTML 编码的{0}"),
    "JSENCODE": ("{0} encoded for JavaScript", "经 JavaScript 编码的{0}"),
    "URLENCODE": ("{0} encoded for addresses", "经 URL 编码的{0}"),
    "IMAGE": ("the picture {1} from {0}", "来自{0}的图片{1}"),
    "HYPERLINK": ("the link {1} to {0}", "指向{0}的链接{1}"),
    "JSONVALUE": ("the value of {1} in the JSON of {0}", "{0}的 JSON 中键{1}的值"),
    "JSONPATHVALUE": ("the value at {1} in the JSON of {0}", "{0}的 JSON 中路径{1}处的值"),
}  # fmt: skip

_DATES = {
    "TODAY": ("today", "今天"),
    "NOW": ("now", "现在"),
    "TIMENOW": ("the present time of day", "当前时间"),
    "DATE": ("the date with year {0}, month {1} and day {2}", "{0}年{1}月{2}日"),
    "DATEVALUE": ("the date of {0}", "{0}的日期"),
    "DATETIMEVALUE": ("the moment of {0}", "{0}的日期时间"),
    "TIMEVALUE": ("the time of day of {0}", "{0}的时间"),
    "ADDMONTHS": ("{1} months after {0}", "{0}之后 {1} 个月"),
    "YEAR": ("the year of {0}", "{0}的年份"),
    "MONTH": ("the month of {0}", "{0}的月份"),
    "DAY": ("the day of the month of {0}", "{0}的日"),
    "DAYOFYEAR": ("the day of the year of {0}", "{0}在当年的天数"),
    "WEEKDAY": ("the weekday number of {0} (1 for Sunday)", "{0}的星期序号（星期日为 1）"),
    "ISOWEEK": ("the calendar week of {0}", "{0}的 ISO 周数"),
    "ISOYEAR": ("the calendar week's year of {0}", "{0}的 ISO 周所属年份"),
    "HOUR": ("the hour of {0}", "{0}的小时"),
    "MINUTE": ("the minute of {0}", "{0}的分钟"),
    "SECOND": ("the second of {0}", "{0}的秒"),
    "MILLISECOND": ("the millisecond of {0}", "{0}的毫秒"),
    "UNIXTIMESTAMP": ("the Unix time of {0} in seconds", "{0}的 Unix 时间戳"),
    "FROMUNIXTIME": ("the moment at the Unix time {0}", "Unix 时间戳 {0} 对应的时刻"),
    "FORMATDURATION": ("the duration from {1} to {0}", "从{1}到{0}的时长"),
    "FORMATDURATION:number": ("{0} seconds as a duration", "{0} 秒的时长"),
    "midnight": ("{0}", "{0}"),
}  # fmt: skip

_PLACES = {
    "GEOLOCATION": ("the place at latitude {0} and longitude {1}", "纬度 {0}、经度 {1} 的位置"),
    "DISTANCE": ("the distance from {0} to {1} in {2}", "{0}到{1}的距离（{2}）"),
}
