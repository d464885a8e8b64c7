"""What is wrong with a field, in the reader's language. English keeps the words of whoever found it, which name values and limits."""

from __future__ import annotations

from collections.abc import Callable

from builder_ui.translation import Words


def complaint(words: Words, code: str, message: str) -> str:
    """The stable code in words; the message itself when the language is English, or the code is not known here."""
    if words.language == "en" and code != "required":
        return message
    known: dict[str, Callable[[], str]] = {
        "required": lambda: words.say("Fill in this field."),
        "not_unique": lambda: words.say("Another record has this value already."),
        "too_long": lambda: words.say("This text is too long."),
        "bad_character": lambda: words.say("This text holds a character that cannot be stored."),
        "not_a_number": lambda: words.say("Type a number, such as 1234.5."),
        "too_many_digits": lambda: words.say("This number has too many digits before the point."),
        "too_many_decimals": lambda: words.say("This number has too many digits after the point."),
        "not_a_date": lambda: words.say("Type a date, such as 2026-12-31."),
        "not_a_moment": lambda: words.say("Type a date and a time, such as 2026-12-31 14:30."),
        "not_a_time": lambda: words.say("Type a time of day, such as 14:30."),
        "not_an_email": lambda: words.say("Type one e-mail address, such as name@example.com."),
        "not_a_phone": lambda: words.say("Type a phone number, such as +49 30 12345."),
        "not_a_url": lambda: words.say("Type a web address, such as https://example.com."),
        "not_a_place": lambda: words.say("Type latitude and longitude in degrees, or neither."),
        "out_of_range": lambda: words.say("This value is outside of what is possible."),
        "unknown_value": lambda: words.say("Choose one of the values."),
        "inactive_value": lambda: words.say("This value is no longer in use. Choose another one."),
        "not_offered": lambda: words.say("The record type does not offer this value. Choose another one."),
        "masked": lambda: words.say("Type the value itself: dots stand for what is not shown."),
        "not_found": lambda: words.say("This record is no longer there. Choose another one."),
    }
    return known[code]() if code in known else words.tell(message)
