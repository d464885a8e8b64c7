"""Functions over text."""

from __future__ import annotations

from typing import Any

from rule_engine.functions.entry import Form, Function, form
from rule_engine.runtime import dates, markup, numbers, patterns, texts


def text_functions() -> tuple[Function, ...]:
    """Parts of text, search, letter case, patterns, and text for other formats."""
    return (
        _text("LEN", "text", "The number of characters; 0 for blank.", "返回字符数；空白为 0。", ('LEN("abc")', "3"),
              form("text -> number", texts.length, takes_blanks=True,
                   postgresql=lambda sql, t: sql.number(sql.call("coalesce", sql.call("char_length", sql.units(t)), sql.whole(0))))),
        _text("LEFT", "text, count", "The first characters.", "返回开头的字符。", ('LEFT("abc", 2)', "ab"),
              form("text, number -> text", texts.left, gives_blank=True,
                   postgresql=lambda sql, t, n: sql.case((n >= 1, sql.characters(sql.call("left", sql.units(t), sql.integer(n))))))),
        _text("RIGHT", "text, count", "The last characters.", "返回末尾的字符。", ('RIGHT("abc", 2)', "bc"),
              form("text, number -> text", texts.right, gives_blank=True,
                   postgresql=lambda sql, t, n: sql.case((n >= 1, sql.characters(sql.call("right", sql.units(t), sql.integer(n))))))),
        _text("MID", "text, start, count", "So many characters from a position, the first being 1.", "从指定位置起返回若干字符，首位为 1。",
              ('MID("abcd", 2, 2)', "bc"), form("text, number, number -> text", texts.middle, gives_blank=True, postgresql=_pg_middle)),
        _text("SUBSTR", "text, start, count", "As MID; a negative start counts from the end, without a count it runs to the end.",
              "同 MID；负的起始位置从末尾计数，省略长度则到末尾。", ('SUBSTR("abcd", -2)', "cd"),
              form("text, number, number? -> text", texts.substring, gives_blank=True, postgresql=_pg_substring)),
        _text("CONTAINS", "text, part", "Whether the text holds the part.", "判断文本是否包含该部分。", ('CONTAINS("abc", "b")', "true"),
              form("text, text -> boolean", texts.contains, takes_blanks=True, gives_blank=True,
                   postgresql=lambda sql, t, part: _pg_search(sql, part, sql.call("strpos", t, part) > 0))),
        _text("BEGINS", "text, prefix",
              "Whether the text begins with the prefix.", "判断文本是否以该前缀开头。", ('BEGINS("abc", "a")', "true"),
              form("text, text -> boolean", texts.begins, takes_blanks=True, gives_blank=True,
                   postgresql=lambda sql, t, part: _pg_search(sql, part, sql.call("starts_with", t, part)))),
        _text("FIND", "searched, text, start",
              "The position of a text within another, from 1; 0 when absent.", "返回文本在另一文本中的位置，从 1 起；不存在为 0。",
              ('FIND("b", "abc")', "2"), form("text, text, number? -> number", texts.find, takes_blanks=True, postgresql=_pg_find)),
        _text("SUBSTITUTE", "text, old, new", "The text with every old part replaced.", "替换文本中的所有旧内容。",
              ('SUBSTITUTE("a-b", "-", "+")', "a+b"),
              form("text, text, text -> text", _substitute, takes_blanks=True, gives_blank=True, can_fail=True,
                   postgresql=_pg_substitute, postgresql_fails=_pg_substitute_fails)),
        _text("TRIM", "text", "Without the blanks at both ends.", "去除两端的空格。", ('TRIM(" a ")', "a"),
              form("text -> text", texts.trim, gives_blank=True,
                   postgresql=lambda sql, t: sql.blank_if_empty(sql.call("btrim", t, sql.literal(" "))))),
        _text("UPPER", "text, locale", "In capitals.", "转换为大写。", ('UPPER("abc")', "ABC"),
              form("text -> text", texts.upper, postgresql=lambda sql, t: sql.letter_case("upper", t)),
              form("text, text -> text", _upper_in, takes_blanks=True, gives_blank=True, postgresql=_pg_letter_case("upper"))),
        _text("LOWER", "text, locale", "In small letters.", "转换为小写。", ('LOWER("ABC")', "abc"),
              form("text -> text", texts.lower, postgresql=lambda sql, t: sql.letter_case("lower", t)),
              form("text, text -> text", _lower_in, takes_blanks=True, gives_blank=True, postgresql=_pg_letter_case("lower"))),
        _text("INITCAP", "text", "Each word with a capital.", "每个单词首字母大写。", ('INITCAP("mr. smith")', "Mr. Smith"),
              form("text -> text", texts.capitalize_words, postgresql=lambda sql, t: sql.texts.capitalized(t))),
        _text("LPAD", "text, length, padding", "Filled up on the left.", "在左侧填充。", ('LPAD("7", 3, "0")', "007"),
              form("text, number -> text", texts.pad_left, gives_blank=True, can_fail=True, **_pg_pad("lpad")),
              form("text, number, text -> text", _pad_left, takes_blanks=True, gives_blank=True, can_fail=True,
                   **_pg_pad("lpad"))),
        _text("RPAD", "text, length, padding", "Filled up on the right.", "在右侧填充。", ('RPAD("7", 3, "0")', "700"),
              form("text, number -> text", texts.pad_right, gives_blank=True, can_fail=True, **_pg_pad("rpad")),
              form("text, number, text -> text", _pad_right, takes_blanks=True, gives_blank=True, can_fail=True,
                   **_pg_pad("rpad"))),
        _text("REVERSE", "text", "Backwards.", "反转文本。", ('REVERSE("abc")', "cba"),
              form("text -> text", texts.reverse, postgresql=lambda sql, t: sql.call("reverse", t))),
        _text("ASCII", "text", "The code of the first character.", "返回首字符的编码。", ('ASCII("A")', "65"),
              form("text -> number", texts.code_point, postgresql=lambda sql, t: sql.number(sql.call("ascii", t)))),
        _text("CHR", "code", "The character of a code.", "返回编码对应的字符。", ("CHR(65)", "A"),
              form("number -> text", texts.character, gives_blank=True, can_fail=True,
                   postgresql=lambda sql, code: sql.case((_pg_is_character(code), sql.call("chr", sql.integer(code)))),
                   postgresql_fails=_pg_is_no_character)),
        _text("BR", "", "A line break.", "换行。", None, form("-> text", texts.line_break, postgresql=lambda sql: sql.literal("\n"))),
        _text("REGEX", "text, pattern", "Whether the whole text matches a regular expression (RE2 syntax).",
              "判断整个文本是否匹配正则表达式（RE2 语法）。", ('REGEX("a1", "[a-z][0-9]")', "true"),
              form("text, text -> boolean", patterns.matches, takes_blanks=True, can_fail=True)),
        _text("LIKE", "text, pattern", "Whether the text matches a pattern of % (any text) and _ (one character).",
              "判断文本是否匹配由 %(任意文本)与 _(单个字符)组成的模式。", ('LIKE("abc", "a%")', "true"),
              form("text, text -> boolean", patterns.like, takes_blanks=True, can_fail=True,
                   postgresql=lambda sql, t, pattern: sql.texts.is_like(t, pattern),
                   postgresql_fails=lambda sql, _, pattern: sql.call("char_length", pattern) > patterns.MAX_LIKE_LENGTH)),
        Function(
            name="TEXT:FORM", usage="TEXT", summary_en="", summary_zh="", example=None, is_internal=True, forms=_value_texts()
        ),
        _text("CASESAFEID", "id", "The id; ours are the same in any letter case.", "返回 ID；我们的 ID 不区分大小写。", None,
              form("id -> text", str, postgresql=lambda sql, identifier: sql.as_text(identifier)),
              form("text -> text", str, postgresql=lambda _, t: t)),
        _text("HTMLENCODE", "text",
              "Safe inside HTML.", "对文本进行 HTML 编码。", ('HTMLENCODE("<")', "&lt;"),
              form("text -> text", markup.html_encode, postgresql=lambda sql, t: sql.texts.mapped(t, markup.HTML_NAMES))),
        _text("JSENCODE", "text", "Safe inside a JavaScript text.", "对文本进行 JavaScript 编码。", ('JSENCODE("*")', "\\*"),
              form("text -> text", markup.javascript_encode, postgresql=lambda sql, t: sql.texts.mapped(t, markup.JAVASCRIPT_ESCAPES))),
        _text("URLENCODE", "text",
              "Safe inside an address.", "对文本进行 URL 编码。", ('URLENCODE("a b")', "a%20b"),
              form("text -> text", markup.url_encode, postgresql=lambda sql, t: sql.texts.url_encoded(t))),
        _text("IMAGE", "address, description, height, width", "A picture.", "图片。", None,
              form("text, text, number?, number? -> text", markup.image, takes_blanks=True, postgresql=_pg_image)),
        _text("HYPERLINK", "address, label, target", "A link.", "超链接。", None,
              form("text, text, text? -> text", markup.hyperlink, takes_blanks=True, postgresql=_pg_link)),
        _text("JSONVALUE", "json, key", "The value under a key of a JSON object.", "返回 JSON 对象中某个键的值。",
              ("JSONVALUE('{\"a\": 1}', \"a\")", "1"), form("text, text -> text", markup.json_value, gives_blank=True, can_fail=True)),
        _text("JSONPATHVALUE", "json, path", "The value at a path such as $.a.b[0].", "返回 JSON 路径（如 $.a.b[0]）处的值。",
              ("JSONPATHVALUE('{\"a\": [1, 2]}', \"$.a[1]\")", "2"),
              form("text, text -> text", markup.json_path_value, gives_blank=True, can_fail=True)),
    )  # fmt: skip


def _text(
    name: str, parameters: str, english: str, chinese: str, example: tuple[str, str] | None, *forms: Form
) -> Function:
    return Function(
        name=name, usage=f"{name}({parameters})", summary_en=english, summary_zh=chinese, example=example, forms=forms
    )


def _value_texts() -> tuple[Form, ...]:
    return (
        form("number -> text", numbers.number_text, postgresql=lambda sql, n: sql.number_text(n)),
        form(
            "date -> text", dates.date_text, postgresql=lambda sql, d: sql.call("to_char", d, sql.literal("YYYY-MM-DD"))
        ),
        form(
            "datetime -> text",
            dates.datetime_text,
            postgresql=lambda sql, d: sql.call("to_char", sql.utc(d), sql.literal('YYYY-MM-DD HH24:MI:SS"Z"')),
        ),
        form(
            "time -> text",
            dates.time_text,
            postgresql=lambda sql, t: sql.call("to_char", t, sql.literal("HH24:MI:SS.MS")),
        ),
    )


def _substitute(text: str | None, old: str | None, new: str | None) -> str | None:
    return None if text is None or old is None else texts.substitute(text, old, new)


def _upper_in(text: str | None, locale: str | None) -> str | None:
    return None if text is None else texts.upper(text, locale)


def _lower_in(text: str | None, locale: str | None) -> str | None:
    return None if text is None else texts.lower(text, locale)


def _pad_left(text: str | None, size: Any, padding: str | None) -> str | None:
    return None if text is None or size is None else texts.pad_left(text, size, padding)


def _pad_right(text: str | None, size: Any, padding: str | None) -> str | None:
    return None if text is None or size is None else texts.pad_right(text, size, padding)


def _pg_middle(sql: Any, text: Any, start: Any, count: Any) -> Any:
    first = sql.clamped(start, 1, 1_000_000)
    return sql.case((count >= 1, sql.characters(sql.call("substr", sql.units(text), first, sql.integer(count)))))


def _pg_substring(sql: Any, text: Any, start: Any, count: Any = None) -> Any:
    units, whole = sql.units(text), sql.call("trunc", start)
    first = sql.case((whole < 0, sql.call("char_length", units) + whole + 1), (whole == 0, 1), otherwise=whole)
    tail = sql.call("substr", units, sql.clamped(first, 1, 1_000_000))
    part = tail if count is None else sql.case((count >= 1, sql.call("left", tail, sql.integer(count))))
    return sql.case((first >= 1, sql.characters(part)))


def _pg_is_character(code: Any) -> Any:
    return (code >= 1) & (code < 0x110000) & ~((code >= 0xD800) & (code < 0xE000))


def _pg_is_no_character(_sql: Any, code: Any) -> Any:
    """A code below 1 gives blank, it does not fail."""
    return (code >= 0x110000) | ((code >= 0xD800) & (code < 0xE000))


def _pg_pad(name: str) -> dict[str, Any]:
    """PostgreSQL cuts as we do; a blank padding only cuts."""

    def postgresql(sql: Any, text: Any, size: Any, padding: Any = None) -> Any:
        padding = sql.literal(" ") if padding is None else sql.call("coalesce", padding, sql.literal(""))
        in_range = (size >= 1) & (size < texts.MAX_TEXT_LENGTH + 1)
        padded = sql.call(name, sql.units(text), sql.integer(size), sql.units(padding))
        return sql.case((in_range, sql.characters(padded)))

    def fails(_sql: Any, text: Any, size: Any, *_: Any) -> Any:
        return text.is_not(None) & (size >= texts.MAX_TEXT_LENGTH + 1)

    return {"postgresql": postgresql, "postgresql_fails": fails}


def _pg_letter_case(name: str) -> Any:
    """Turkish has letters of its own."""

    def postgresql(sql: Any, text: Any, locale: Any) -> Any:
        is_turkish = sql.matches(sql.call("lower", locale), "^(tr|az)([-_]|$)")
        turkish = sql.letter_case(name, text, "tr-x-icu")
        return sql.case((is_turkish, turkish), otherwise=sql.letter_case(name, text))

    return postgresql


def _pg_substitute(sql: Any, text: Any, old: Any, new: Any) -> Any:
    new = sql.call("coalesce", new, sql.literal(""))
    fails = _pg_substitute_fails(sql, text, old, new)
    return sql.case((fails, None), otherwise=sql.blank_if_empty(sql.call("replace", text, old, new)))


def _pg_substitute_fails(sql: Any, text: Any, old: Any, new: Any) -> Any:
    """Measured first, as in Python."""
    new = sql.call("coalesce", new, sql.literal(""))
    size, removed = sql.call("char_length", text), sql.call("replace", text, old, sql.literal(""))
    count = (size - sql.call("char_length", removed)) / sql.call("char_length", old)
    result_size = size + count * (sql.call("char_length", new) - sql.call("char_length", old))
    return result_size >= texts.MAX_TEXT_LENGTH + 1


def _pg_search(sql: Any, part: Any, found: Any) -> Any:
    return sql.case((part.is_(None), sql.literal(True)), otherwise=found)


def _pg_find(sql: Any, searched: Any, text: Any, start: Any = None) -> Any:
    searched, text = sql.units(searched), sql.units(text)
    if start is None:
        return sql.number(sql.call("coalesce", sql.call("strpos", text, searched), sql.whole(0)))
    first = sql.clamped(sql.call("coalesce", start, sql.literal(1)), 1, 1_000_000)
    at = sql.call("strpos", sql.call("substr", text, first), searched)
    return sql.number(sql.call("coalesce", sql.case((at > 0, at + first - 1), otherwise=sql.whole(0)), sql.whole(0)))


def _pg_image(sql: Any, source: Any, description: Any, height: Any = None, width: Any = None) -> Any:
    sizes = [
        sql.case((value.is_not(None), sql.texts.tag(f' {name}="', sql.as_text(sql.call("trunc", value)), '"')))
        for name, value in (("height", height), ("width", width))
        if value is not None
    ]
    shown = sql.texts.html_escaped(description)
    return sql.texts.tag('<img src="', sql.texts.address(source), '" alt="', shown, '"', *sizes, ">")


def _pg_link(sql: Any, address: Any, label: Any, target: Any = None) -> Any:
    window: list[Any] = []
    if target is not None:
        opened = sql.texts.tag(' target="', sql.texts.html_escaped(target), '" rel="noopener"')
        window = [sql.case((target.is_not(None), opened))]
    parts = ('"', *window, ">", sql.texts.html_escaped(label), "</a>")
    return sql.texts.tag('<a href="', sql.texts.address(address), *parts)
