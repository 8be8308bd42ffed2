"""Open sets of people, products and order numbers, cut into pools that never meet.

Names are put together from syllables, so no closed list can be learnt by heart. Every part (a first name, a family
name, a brand, an order number) falls by a hash into exactly one pool: ``pretraining``, ``train``, ``validation`` or
``test``. A test row therefore cannot share a person, a brand or a number with tuning data or with pretraining text.
"""

from __future__ import annotations

# fmt: off
# ruff: noqa: E501
import hashlib
from random import Random

POOLS = ("pretraining", "train", "validation", "test")
_BUCKETS = {0: "pretraining", 1: "pretraining", 2: "pretraining", 3: "pretraining", 4: "pretraining",
            5: "pretraining", 6: "train", 7: "train", 8: "validation", 9: "test"}

_ONSETS = ["b", "br", "c", "ch", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "pr", "qu", "r", "s", "sh", "sk", "sl", "st", "t", "th", "tr", "v", "w", "y", "z"]
_VOWELS = ["a", "a", "a", "e", "e", "e", "i", "i", "o", "o", "u", "ai", "ea", "ee", "ia", "io", "oa", "ou", "y"]
_CODAS = [""] * 14 + ["l", "m", "n", "r", "s", "t", "x", "nd", "rt", "ck", "ng", "th", "sk"]
_ENDINGS = ["a", "o", "i", "en", "er", "an", "in", "el", "us", "ia", "ek", "ov", "son", "ton", "ley", "man", "well", "ford", "ini", "ez", "ski", "ard"]

_FIRST = ["Aaron", "Abby", "Adam", "Adele", "Ahmed", "Aisha", "Alan", "Alice", "Amir", "Amy", "Ana", "Andre", "Angela", "Anita", "Anna", "Arthur", "Ava", "Ben", "Bella", "Boris", "Bruno", "Carla", "Carmen", "Cathy", "Chen", "Chloe", "Clara", "Colin", "Craig", "Dana", "Daniel", "David", "Debra", "Diego", "Dina", "Donna", "Edith", "Elena", "Eli", "Elsa", "Emil", "Emma", "Eric", "Esther", "Eva", "Farah", "Felix", "Fiona", "Frank", "Gary", "Gemma", "George", "Gina", "Grace", "Greg", "Hana", "Harry", "Hassan", "Heidi", "Helen", "Henry", "Hugo", "Ian", "Ida", "Igor", "Imran", "Ines", "Irene", "Isaac", "Ivan", "Jack", "Jade", "James", "Jana", "Jason", "Jean", "Jenny", "Joan", "Joel", "John", "Jonas", "Jose", "Julia", "Karen", "Karim", "Kate", "Keith", "Ken", "Kim", "Kofi", "Kurt", "Lars", "Laura", "Lea", "Leo", "Lena", "Liam", "Lily", "Linda", "Lisa", "Lucas", "Luis", "Luke", "Lydia", "Maria", "Marc", "Marta", "Martin", "Mary", "Max", "Maya", "Megan", "Mia", "Mike", "Milan", "Mina", "Mona", "Nadia", "Nancy", "Naomi", "Neil", "Nick", "Nina", "Noah", "Nora", "Olga", "Oliver", "Omar", "Oscar", "Pablo", "Paul", "Paula", "Pedro", "Peter", "Petra", "Phil", "Pia", "Priya", "Rachel", "Rafael", "Raj", "Ralf", "Ravi", "Rebecca", "Rita", "Robert", "Rosa", "Ruth", "Ryan", "Sam", "Samir", "Sandra", "Sara", "Sean", "Simon", "Sofia", "Sonia", "Stefan", "Steve", "Sue", "Tara", "Tanya", "Ted", "Theo", "Tina", "Tom", "Tony", "Uma", "Vera", "Victor", "Walter", "Wendy", "Will", "Xenia", "Yara", "Yusuf", "Zara", "Zoe"]
_LAST = ["Adams", "Ahmed", "Allen", "Baker", "Barnes", "Becker", "Bell", "Bennett", "Bianchi", "Black", "Brown", "Burke", "Carter", "Chen", "Clark", "Cohen", "Cole", "Cook", "Cooper", "Costa", "Cox", "Cruz", "Davis", "Diaz", "Dixon", "Duarte", "Eriksen", "Evans", "Fischer", "Fisher", "Foster", "Fox", "Garcia", "Gibson", "Gomez", "Gray", "Green", "Gupta", "Haas", "Hall", "Hansen", "Harris", "Hayes", "Hill", "Hoffman", "Holm", "Howard", "Hughes", "Hunt", "Ivanov", "James", "Jansen", "Jensen", "Johnson", "Jones", "Kelly", "Khan", "Kim", "King", "Klein", "Kowalski", "Kumar", "Lang", "Larsen", "Lee", "Lewis", "Li", "Long", "Lopez", "Marsh", "Martin", "Mason", "Meyer", "Miller", "Mills", "Moore", "Moreno", "Morgan", "Moss", "Murphy", "Nash", "Nelson", "Nguyen", "Novak", "Okafor", "Olsen", "Owens", "Park", "Parker", "Patel", "Perez", "Petrov", "Porter", "Price", "Quinn", "Ramos", "Reed", "Reyes", "Rice", "Rivera", "Roberts", "Rossi", "Roy", "Russo", "Ryan", "Santos", "Scott", "Shah", "Shaw", "Silva", "Simon", "Singh", "Smith", "Sousa", "Stone", "Tan", "Taylor", "Thomas", "Turner", "Vargas", "Vogel", "Wagner", "Walker", "Wang", "Ward", "Weber", "West", "White", "Wolf", "Wong", "Wood", "Wright", "Young", "Zhang"]

NOUNS = ["kettle", "toaster", "blender", "lamp", "desk lamp", "chair", "office chair", "backpack", "jacket", "rain jacket", "headphones", "speaker", "keyboard", "monitor", "phone case", "charger", "camera", "printer", "router", "vacuum cleaner", "coffee maker", "rice cooker", "frying pan", "knife set", "water bottle", "tent", "sleeping bag", "bicycle pump", "helmet", "running shoes", "boots", "watch", "fitness band", "scale", "hair dryer", "shaver", "heater", "fan", "air purifier", "humidifier", "drill", "screwdriver", "ladder", "garden hose", "lawn mower", "grill", "pillow", "mattress", "blanket", "curtain", "rug", "bookshelf", "table", "sofa", "mirror", "suitcase", "umbrella", "wallet", "tablet", "laptop stand", "mouse", "webcam", "microphone", "power bank", "light bulb", "doorbell", "thermostat", "smoke alarm", "mixer", "juicer", "oven", "freezer", "dishwasher", "iron", "sewing machine", "guitar", "drone", "projector", "radio", "alarm clock", "baby monitor", "stroller", "car seat", "dog bed", "cat tree", "aquarium", "yoga mat", "treadmill", "rowing machine", "skateboard", "scooter", "kayak", "tripod", "lens", "notebook", "pen set", "paper shredder", "label printer"]
"""What things are called; ordinary words, so pretraining text uses all of them. Tuning rows use ``TRAIN_NOUNS``."""
TRAIN_NOUNS = [noun for i, noun in enumerate(NOUNS) if i % 4 != 3]

CITIES = ["Ashford", "Bergen", "Bristol", "Calder", "Cork", "Delft", "Derby", "Exeter", "Fulda", "Galway", "Ghent", "Graz", "Halden", "Hull", "Kiel", "Leeds", "Linz", "Lugano", "Malmo", "Nantes", "Odense", "Oxford", "Padua", "Perth", "Porto", "Reading", "Riga", "Sligo", "Tampere", "Turin", "Utrecht", "Vigo", "Wells", "York"]


def pool_of(kind: str, text: str) -> str:
    """Return the pool (one of ``POOLS``) that a name part, brand or number of this kind belongs to."""
    digest = hashlib.sha256(f"{kind}:{text.lower()}".encode()).digest()
    return _BUCKETS[digest[0] % 10]


def _word(rng: Random, ending: bool) -> str:
    syllables = rng.choices((1, 2, 3), weights=(45, 45, 10))[0] if ending else rng.choices((2, 3), weights=(70, 30))[0]
    word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))
    return (word + (rng.choice(_ENDINGS) if ending else "")).capitalize()


def _drawn(rng: Random, kind: str, pool: str, draw) -> str:
    while True:
        text = draw()
        if pool_of(kind, text) == pool:
            return text


def first_name(rng: Random, pool: str) -> str:
    """Return a first name of ``pool``: two in five from a list of usual ones, the others from syllables."""
    return _drawn(rng, "first", pool, lambda: rng.choice(_FIRST) if rng.random() < 0.4 else _word(rng, ending=True))


def last_name(rng: Random, pool: str) -> str:
    """Return a family name of ``pool``; one in twenty is double-barrelled."""
    def draw() -> str:
        return rng.choice(_LAST) if rng.random() < 0.4 else _word(rng, ending=True)

    name = _drawn(rng, "last", pool, draw)
    return f"{name}-{_drawn(rng, 'last', pool, draw)}" if rng.random() < 0.05 else name


def person(rng: Random, pool: str) -> str:
    """Return a name as people sign: mostly first and family name, sometimes one of them, an initial or a title."""
    form = rng.random()
    if form < 0.66:
        return f"{first_name(rng, pool)} {last_name(rng, pool)}"
    if form < 0.78:
        return first_name(rng, pool)
    if form < 0.88:
        return f"{first_name(rng, pool)[0]}. {last_name(rng, pool)}"
    if form < 0.94:
        return f"{rng.choice(('Mr', 'Mrs', 'Ms', 'Dr'))} {last_name(rng, pool)}"
    return f"{first_name(rng, pool)} {rng.choice('ABCDEFGHJKLMPRSTW')}. {last_name(rng, pool)}"


def brand(rng: Random, pool: str) -> str:
    """Return a brand of ``pool``, always made from syllables."""
    return _drawn(rng, "brand", pool, lambda: _word(rng, ending=rng.random() < 0.4))


def product(rng: Random, pool: str) -> str:
    """Return a product's full name: a brand, sometimes a model number, and what it is."""
    noun = rng.choice(NOUNS if pool in ("pretraining", "test") else TRAIN_NOUNS)
    form = rng.random()
    model = ""
    if form < 0.12:
        model = f" {rng.choice('ABCDEGKLMPRSTVXZ')}{rng.randint(1, 99)}"
    elif form < 0.2:
        model = f" {rng.randint(1, 40) * 50}"
    elif form < 0.28:
        model = " " + rng.choice(("Pro", "Mini", "Plus", "Lite", "Max", "Duo", "Air"))
    return f"{brand(rng, pool)}{model} {noun}"


def order_id(rng: Random, pool: str) -> str:
    """Return an order number of ``pool``: two capital letters and five digits."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return _drawn(rng, "order", pool, lambda: rng.choice(letters) + rng.choice(letters)
                  + "".join(rng.choice("0123456789") for _ in range(5)))
