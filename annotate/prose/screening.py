"""Hides the name of the model, or of its maker, where a response gives itself away: annotators judge blind.

"I am Aria, a language model by Northwind" tells; "Northwind was founded in 1999" and "llamas are animals" do
not, and stay. Names that the home has given (policies, `[blind] names`) are hidden wherever they stand.
Pure: a text and names in, a text out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MASK: Final = "█████"
"""In place of a name, however long that is."""

VERSION: Final = r"(?:[- ]?[VvRr]?\d+(?:\.\d+)*\w?)?"
PLAIN_NAMES: Final = (
    *(rf"(?:Chat|Instruct)?GPT{VERSION}", "OpenAI", "Anthropic", "DeepMind", rf"DeepSeek{VERSION}", "QwQ"),
    *(rf"Qwen{VERSION}", rf"Mixtral{VERSION}", rf"ChatGLM{VERSION}", "InternLM", "Baichuan"),
    *("Nemotron", "OLMo", "StableLM", "SmolLM", "TinyLlama", "EleutherAI", "LAION", "LMSYS", "xAI"),
    *("Hugging Face", "Zhipu(?: AI)?", "Moonshot(?: AI)?", "AI21(?: Labs)?"),
)
"""Patterns of names that are nothing else; in any case."""
OTHER_NAMES: Final = (
    *(
        rf"Claude(?: (?:Opus|Sonnet|Haiku|Instant))?{VERSION}",
        rf"(?:Code )?L[Ll]a[Mm][Aa]{VERSION}",
        "Bard",
        "PaLM",
    ),
    *(rf"Gemini(?: (?:Pro|Ultra|Flash|Nano))?{VERSION}", rf"Gemma{VERSION}", "LaMDA", rf"Grok{VERSION}"),
    *("Alpaca", "Vicuna", "Koala", "Guanaco", "Falcon", "Zephyr", "Orca", r"Phi[- ]?\d[\w.]*", "Titan"),
    *(
        "Command R",
        "Nova",
        "Granite",
        "Hermes",
        "Dolly",
        "Pythia",
        "Copilot",
        "Sydney",
        "Kimi",
        "Ernie",
        "Yi",
    ),
    *("Tülu", "Tulu", "Hone", "Google(?: DeepMind| AI| Research)?", "Meta(?: AI)?", "Facebook", "Microsoft"),
    *(
        "Amazon",
        "Apple",
        "IBM",
        "NVIDIA",
        "Mistral(?: AI)?",
        "Alibaba(?: Cloud)?",
        "Cohere",
        "Baidu",
        "Tencent",
    ),
    *("ByteDance", "Stability AI", "Databricks", "Inflection(?: AI)?", "Nous Research", "AI2"),
    *("the Allen Institute for AI", "Open Assistant"),
)
"""Patterns of names that are words or companies too; as they are spelled."""
CHINESE_NAMES: Final = (
    "通义千问",
    "阿里云",
    "阿里巴巴",
    "文心一言",
    "百度",
    "深度求索",
    "智谱",
    "月之暗面",
    "腾讯",
)

NAME: Final = (
    rf"(?:(?:(?i:{'|'.join(PLAIN_NAMES)})|{'|'.join(OTHER_NAMES)})(?![\w-])|{'|'.join(CHINESE_NAMES)})"
)
CAPITALISED: Final = r"[A-Z][\w.-]{0,30}\w(?: [A-Z0-9][\w.-]{0,30}){0,3}(?<![.-])"
"""Somebody's name that is in no list."""
AN_ASSISTANT: Final = (
    r"(?:(?:an?|the|your|just an?) )?(?:[\w-]{1,20} ){0,3}?"
    r"(?i:(?:large )?language model|AI\b|LLM\b|chat ?bot|virtual assistant)"
)
MADE: Final = r"(?:train|creat|develop|ma|buil|design|releas|power|program|fine-?tun)(?:ed|de|t|med)"
I_AM: Final = (
    r"(?:(?i:I am|I'm|I’m|my name is|call me|you(?:'re| are) (?:talking|chatting|speaking) (?:to|with)|as) "
    r"|(?i:ich bin|ich heiße|mein Name ist|je suis|je m'appelle|soy|me llamo|sono|mi chiamo|eu sou|я) "
    r"|我是|我叫|私は|أنا )"
)
OPEN: Final = r"[*_\"“]{0,3}"
CLOSE: Final = r"[*_\"”]{0,3}"
SOMEBODY: Final = rf"(?:{NAME}|{CAPITALISED})"
FIRST_PERSON: Final = r"(?<!\w)(?i:I am|I'm|I’m|I was|I've been|I have been|as|me|my name is)\b"

SLOTS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # I am Claude. / As ChatGPT, I … / 我是通义千问. A painter of that name has a surname.
        rf"(?<!\w){I_AM}{OPEN}(?P<self>{NAME})(?! [A-Z])",
        # I am Aria, an AI assistant …
        rf"(?<!\w){I_AM}{OPEN}(?P<self>{CAPITALISED}){CLOSE},? (?:and I(?:'| a)m )?{AN_ASSISTANT}",
        # I am a language model made by Y / by Y / from Y
        rf"{FIRST_PERSON}[^;]{{0,90}}?\b{AN_ASSISTANT}[^;]{{0,60}}?\b(?:by|from|at) (?:the )?{OPEN}"
        rf"(?P<maker>{SOMEBODY})",
        # I am a chatbot called X
        rf"{FIRST_PERSON}[^;]{{0,60}}?\b{AN_ASSISTANT}[^;]{{0,30}}?\b(?:called|named|known as) {OPEN}"
        rf"(?P<self>{SOMEBODY})",
        # I was trained and tuned by researchers at Y
        rf"{FIRST_PERSON}[^;]{{0,40}}?\b{MADE}\b[^;]{{0,40}}?\bby (?:the )?(?:[\w-]+ (?:at|of|from) )?{OPEN}"
        rf"(?P<maker>{SOMEBODY})",
        # Y trained me / my creators at Y
        rf"(?P<maker>{NAME})(?:'s? \w+)? (?:has )?{MADE} me\b",
        r"(?i:\bmy (?:creators?|developers?|makers?|owners?|team)\b)[^;]{0,20}?\b(?:at|is|are) "
        rf"(?P<maker>{NAME})",
        # In other languages, with names that are known.
        rf"(?i:ich (?:bin|wurde)|je suis|j'ai été|soy|fui|sono|sou)\b[^;]{{0,90}}?\b(?:von|par|por|da|de) "
        rf"(?P<maker>{NAME})",
        rf"由(?P<maker>{NAME})[^。]{{0,12}}(?:开发|训练|研发|创建|推出)",
    )
)
"""Where in a sentence a name stands that gives its text away: its own (`self`) or its maker's."""

CUE: Final = re.compile(
    r"(?i)\b(?:I|me|my|as|you're|you are|ich|mein|je|j'ai|soy|fui|llamo|sono|chiamo|sou|я)\b|我|由|私|أنا"
)
"""Words without which a sentence does not speak of who says it."""
SENTENCE: Final = re.compile(r"[^\n]{1,600}?(?:[.!?;:](?=\s)|[。！？]|\n|$)|[^\n]{600}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """The text with names masked, and whether there were any."""

    text: str
    hides: bool


def screened(text: str, names: Iterable[str] = ()) -> Screened:
    """Masks where the text says who wrote it; `names` are hidden wherever they stand as whole words."""
    shown = _of_home(frozenset(names)).sub(MASK, text)
    spans, own = list[tuple[int, int]](), set[str]()
    for sentence in SENTENCE.finditer(shown):
        if CUE.search(sentence[0]):
            for name, span in _told(sentence[0]):
                own |= name
                spans.append((sentence.start() + span[0], sentence.start() + span[1]))
    for start, end in sorted(set(spans), reverse=True):
        shown = shown[:start] + MASK + shown[end:]
    # What a text calls itself, it calls itself elsewhere too; its maker may be spoken of.
    shown = _of_home(frozenset(own)).sub(MASK, shown)
    return Screened(text=shown, hides=shown != text)


def _told(sentence: str) -> Iterator[tuple[set[str], tuple[int, int]]]:
    """The name that each slot finds, in a set if it is the text's own, and where it stands."""
    for slot in SLOTS:
        for found in slot.finditer(sentence):
            group = "self" if "self" in slot.groupindex else "maker"
            yield ({found["self"]} if group == "self" else set(), found.span(group))


@lru_cache(maxsize=64)
def _of_home(names: frozenset[str]) -> re.Pattern[str]:
    """A pattern of these names as whole words, the longest first; of none, one that is found nowhere."""
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    words = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])") if words else re.compile(r"(?!)")
