"""People as small round faces: initials and a hue that follows from the id, so that it never changes."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    name: str
    initials: str
    hue: int
    email: str = ""


def face_of(user_id: str, name: str, email: str = "") -> Face:
    return Face(name=name, initials=initials_of(name), hue=crc32(user_id.encode()) % 360, email=email)


def initials_of(name: str) -> str:
    """First and last letter of a name in two or more words; the family name of a Han name; else two letters."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    if any("\u4e00" <= character <= "\u9fff" for character in words[0]):
        return words[0][0]
    return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()
