"""Turn the bytes of a text file into UTF-8, and say which encoding was taken and why."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from charset_normalizer import from_bytes

from layers.contract import Request
from layers.reading.raw import Notes

#: Encodings of tables that are met in practice; no others are asked for or guessed.
ENCODINGS = (
    "utf_8",
    "utf_16",
    "utf_16_le",
    "utf_16_be",
    "cp932",
    "euc_jp",
    "cp949",
    "euc_kr",
    "gb18030",
    "big5",
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp866",
    "cp1253",
    "cp1254",
    "cp1257",
    "cp1258",
    "cp874",
    "cp1255",
    "cp1256",
    "cp850",
    "cp437",
    "mac_roman",
    "latin_1",
    "iso8859_2",
    "iso8859_15",
    "shift_jis",
    "ascii",
    "utf_8_sig",
)
_GUESSED = ["cp932", "euc_jp", "cp949", "gb18030", "big5", "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254"]
_SAMPLE = 200_000
#: Letters of one script each; a text of a single script beside ASCII is likely right.
_SCRIPTS = {
    "cp932": r"[\u3040-\u30ff\u4e00-\u9fff\uff01-\uff9f\u3000-\u303f々]",
    "euc_jp": r"[\u3040-\u30ff\u4e00-\u9fff\u3000-\u303f]",
    "cp949": r"[\uac00-\ud7a3]",
    "gb18030": r"[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e]",
    "big5": r"[\u4e00-\u9fff\u3000-\u303f]",
    "cp1251": r"[а-яёА-ЯЁ№°]",
    "koi8_r": r"[а-яёА-ЯЁ°]",
    "cp1253": r"[α-ωΑ-Ωά-ώ°]",
    "cp1250": r"[áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽąćęłńóśźżĄĆĘŁŃŚŹŻőűŐŰäöüßÄÖÜ°]",
    "cp1252": r"[àâäáãåæçèéêëìíîïñòóôõöøœùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜ°µ²³±’–“”·º]",
    "cp1254": r"[ğışçöüĞİŞÇÖÜ°]",
}
#: Bytes that are frequent letters in Czech, Polish and Hungarian, and rare ones in western languages.
_EASTERN = tuple(bytes([code]) for code in (0x9A, 0x9C, 0x9D, 0x9E, 0xB3, 0xB9, 0xBF, 0xEC, 0xF9))


def utf8(data: bytes, request: Request, notes: Notes) -> bytes:
    """Return a text file as UTF-8 without byte order mark and without NUL.

    Parameters
    ----------
    data : bytes
        The file.
    request : Request
        Its cure ``encoding`` is followed if Python knows it as an encoding of texts.
    notes : Notes
        Receives what was taken, and a sample of the text to check it by.
    """
    return _without_nul(_decoded(data, request, notes), notes)


def _decoded(data: bytes, request: Request, notes: Notes) -> bytes:
    asked = request.cures.get("encoding", "")
    if asked:
        name = _known(asked)
        if name:
            return _recoded(data, name)
        notes.add("encoding_unknown", encoding=asked[:40], known=", ".join(ENCODINGS[:12]))
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    elif data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return _recoded(data, "utf_16")
    elif wide := _wide(data):
        notes.add(
            "encoding_guessed", actions=("encoding=utf-8",), encoding=wide, sample=_sample(data.decode(wide, "replace"))
        )
        return _recoded(data, wide)
    if _is_utf8(data):
        return data
    return _guessed(data, notes)


def _guessed(data: bytes, notes: Notes) -> bytes:
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore")) - broken
    if foreign > 20 * broken:
        notes.add("encoding_damaged", actions=("encoding=cp1252",), count=broken, sample=_sample(text, "\ufffd"))
        return text.encode("utf-8")
    name, others = _best(data)
    made = data.decode(name, "replace")
    notes.add(
        "encoding_guessed",
        actions=tuple(f"encoding={other}" for other in others),
        encoding=name,
        sample=_sample(made),
        lost=made.count("\ufffd"),
    )
    return made.encode("utf-8")


def _best(data: bytes) -> tuple[str, list[str]]:
    """Rank encodings by charset-normalizer on the lines that are not ASCII and by how much of one script each gives."""
    lines = [line for line in data[: 20 * _SAMPLE].splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    liked = [match.encoding for match in from_bytes(sample, cp_isolation=_GUESSED, threshold=0.5)]
    ranked = sorted(
        _GUESSED,
        key=lambda name: (
            -_fit(sample, name),
            liked.index(name) if name in liked else len(liked),
            _GUESSED.index(name),
        ),
    )
    return ranked[0], ranked[1:4]


def _fit(sample: bytes, name: str) -> float:
    """Return the share of foreign characters that are of the script of an encoding; 0 if the bytes are none of it."""
    text = sample.decode(name, "replace")
    foreign = re.sub(r"[\x00-\x7f]", "", text)
    if not foreign or foreign.count("\ufffd") > 0.02 * len(foreign) + 1:
        return 0.0
    own = len(re.findall(_SCRIPTS[name], foreign)) / len(foreign)
    if name in {"cp932", "euc_jp", "cp949", "gb18030", "big5"}:
        return _fit_of_signs(own, foreign, name)
    if name == "cp1252" and sum(map(sample.count, _EASTERN)) <= 0.25 * len(foreign):
        own += 0.1
    return _fit_of_letters(own, text, name in {"cp1252", "cp1250", "cp1254"})


def _fit_of_signs(own: float, foreign: str, name: str) -> float:
    """Take from the share of an encoding of East Asia for half-width kana, and for signs that are rarely written."""
    half_width = len(re.findall(r"[\uff61-\uff9f]", foreign)) / len(foreign)
    rare = len(re.findall(r"[\u4e00-\u9fff]", foreign)) - len(re.findall(_COMMON, foreign))
    if name == "cp949":  # syllables beyond those of the Korean standard are next to never written
        rare += (len(foreign.encode("euc_kr", "ignore")) - 2 * len(foreign)) // 3
    return own - 0.6 * half_width - 0.5 * max(rare, 0) / len(foreign)


def _fit_of_letters(own: float, text: str, latin: bool) -> float:
    """Take from the share of an alphabet for capitals in words; of Latin for few plain letters, else for any."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    shouting = _share_of(words, lambda word: bool(re.search(r"[a-zа-яё][A-ZА-ЯЁ]", word)))
    if latin:
        dense = _share_of(words, _is_dense)
        return own - 0.5 * shouting - 0.5 * dense
    mixed = _share_of(words, lambda word: bool(re.search(r"[A-Za-z]", word)))
    return own - 0.5 * shouting - 0.4 * mixed


def _is_dense(word: str) -> bool:
    """Tell whether most letters of a word of three or more are beyond ASCII."""
    return len(word) > 2 and len(re.findall(r"[^\x00-\x7f]", word)) > 0.6 * len(word)


def _share_of(words: list[str], test: Callable[[str], bool]) -> float:
    return sum(test(word) for word in words) / max(len(words), 1)


#: Characters of geology, places and tables in Japanese and Chinese: a right decoding shows some of them.
_COMMON = (
    "[一二三四五六七八九十百千万年月日時分秒度東西南北緯経線点名称番号地区域県市町村郡島山川谷海岸鉱区床脈岩石金銀銅鉛亜鈴鉄硫黄深標高位置座系面積距離種類備考所在社会調査試料分析値量品"
    "大小中上下前後内外新旧本高長平成昭和令国土会有限株式的层矿区经纬东点县省坐标样品编号岩铜铅锌铁钨锡稀土项目公司類區經緯東標點鄉縣礦]"
)


def _recoded(data: bytes, name: str) -> bytes:
    return data.decode(name, "replace").lstrip("\ufeff").encode("utf-8")


def _known(name: str) -> str:
    try:
        plain = codecs.lookup(name.strip()).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
    return plain if plain in ENCODINGS or plain.replace("iso8859_1", "latin_1") in ENCODINGS else ""


def _wide(data: bytes) -> str:
    """Tell UTF-16 without a mark by where the NUL bytes are."""
    head = data[:4096]
    if len(head) < 8 or head.count(0) < 0.3 * len(head):
        return ""
    return "utf_16_le" if head[1::2].count(0) > head[0::2].count(0) else "utf_16_be"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_nul(data: bytes, notes: Notes) -> bytes:
    count = data.count(b"\0")
    if count:
        notes.add("nul_bytes", count=count)
        return data.replace(b"\0", b"")
    return data


def _sample(text: str, around: str = "") -> str:
    """Return a few words that show the foreign letters."""
    place = text.find(around) if around else next((i for i, letter in enumerate(text) if ord(letter) > 127), 0)
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text[max(0, place - 15) : place + 45]).strip()
