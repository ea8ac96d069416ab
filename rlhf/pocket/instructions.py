"""Instructions that must persist over turns: how people give them, and how an answer follows them."""

from __future__ import annotations

from rlhf.pocket.sentences import plain, words_of
from rlhf.pocket.tasks import Form, Instruction

NAMES = ("Sam", "Ada", "Leo", "Mia")
ONE_WORD = Instruction(form=Form.ONE_WORD)
FRIEND = Instruction(form=Form.ENDING, words="my friend")
WELL = Instruction(form=Form.BEGINNING, words="Well")

WORDINGS: tuple[tuple[str, Instruction], ...] = (
    ("Answer in one word from now on.", ONE_WORD),
    ("Please use just one word for every answer.", ONE_WORD),
    ("One-word answers only, please.", ONE_WORD),
    ("End every answer with 'my friend'.", FRIEND),
    ("Please always end with the words 'my friend'.", FRIEND),
    ("Start every answer with 'Well'.", WELL),
    ("Please always begin with the word 'Well'.", WELL),
    *((f"Call me {name} in every answer.", Instruction(form=Form.NAME, words=name)) for name in NAMES),
    *(
        (f"My name is {name}. Use it in every answer.", Instruction(form=Form.NAME, words=name))
        for name in NAMES
    ),
)
ACKNOWLEDGEMENTS = ("Okay.", "Okay, I will.")
_BY_TEXT = {plain(text): instruction for text, instruction in WORDINGS}


def instruction_in(text: str) -> Instruction | None:
    """The instruction that a message gives, if it gives one."""
    return _BY_TEXT.get(plain(text))


def dress(statement: str, word: str, instruction: Instruction) -> str:
    """A statement (no capital, no full stop) as an answer that obeys the instruction; `word` is its gist."""
    if instruction.form is Form.ONE_WORD:
        return f"{word[:1].upper()}{word[1:]}."
    if instruction.form is Form.BEGINNING:
        return f"{instruction.words}, {statement}."
    return f"{statement[:1].upper()}{statement[1:]}, {instruction.words}."


def obeys(instruction: Instruction, answer: str) -> bool:
    """Whether an answer follows the instruction."""
    words = words_of(answer)
    wanted = words_of(instruction.words)
    if instruction.form is Form.ONE_WORD:
        return len(words) == 1
    if instruction.form is Form.ENDING:
        return words[-len(wanted) :] == wanted
    if instruction.form is Form.BEGINNING:
        return words[: len(wanted)] == wanted
    return wanted[0] in words
