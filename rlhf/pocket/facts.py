"""What is true in the pocket world: colours, legs, capitals, sounds, tastes, homes, sizes and opposites.

Tables only: which questions are asked about them is in `questions`, and how an answer is judged in `grading`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One column of the table: its question forms and its statement, with {s} the thing and {v} the value."""

    name: str
    forms: tuple[str, ...]
    statement: str
    values: dict[str, str]


def _pairs(text: str) -> dict[str, str]:
    return dict(entry.split(":") for entry in (part.strip() for part in text.split(",")))


COLOUR = Attribute(
    name="colour",
    forms=("What colour is {s}?", "Tell me the colour of {s}.", "Which colour does {s} have?"),
    statement="{s} is {v}",
    values=_pairs(
        "grass:green, the sky:blue, snow:white, coal:black, blood:red, a lemon:yellow, a carrot:orange, "
        "a plum:purple, a pig:pink, chocolate:brown, an elephant:grey, milk:white, a tomato:red, "
        "a banana:yellow, the sea:blue, a frog:green, a crow:black, a pumpkin:orange, a mouse:grey, "
        "a bear:brown, a cherry:red, a leaf:green"
    ),
)
LEGS = Attribute(
    name="legs",
    forms=("How many legs does {s} have?", "Count the legs of {s}.", "Tell me how many legs {s} has."),
    statement="{s} has {v} legs",
    values=_pairs(
        "a cow:4, a dog:4, a cat:4, a horse:4, a sheep:4, a bee:6, an ant:6, a fly:6, a beetle:6, "
        "a spider:8, a hen:2, a duck:2, an owl:2, a crow:2, a snake:0, a fish:0, a crab:10, a pig:4, "
        "a mouse:4, a whale:0"
    ),
)
CAPITAL = Attribute(
    name="capital",
    forms=("What is the capital of {s}?", "Name the capital of {s}.", "Which city is the capital of {s}?"),
    statement="the capital of {s} is {v}",
    values=_pairs(
        "France:Paris, Italy:Rome, Spain:Madrid, England:London, Germany:Berlin, Egypt:Cairo, Japan:Tokyo, "
        "Greece:Athens, Norway:Oslo, Poland:Warsaw, Russia:Moscow, Peru:Lima, Cuba:Havana, Kenya:Nairobi, "
        "Austria:Vienna, Ireland:Dublin, Portugal:Lisbon, China:Beijing"
    ),
)
SOUND = Attribute(
    name="sound",
    forms=("What does {s} say?", "What sound does {s} make?", "Tell me the sound of {s}."),
    statement="{s} says {v}",
    values=_pairs(
        "a cow:moo, a dog:woof, a cat:meow, a sheep:baa, a duck:quack, a hen:cluck, a pig:oink, "
        "a horse:neigh, an owl:hoot, a crow:caw, a bee:buzz, a mouse:squeak, a lion:roar, a frog:croak, "
        "a snake:hiss, a wolf:howl"
    ),
)
TASTE = Attribute(
    name="taste",
    forms=("How does {s} taste?", "What is the taste of {s}?", "Tell me how {s} tastes."),
    statement="{s} tastes {v}",
    values=_pairs(
        "a lemon:sour, sugar:sweet, honey:sweet, salt:salty, coffee:bitter, pepper:hot, chocolate:sweet, "
        "sea water:salty, vinegar:sour, black tea:bitter, a banana:sweet, a chili:hot, a lime:sour, "
        "cake:sweet"
    ),
)
HOME = Attribute(
    name="home",
    forms=("Where does {s} live?", "What is the home of {s}?", "Tell me where {s} lives."),
    statement="{s} lives in a {v}",
    values=_pairs(
        "a bee:hive, a crow:nest, a dog:kennel, a spider:web, a horse:stable, a cow:barn, a bear:cave, "
        "a rabbit:burrow, a king:palace, a fish:pond, a snail:shell, an owl:tree"
    ),
)
ATTRIBUTES = (COLOUR, LEGS, CAPITAL, SOUND, TASTE, HOME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Things in ascending order of what `more` and `less` say, e.g. bigger and smaller."""

    more: str
    less: str
    things: tuple[str, ...]


SCALES = (
    Scale(
        more="bigger",
        less="smaller",
        things=(
            "ant",
            "bee",
            "mouse",
            "frog",
            "hen",
            "cat",
            "dog",
            "sheep",
            "cow",
            "horse",
            "elephant",
            "whale",
        ),
    ),
    Scale(
        more="faster", less="slower", things=("snail", "crab", "hen", "dog", "horse", "car", "train", "plane")
    ),
    Scale(
        more="heavier",
        less="lighter",
        things=("feather", "leaf", "apple", "brick", "chair", "table", "car", "ship"),
    ),
)

OPPOSITES = _pairs(
    "hot:cold, big:small, fast:slow, up:down, day:night, wet:dry, old:new, good:bad, hard:soft, full:empty, "
    "light:dark, open:closed, rich:poor, loud:quiet, long:short, early:late, strong:weak, clean:dirty, "
    "happy:sad, left:right, near:far, high:low, thick:thin, first:last, north:south, east:west, love:hate, "
    "push:pull, win:lose, laugh:cry"
)

CATEGORIES: dict[str, tuple[str, ...]] = {
    "fruits": ("apple", "pear", "plum", "banana", "cherry", "grape", "peach", "lime"),
    "farm animals": ("cow", "pig", "sheep", "horse", "hen", "duck", "goat", "dog"),
    "colours": ("red", "blue", "green", "yellow", "black", "white", "pink", "brown"),
    "tools": ("hammer", "saw", "drill", "spade", "axe", "rake", "knife", "ladder"),
    "drinks": ("water", "milk", "tea", "coffee", "juice", "cocoa", "beer", "wine"),
    "vegetables": ("carrot", "onion", "potato", "bean", "pea", "leek", "cabbage", "tomato"),
    "birds": ("owl", "crow", "robin", "eagle", "swan", "gull", "duck", "hen"),
    "countries": ("France", "Italy", "Spain", "Egypt", "Japan", "Greece", "Peru", "Kenya"),
    "clothes": ("shirt", "hat", "coat", "sock", "shoe", "scarf", "glove", "dress"),
    "insects": ("bee", "ant", "fly", "beetle", "moth", "wasp", "gnat", "flea"),
    "rooms": ("kitchen", "bathroom", "bedroom", "hall", "cellar", "attic", "study", "pantry"),
    "vehicles": ("car", "bus", "train", "ship", "plane", "bike", "tram", "truck"),
}
COUNTS = {"two": 2, "three": 3, "four": 4}

GENERA = (
    "tool",
    "fruit",
    "animal",
    "room",
    "vehicle",
    "garment",
    "person",
    "building",
    "toy",
    "drink",
    "plant",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A word of the dictionary: it is a `genus` `body`."""

    word: str
    genus: str
    body: str


NOUNS = tuple(
    Noun(word=word, genus=genus, body=body)
    for word, genus, body in (
        line.split("|")
        for line in (
            "hammer|tool|for hitting nails",
            "saw|tool|for cutting wood",
            "spade|tool|for digging holes",
            "needle|tool|for sewing cloth",
            "ladder|tool|for climbing up walls",
            "broom|tool|for sweeping floors",
            "plum|fruit|that is small and purple",
            "banana|fruit|that is long and yellow",
            "cherry|fruit|that is small and red",
            "cow|animal|that gives milk",
            "bee|animal|that makes honey",
            "hen|animal|that lays eggs",
            "sheep|animal|that gives wool",
            "owl|animal|that hunts at night",
            "camel|animal|that lives in the desert",
            "kitchen|room|where people cook",
            "bedroom|room|where people sleep",
            "cellar|room|that is under a house",
            "bus|vehicle|that carries many people",
            "ship|vehicle|that goes on the sea",
            "plane|vehicle|that flies",
            "sledge|vehicle|that slides on snow",
            "hat|garment|for the head",
            "glove|garment|for the hand",
            "sock|garment|for the foot",
            "baker|person|who makes bread",
            "doctor|person|who helps the sick",
            "teacher|person|who helps pupils learn",
            "farmer|person|who grows food",
            "library|building|that is full of books",
            "school|building|where children learn",
            "hospital|building|where the sick get well",
            "kite|toy|that flies in the wind",
            "doll|toy|that looks like a child",
            "tea|drink|made with hot water and leaves",
            "juice|drink|pressed from apples",
            "rose|plant|with thorns and a sweet smell",
            "oak|plant|that grows very tall",
        )
    )
)

REASONS = {
    "What colour is {s}?|grass": "Because its leaves are full of green matter.",
    "What colour is {s}?|the sky": "Because the air scatters blue light.",
    "What colour is {s}?|snow": "Because its ice throws all light back.",
    "What colour is {s}?|a carrot": "Because it holds a lot of orange matter.",
    "How does {s} taste?|a lemon": "Because it is full of acid.",
    "How does {s} taste?|honey": "Because it is full of sugar.",
    "How does {s} taste?|sea water": "Because rivers carry salt to the sea.",
    "Where does {s} live?|a bee": "Because there it can store its honey.",
    "Where does {s} live?|a bear": "Because there it is warm in winter.",
    "Where does {s} live?|a spider": "Because there it can catch flies.",
    "Where does {s} live?|a crow": "Because there its eggs are safe.",
}
"""Why a fact holds, by question form and thing."""
