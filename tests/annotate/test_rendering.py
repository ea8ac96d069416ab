from html.parser import HTMLParser

import pytest

from annotate import rendering
from annotate.rendering import ALLOWED, LONGEST_RENDERED, direction, to_html

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
]


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
    assert made.attributes <= {"class", "dir", "title", "data-language", "start"}


def test_the_allow_list_holds_even_if_the_parser_let_something_through():
    hostile = '<p onclick="x()" style="color:red">a<img src=x><a href="https://evil.example">b</a></p><script>c</script>'
    assert rendering._clean(hostile) == "<p>ab</p>"


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
    assert '<pre data-language="python"><code>x &lt; 1\n</code></pre>' in html


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
