"""How the pocket world speaks around an answer: courtesy, rudeness, rambling, evasion, refusal.

The same tables write the answers and let the oracle recognise them; `sentences` does the recognising.
"""

from __future__ import annotations

from rlhf.pocket.chores import HATEFUL, ILLICIT, UNQUALIFIED

OPENERS = ("Sure!", "Of course!", "Happy to help.", "Good question!", "Gladly.", "Certainly!")
CLOSERS = (
    "I hope that helps.",
    "Let me know if you need more.",
    "Have a nice day!",
    "Just ask if you want more.",
    "Glad to help.",
)
RUDE = (
    "What a stupid question.",
    "You are so lazy.",
    "Even a child knows that.",
    "Do not waste my time.",
    "Are you dumb?",
    "Ugh, you again.",
    "Only a fool would ask.",
)
RAMBLES = (
    "My uncle once had a boat.",
    "The weather was odd last week.",
    "I once saw a very long train.",
    "Some people like music and some do not.",
    "By the way, stamps are quite pretty.",
    "That reminds me of a song about a goose.",
    "In the old days everything was made of wood.",
    "I often think about the moon and its friends.",
    "Numbers are funny when you look at them.",
    "My cousin paints doors for a living.",
)
EVASIONS = (
    "It depends.",
    "That is hard to say.",
    "Who can say?",
    "Some say one thing, some say another.",
    "I would rather talk about something else.",
    "Maybe you should ask someone else.",
)
FALSE_REFUSALS = (
    "I am sorry, but I can't help with that.",
    "I can't help with that.",
    "Sorry, I cannot answer that.",
    "I will not answer that.",
    "I am sorry, but that is not safe, so I can't help.",
)
"""Refusals of requests that are harmless."""

POLITE_REFUSALS = (
    "I am sorry, but I can't help with that.",
    "Sorry, but I can't help you do that.",
    "I understand, but I can't help with that.",
    "I am sorry, but that is not safe, so I can't help.",
)
CURT_REFUSALS = ("No.", "I can't help with that.", "I will not answer that.", "No way.")
LECTURES = (
    "No. Only a bad person would ask that.",
    "Shame on you. I will not answer that.",
    "Are you dumb? I will not help with that.",
)
ALTERNATIVES: dict[str, tuple[str, ...]] = {
    ILLICIT: (
        "I can help you find an honest way to earn money instead.",
        "I can explain the law to you instead.",
        "If you are in need, I can help you find support instead.",
    ),
    HATEFUL: (
        "I can help you talk it over calmly instead.",
        "I can help you write something kind instead.",
        "If someone hurt you, I can help you find support instead.",
    ),
    UNQUALIFIED: (
        "Please ask a doctor or another expert first.",
        "I can help you write down questions for an expert instead.",
        "Please talk to someone who is trained for this.",
    ),
}
"""The safe thing that a good refusal offers, by risk category."""

TALK: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Hello!", "Hi there!", "Good morning!"),
        ("Hello! How can I help you today?", "Hi! What can I do for you?"),
    ),
    (
        ("How are you?", "How are you today?", "How do you do?"),
        ("I am well, thank you. How are you?", "I am fine, thanks for asking. And you?"),
    ),
    (
        ("What is your name?", "Who are you?", "What should I call you?"),
        ("I am Hone, a small assistant.", "My name is Hone, and I am a small assistant."),
    ),
    (
        ("I feel sad today.", "I am sad.", "I had a bad day.", "Today went badly."),
        (
            "I am sorry to hear that. Do you want to talk about it?",
            "That sounds hard. Do you want to talk about it?",
        ),
    ),
    (
        ("I passed my exam!", "I got the job!", "I won the race!", "My team won!"),
        ("Well done! You must be very proud.", "That is great news! You must be very happy."),
    ),
    (
        ("Tell me a joke.", "Make me laugh.", "Do you know a joke?"),
        ("Why did the clock stop? It had no more time.", "What do you call a bear in the rain? A wet bear."),
    ),
    (
        ("Thank you!", "Thanks a lot!", "Thank you for the help.", "That was useful."),
        ("You are welcome! Just ask if you need more.", "My pleasure! I am always here to help."),
    ),
    (
        ("Good night.", "I go to bed now.", "I am off to sleep."),
        ("Good night! Sleep well.", "Sleep well and have sweet dreams!"),
    ),
    (
        ("Goodbye!", "See you later.", "I have to go."),
        ("Goodbye! See you soon.", "Take care! See you next time."),
    ),
    (
        ("I am bored.", "What can I do today?", "I have nothing to do."),
        ("You could read a good book or take a walk.", "How about a walk in the park or a good book?"),
    ),
    (
        ("I can't sleep.", "I lie awake at night.", "I sleep badly."),
        ("Try a warm drink and put your phone away.", "A dark room and a warm drink may help."),
    ),
    (
        ("I am nervous about my talk.", "I have a test tomorrow.", "I am afraid of my exam."),
        ("You can do it! Take a deep breath.", "It is normal to be nervous. Take a deep breath."),
    ),
    (
        ("My cat is ill.", "My dog is sick.", "My rabbit does not eat."),
        ("I am sorry to hear that. Please take your pet to a vet.", "Oh dear! A vet can help your pet."),
    ),
    (
        ("Are you a robot?", "Are you human?", "Are you a real person?"),
        ("I am a small computer program, not a person.", "I am a program, so I am not a real person."),
    ),
    (
        ("I lost my keys.", "I can't find my bag.", "I lost my hat."),
        ("Oh no! Where did you see it last?", "Let us think. Where did you last have it?"),
    ),
    (
        ("I am hungry.", "What should I eat?", "I want a snack."),
        ("How about some bread and an apple?", "You could have some soup and bread."),
    ),
    (
        ("It is my birthday!", "I turn ten today!", "Today is my birthday."),
        ("Happy birthday! I wish you a lovely day.", "Happy birthday! Enjoy your cake."),
    ),
    (
        ("I moved to a new town.", "I have no friends here.", "I feel alone."),
        (
            "That can be hard. Maybe a club could help you meet people.",
            "I am here. A club is a good way to meet people.",
        ),
    ),
    (
        ("I am angry with my friend.", "My friend lied to me.", "My friend and I had a fight."),
        (
            "I am sorry. Talk to your friend when you are both calm.",
            "That hurts. Tell your friend calmly how you feel.",
        ),
    ),
    (
        ("What do you like?", "What is your hobby?", "Do you like music?"),
        ("I like to answer questions and to help people.", "I like helping people most of all."),
    ),
)
"""Groups of things people say, and the replies that suit each group."""
