"""General text for pretraining and for measuring forgetting: everyday stories, weather, lists of facts, small sums."""

from __future__ import annotations

from random import Random

from workbench.bundled.make import names

_PLACES = [
    "river",
    "hill",
    "forest",
    "market",
    "station",
    "harbour",
    "school",
    "library",
    "garden",
    "bridge",
    "village",
    "museum",
    "lake",
    "farm",
    "castle",
    "beach",
]
_ANIMALS = [
    "dog",
    "cat",
    "horse",
    "crow",
    "fox",
    "goat",
    "duck",
    "bear",
    "mouse",
    "owl",
    "bee",
    "cow",
    "sheep",
    "frog",
    "hare",
    "swan",
]
_FOODS = [
    "bread",
    "soup",
    "apples",
    "cheese",
    "rice",
    "fish",
    "beans",
    "cake",
    "honey",
    "potatoes",
    "plums",
    "tea",
    "milk",
    "pears",
    "nuts",
    "carrots",
]
_WEATHER = ["rain", "snow", "fog", "wind", "sun", "storm", "frost", "hail", "clouds", "heat"]
_ADJECTIVES = [
    "old",
    "small",
    "quiet",
    "green",
    "cold",
    "bright",
    "long",
    "narrow",
    "wild",
    "warm",
    "empty",
    "busy",
    "steep",
    "dark",
    "clean",
    "famous",
]
_VERBS = [
    "walked",
    "ran",
    "looked",
    "sang",
    "slept",
    "waited",
    "worked",
    "played",
    "rested",
    "talked",
    "read",
    "cooked",
    "painted",
    "fished",
    "danced",
    "climbed",
]
_TIMES = [
    "in the morning",
    "at noon",
    "in the evening",
    "at night",
    "in spring",
    "in winter",
    "after school",
    "before dawn",
    "on Sunday",
    "in the summer",
    "for an hour",
    "all day",
]
_FEELINGS = ["happy", "tired", "hungry", "proud", "afraid", "calm", "curious", "cold", "glad", "sad"]
_FACTS = [
    "Water boils at 100 degrees.",
    "Ice floats on water.",
    "A year has twelve months.",
    "A week has seven days.",
    "The sun rises in the east.",
    "Bees make honey.",
    "Iron is a metal.",
    "Plants need light.",
    "A triangle has three sides.",
    "Birds have feathers.",
    "Fish live in water.",
    "The moon goes around the earth.",
    "Glass is made from sand.",
    "Paper is made from wood.",
    "Salt comes from the sea.",
    "Cows give milk.",
    "Snow is frozen water.",
    "A minute has sixty seconds.",
    "Copper carries current well.",
    "Owls hunt at night.",
    "Oil floats on water.",
    "A spider has eight legs.",
    "Wool comes from sheep.",
    "Light is faster than sound.",
    "Leaves fall in autumn.",
]


def story(rng: Random) -> str:
    """Return a few sentences about a person, a place and an animal."""
    who, place, animal = names.first_name(rng, "pretraining"), rng.choice(_PLACES), rng.choice(_ANIMALS)
    friend = names.first_name(rng, "pretraining")
    lines = [
        f"{who} lived near the {rng.choice(_ADJECTIVES)} {place}.",
        f"{rng.choice(_TIMES).capitalize()} {who} {rng.choice(_VERBS)} by the {place}.",
        f"There was a {rng.choice(_ADJECTIVES)} {animal} that {rng.choice(_VERBS)} {rng.choice(_TIMES)}.",
        f"{who} had {rng.choice(_FOODS)} and {rng.choice(_FOODS)} and gave some to the {animal}.",
        f"The {animal} was {rng.choice(_FEELINGS)}, and so was {who}.",
        f"Then {friend} came, and they {rng.choice(_VERBS)} together.",
        f'"Do you see the {animal}?" asked {friend}. "Yes," said {who}, "it is {rng.choice(_FEELINGS)}."',
        f"The {rng.choice(_WEATHER)} came {rng.choice(_TIMES)}, and everyone went home.",
        f"{who} was {rng.choice(_FEELINGS)} because of the {rng.choice(_WEATHER)}.",
        f"On the way home they {rng.choice(_VERBS)} past the {rng.choice(_PLACES)}.",
    ]
    kept = sorted(rng.sample(range(len(lines)), rng.randint(4, 8)))
    return " ".join(lines[i] for i in kept)


def weather(rng: Random) -> str:
    """Return a weather report for some towns."""
    lines = [rng.choice(("The weather", "Weather report", "Today and tomorrow"))]
    for city in rng.sample(names.CITIES, rng.randint(2, 5)):
        first, second = rng.sample(_WEATHER, 2)
        lines.append(
            rng.choice(
                (
                    f"{city}: {first}, {rng.randint(-8, 34)} degrees.",
                    f"In {city} {first} {rng.choice(_TIMES)}, later {second}.",
                    f"{city} will see {first} and {second}, up to {rng.randint(-3, 34)} degrees.",
                )
            )
        )
    return "\n".join(lines)


def facts(rng: Random) -> str:
    """Return some plain facts and sums."""
    lines = rng.sample(_FACTS, rng.randint(2, 5))
    for _ in range(rng.randint(0, 4)):
        a, b = rng.randint(1, 20), rng.randint(1, 20)
        lines.append(
            rng.choice(
                (
                    f"{a} plus {b} is {a + b}.",
                    f"{max(a, b)} is not less than {min(a, b)}.",
                    f"{a + b} minus {b} is {a}.",
                )
            )
        )
    rng.shuffle(lines)
    return " ".join(lines)


def recipe(rng: Random) -> str:
    """Return a short recipe."""
    first, second, third = rng.sample(_FOODS, 3)
    minutes = rng.randint(5, 90)
    return (
        f"{first.capitalize()} with {second}\n"
        f"Take {rng.randint(2, 9)} spoons of {first} and {rng.randint(100, 900)} g of {second}. "
        f"{rng.choice(('Mix them well.', 'Cut them small.', 'Wash them first.'))} Cook for {minutes} minutes. "
        f"{rng.choice((f'Serve it with {third}.', f'It goes well with {third}.', 'Eat it warm.', 'Let it cool.'))}"
    )


def general(rng: Random) -> str:
    """Return one document of general text."""
    return rng.choices((story, weather, facts, recipe), weights=(50, 15, 20, 15))[0](rng)
