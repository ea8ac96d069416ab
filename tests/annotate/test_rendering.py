import re
import time
from html.parser import HTMLParser

import pytest

from annotate.prose import mathematics, rendering
from annotate.prose.recent import Recent
from annotate.prose.rendering import ALLOWED, LONGEST_RENDERED, direction, fresh_html, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<iframe src="https://evil.example"></iframe>',
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/p.png)",
    "![x][1]\n\n[1]: https://evil.example/p.png",
    "<https://evil.example>",
    '<div style="background:url(https://evil.example)">x</div>',
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    '```"><img src=x onerror=alert(1)>\nx\n```',
    '[x](https://evil.example "><img src=x onerror=alert(1)>")',
    "<!--><img src=x onerror=alert(1)>-->",
    "[x](<https://[bad>)",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\text{</mtext></math><img src=x onerror=alert(1)>}$",
    "$$\\style{background:url(https://evil.example)}{x}$$",
    '\\(\\class{x" onclick="alert(1)}{x}\\)',
    "$\\text{<annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml>}$",
    "<math href='javascript:alert(1)'><semantics><annotation-xml><script>x</script></annotation-xml></math>",
    "<math><maction actiontype='statusline' xlink:href='javascript:alert(1)'>x</maction></math>",
    "text[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    "> > > <svg><script>alert(1)</script></svg>",
    "| <img src=x onerror=alert(1)> | b |\n|---|---|\n| ![x](https://evil.example/p.png) | 2 |",
    "- [x] <img src=x onerror=alert(1)>",
    "```html\n<img src=x onerror=alert(1)>\n```",
    "&lt;img src=x onerror=alert(1)&gt; &#60;script&#62;",
    "[x](java\u200bscript:alert(1)) [y](&#106;avascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
]
ATTRIBUTES = {"class", "dir", "title", "data-language", "start", "tabindex", *mathematics.ATTRIBUTES}


class Elements(HTMLParser):
    """Every element and attribute that a browser would make of the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_element_that_runs_fetches_or_leads_away(text):
    made = Elements(to_html(text))
    assert made.tags <= ALLOWED
    assert made.attributes <= ATTRIBUTES


def test_the_allow_list_holds_even_if_the_parser_let_something_through():
    hostile = '<p onclick="x()" style="color:red">a<img src=x><a href="https://evil.example">b</a></p><script>c</script>'
    assert rendering.CLEANER.clean(hostile) == "<p>ab</p>"


def test_raw_html_is_shown_as_the_characters_it_is():
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in to_html("<script>alert(1)</script>")


def test_a_link_is_inert_text_with_its_host():
    html = to_html("See [this guide](https://evil.example/x).")
    assert '<span class="link" title="https://evil.example/x">this guide</span>' in html
    assert '<span class="host">evil.example</span>' in html


def test_an_image_is_named_and_not_fetched():
    assert "Image not shown: a cat (evil.example)" in to_html("![a cat](https://evil.example/p.png)")


def test_characters_that_reorder_the_text_are_left_out_with_a_word_about_it():
    html = to_html("user\u202etxt.exe")
    assert "usertxt.exe" in html
    assert "left out" in html


def test_arrows_dashes_and_colons_stay_what_the_model_wrote():
    assert "a -&gt; b -- c :smile: &gt;= (c)" in to_html("a -> b -- c :smile: >= (c)")


def test_a_line_break_is_a_line_break():
    assert "one<br>" in to_html("one\ntwo").replace("<br />", "<br>")


def test_tables_and_code_keep_their_form():
    html = to_html("| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx < 1\n```")
    assert "<td>1</td>" in html
    assert '<pre data-language="python">' in html
    assert "x &lt; 1" in re.sub("<[^>]*>", "", html)


def test_arabic_runs_from_right_to_left_and_its_digits_do_not_count():
    assert direction("مرحبا بالعالم 12345") == "rtl"
    assert direction("hello مر") == "ltr"
    assert direction("") == "ltr"


def test_a_text_too_long_to_parse_is_shown_as_it_is():
    text = "[" * (LONGEST_RENDERED + 1)
    assert f"<pre>{text}</pre>" in to_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "[note]: hidden",
        ">" * 200 + " hidden",
        "\n".join("  " * depth + "- point" for depth in range(100)) + " hidden",
        "```a hidden word\nx\n```",
        "<!-- hidden -->",
        "[x](https://hidden.example)",
    ],
)
def test_whatever_the_model_wrote_can_be_read_on_the_page(text):
    assert "hidden" in to_html(text)


@pytest.mark.parametrize("text", ["", " \n", "\u202e"])
def test_an_empty_text_says_that_it_is_empty(text):
    assert "This text is empty." in to_html(text)


def shown(html: str) -> str:
    """What a reader sees: the text between the tags."""
    return re.sub("<[^>]*>", "", html)


@pytest.mark.parametrize(
    "text",
    [
        "$x^2$",
        "\\(x^2\\)",
        "\\[x^2\\]",
        "$$x^2$$",
        "so\n\\[\nx^2\n\\]\nthus",
        "- a\n\n  $$\n  x^2\n  $$",
        "> $$\n> x^2\n> $$",
    ],
)
def test_a_formula_between_any_of_its_signs_becomes_mathml(text):
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in to_html(text)


def test_lines_of_an_environment_stand_below_one_another():
    html = to_html("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}")
    assert html.count("<mtr>") == 2
    assert "(1)" not in html


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "pay $5, not $6",
        "US$5/$6",
        "from $20 each to 30$ at most",
        "$HOME/$USER",
        "$ 5 $",
        "5$ or 6$ more",
    ],
)
def test_money_and_variables_of_a_shell_are_no_formulas(text):
    assert to_html(text) == f'<div dir="ltr"><p>{text}</p>\n</div>'


@pytest.mark.parametrize(
    "formula",
    [
        "\\frac{a",
        "a % hidden",
        "\\def\\a{\\b\\b}\\a",
        "\\href{https://hidden.example}{x}",
        "{" * 1400 + "hidden" + "}" * 1400,
    ],
)
def test_a_formula_that_cannot_be_drawn_whole_is_shown_as_its_source(formula):
    assert f"<code>${formula}$</code>" in to_html(f"${formula}$")


@pytest.mark.parametrize(("begin", "end"), [(r"\sqrt{", "}"), ("{", "}"), (r"\frac{", "}{y}")])
def test_a_formula_in_a_formula_without_end_is_shown_as_its_source(begin, end):
    formula = f"${250 * begin}x{250 * end}$"
    assert to_html(formula) == f'<div dir="ltr"><p><code>{formula}</code></p>\n</div>'


def test_a_formula_hides_and_moves_nothing():
    html = to_html("$\\color{white}{a} \\phantom{b} \\rlap{c} \\hspace{-9em} \\rule{99em}{99em}$")
    assert shown(html).strip() == "abc"
    assert not re.search("color|phantom|padded|width|height", html)


def test_code_has_the_colours_of_its_language_and_every_character():
    code = "def f(x):  # a remark\n\n    return 'a' + str(1)\n"
    html = to_html(f"```Python\n{code}```")
    assert '<span class="keyword">def</span>' in html
    assert '<span class="remark"># a remark</span>' in html
    assert shown(html).strip() == code.replace("'", "'").strip()
    assert "<span" not in to_html("```brainfuck\n+-\n```")


def test_tables_scroll_by_themselves_and_tasks_have_boxes():
    assert '<div class="wide" tabindex="0"><table>' in to_html("| a |\n|---|\n| 1 |")
    html = to_html("- [x] done\n- [ ] open\n- [y] other")
    assert '<li class="task">☑ done</li>' in html
    assert '<li class="task">☐ open</li>' in html
    assert "[y] other" in html


def test_the_few_words_of_ours_are_in_the_readers_language():
    assert "Bild nicht gezeigt: ohne Beschreibung (a.example)" in to_html(
        "![](https://a.example/x.png)", "de"
    )
    assert "Dieser Text ist leer." in to_html("", "de")


PARTS = {
    "brackets": "[",
    "images": "![",
    "links": "[a](",
    "emphasis": "*a ",
    "mixed": "*_",
    "ticks": "`",
    "tags": "<a ",
    "entities": "&amp;",
    "escapes": "\\[",
    "displays": "\\[\n",
    "dollars": "$a ",
    "environments": "\\begin{align}\n",
    "quotes": ">",
    "points": "- ",
    "columns": "a|",
    "fences": "```\n",
    "lines": "\n",
    "headings": "a\n=\n",
    "formulas": "$x_i$ ",
    "strikes": "~~a",
    "one word": "a",
    "references": "[a]: /b\n",
    "Chinese": "中文测试。",
    "Arabic": "مرحبا ",
}
CATASTROPHES = {name: (part * 20_000)[:20_000] for name, part in PARTS.items()}


@pytest.mark.parametrize("text", CATASTROPHES.values(), ids=CATASTROPHES)
def test_twenty_thousand_characters_of_whatever_kind_are_rendered_within_seconds(text):
    began = time.process_time()
    assert fresh_html(text).startswith("<div dir=")
    assert time.process_time() - began < 10  # without a limit some take minutes


def test_a_hundred_thousand_characters_without_a_space_are_shown_whole():
    assert "a" * 100_000 in to_html("a" * 100_000)


def test_a_text_is_made_once_and_the_oldest_is_forgotten_first():
    made = []

    def make(text: str, manner: str) -> str:
        made.append(text)
        return text + manner

    recent = Recent(make, most=8)
    assert [recent.get(text, "!") for text in ("a", "b", "a", "c", "a", "b")] == [
        "a!",
        "b!",
        "a!",
        "c!",
        "a!",
        "b!",
    ]
    assert made == ["a", "b", "c", "b"]
