"""What real pages hold, for pictures: a long conversation, formulas, code, Arabic, Chinese, odd and hostile texts."""

# ruff: noqa: E501  # a conversation is easier to read unbroken
from store.records import Turn

DINNER = (
    Turn(role="user", content="I'm planning a birthday dinner for my dad. There will be 12 people, two of them "
         "vegetarians, and the oven in his flat is tiny."),
    Turn(role="assistant", content="A tiny oven rules out big roasts, so think of braises and of things that you "
         "can make ahead. Do you want a sit-down meal or something to graze on?"),
    Turn(role="user", content="Sit-down. Give me a menu that I can cook mostly the day before, with a timeline."),
)  # fmt: skip
MENU = """Here is a menu built around things that **improve overnight**, so the oven is only needed for reheating.

### Menu

1. *Starter:* beetroot and lentil salad with soft goat's cheese
2. *Main:* beef braised in red wine, and a mushroom and barley stew for the vegetarians
3. *Dessert:* chocolate pots with orange

### The day before

- [x] Cook both stews completely and chill them
- [ ] Cook the lentils, roast the beetroot in foil

| Time | What to do |
|---|---|
| 16:00 | Take the stews out of the fridge |
| 18:00 | Warm the main, dress the salad |
"""
SHORT_MENU = """Happy birthday to your dad! I would suggest:

- **Starter:** caprese salad, about $5 a head
- **Main:** lasagne, one with meat and one with vegetables ($10 each)
- **Dessert:** tiramisu

Assemble everything the day before. Bake the lasagnes one after the other for 45 minutes at 180 °C.
"""
INDUCTION = r"""We prove it by induction on $n$.

**Base.** For $n = 1$ the left side is $1$ and the right side is $1^2 = 1$.

**Step.** Suppose $\sum_{k=1}^{n} (2k-1) = n^2$. Then

\[
\sum_{k=1}^{n+1} (2k-1) = n^2 + (2n+1) = (n+1)^2 .
\]

In matrix form, with $\mathbf{x} \in \mathbb{R}^n$:

$$
A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}, \qquad \lim_{n \to \infty} \left( 1 + \frac{1}{n} \right)^n = e
$$

\begin{align}
f(x) &= \int_0^x e^{-t^2} \, dt \\
     &\approx x - \frac{x^3}{3} + \frac{x^5}{10}
\end{align}
"""
PICTURE_PROOF = r"""Draw the odd numbers as L-shapes around a square: \(1\), then \(3\), then \(5\) dots. After \(n\) of them there is a square of side \(n\), so the sum is \(n^2\). It costs $5 and $10 to print.

A formula that cannot be drawn stays as written: $\href{https://example.com}{x}$.
"""
CODE = '''The list is changed while it is walked. Build a new one instead:

```python
from collections.abc import Iterable


def without_empty(lines: Iterable[str]) -> list[str]:
    """The lines that say something."""
    return [line for line in lines if line.strip()]  # a line of spaces says nothing


print(without_empty(["one", "", "  ", "two"]), 3.14, None)
```

In the shell: `grep -v '^\\s*$' file.txt`.
'''
OTHER_CODE = """Use `filter`:

```javascript
const kept = lines.filter((line) => line.trim() !== ""); // a very long remark that does not fit on one line and has to wrap somewhere near here
export default kept;
```

```sql
select line from lines where trim(line) <> '' limit 10;
```
"""
ARABIC = "اكتب لي ثلاث نصائح لتعلم اللغة الإنجليزية بسرعة."
ARABIC_ANSWER = """بالتأكيد، إليك ثلاث نصائح **عملية**:

1. خصص 20 دقيقة كل يوم للقراءة بصوت عالٍ.
2. شاهد برنامجًا قصيرًا بالإنجليزية مع ترجمة، ثم أعد مشاهدته دونها.
3. اكتب خمس جمل كل مساء باستخدام الكلمات الجديدة، مثل `practice` و `habit`.

> الاستمرار أهم من السرعة.
"""
ARABIC_OTHER = "الأفضل أن تسافر إلى بلد يتحدث أهله الإنجليزية. إن لم تستطع، فتحدث مع نفسك أمام المرآة."
CHINESE = "请用三句话解释什么是复利,并举一个例子。"
CHINESE_ANSWER = """复利是指**利息也会产生利息**。如果本金为 $P$、年利率为 $r$,那么 $n$ 年后的金额是

$$P (1 + r)^n$$

例如,把 1000 元按 5% 存 10 年,最后约为 1628.89 元。

| 年 | 金额 |
|---|---|
| 1 | 1050.00 |
| 10 | 1628.89 |
"""
CHINESE_OTHER = "复利就是利滚利。本金每年增加，利息也跟着增加。我是通义千问，由阿里云开发，很高兴帮助你。"
HOSTILE = (
    "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>\n\n"
    "![a cat](https://evil.example/cat.png) [a link](https://evil.example/) <https://evil.example/auto>\n\n"
    "[click](javascript:window.pwned=3)\n\nuser\u202etxt.exe -> :smile: $\\href{javascript:alert(1)}{x}$\n\n"
    "<svg onload=alert(1)></svg> &lt;b&gt; <!-- a remark -->"
)
NAMED = "I am ChatGPT, a large language model trained by OpenAI. OpenAI was founded in 2015.\n\nLlamas are animals."
WIDE = (
    "| " + " | ".join(f"Measure {at}" for at in range(1, 13)) + " |\n|" + 12 * "---|" + "\n"
    + "".join("| " + " | ".join(f"{row * at * 1234.5:,.1f}" for at in range(1, 13)) + " |\n" for row in range(1, 9))
)  # fmt: skip
UNBROKEN = "https://example.com/" + 40 * "a-very-long-path-without-a-space/" + "\n\n" + 300 * "W"
LONG = "\n\n".join(
    f"## Part {part}\n\n"
    + 6 * "The harbour was quiet when the first boats came in, and nobody spoke of the storm. "
    for part in range(1, 41)
)
GALLERY = (
    (DINNER, MENU, SHORT_MENU),
    ("Prove that the sum of the first $n$ odd numbers is $n^2$.", INDUCTION, PICTURE_PROOF),
    ("Why does my loop skip lines? `for l in lines: if not l: lines.remove(l)`", CODE, OTHER_CODE),
    (ARABIC, ARABIC_ANSWER, ARABIC_OTHER),
    (CHINESE, CHINESE_ANSWER, CHINESE_OTHER),
    ("Who are you, and what do llamas eat?", NAMED, HOSTILE),
    ("Give me the figures in one table.", WIDE, UNBROKEN),
    ("Tell me a story of the sea, as long as you can.", LONG, "Once upon a time. The end."),
)
"""Prompt (its turns, or one question) and two answers."""
