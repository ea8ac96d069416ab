import time

import pytest

from annotate.prose.screening import MASK, screened
from annotate.prose.showing import shown_blind
from annotate.words import words
from store.records import Policy

TELLING = {
    "I am Claude, an AI assistant made by Anthropic.": f"I am {MASK}, an AI assistant made by {MASK}.",
    "I'm ChatGPT, a language model trained by OpenAI.": f"I'm {MASK}, a language model trained by {MASK}.",
    "I am Aria, a language model by Northwind Labs.": f"I am {MASK}, a language model by {MASK}.",
    "As an AI model developed by OpenAI, I cannot.": f"As an AI model developed by {MASK}, I cannot.",
    "My name is **Gemini**. How can I help?": f"My name is **{MASK}**. How can I help?",
    "I was trained by Google on a lot of text.": f"I was trained by {MASK} on a lot of text.",
    "Meta AI trained me.": f"{MASK} trained me.",
    "i am chatgpt": f"i am {MASK}",
    "I'm Llama 2. Llama 2 is polite.": f"I'm {MASK}. {MASK} is polite.",
    "我是通义千问，由阿里云开发。": f"我是{MASK}，由{MASK}开发。",
    "Ich bin ChatGPT, ein Sprachmodell von OpenAI.": f"Ich bin {MASK}, ein Sprachmodell von {MASK}.",
    "I am a chatbot called Bixby Two from Northwind.": f"I am a chatbot called {MASK} from {MASK}.",
    "You are talking to Mistral.": f"You are talking to {MASK}.",
}
INNOCENT = (
    "Llamas are animals that live in the Andes; an Alpaca is smaller.",
    "I am fond of llamas, and I am a Gemini.",
    "OpenAI was founded in 2015, and Google in 1998.",
    "I am not sure when OpenAI was founded. Anthropic came later.",
    "I am Claude Monet, a painter from Giverny.",
    "I am Happy to help you with that.",
    "As an AI language model, I can tell you that OpenAI was founded in San Francisco.",
    "GPT-4 is a large language model created by OpenAI, and Llama 2 by Meta.",
    "I was born in Paris and trained by my mother.",
    "Apple made the first iPhone in 2007.",
    "As an engineer, I was hired by Microsoft.",
    "The Mistral blows from the north. I am cold.",
    "",
)


@pytest.mark.parametrize("text", TELLING)
def test_a_text_that_says_who_wrote_it_has_the_name_masked(text):
    found = screened(text)
    assert found.text == TELLING[text]
    assert found.hides


@pytest.mark.parametrize("text", INNOCENT)
def test_animals_companies_and_other_people_keep_their_names(text):
    assert screened(text).text == text
    assert not screened(text).hides


def test_names_of_the_home_are_hidden_as_whole_words_wherever_they_stand():
    names = ("policy-003", "Northwind Chat", "lama")
    found = screened("This is policy-003 (Northwind Chat), not policy-0031; a lama and llamas.", names)
    assert found.text == f"This is {MASK} ({MASK}), not policy-0031; a {MASK} and llamas."
    assert not screened("nothing of it", names).hides


@pytest.mark.parametrize(
    "part", ["I am ", "I'm a model by ", "AI ", "as a ", "A", "I was made ", "Northwind Labs "]
)
def test_twenty_thousand_characters_are_screened_within_seconds(part):
    began = time.process_time()
    screened((part * 20_000)[:20_000])
    assert time.process_time() - began < 10


def test_both_views_of_a_response_hide_the_same_and_say_so(store):
    store.home.settings.write_text('[blind]\nnames = ["Northwind"]\n')
    store.append("hone", Policy(policy_id="round-002", path="policies/round-002"))
    seen = shown_blind(store, "I am round-002 by Northwind.", words("en"))
    assert seen.text == f"I am {MASK} by {MASK}."
    assert seen.text in seen.html
    assert seen.note == "A name that could tell which model wrote this is hidden."
    assert seen.note in seen.html
    assert shown_blind(store, "A quiet answer.", words("en")).note == ""


def test_a_policy_that_is_called_like_a_thing_hides_no_thing(store):
    store.append("hone", Policy(policy_id="llama", path="policies/llama"))
    assert shown_blind(store, "A llama eats grass.", words("en")).text == "A llama eats grass."
