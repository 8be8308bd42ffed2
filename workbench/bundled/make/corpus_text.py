"""Pretraining documents of the support desk that are plain text: replies, dialogues, articles, logs, records, tools."""

from __future__ import annotations

import json
from random import Random

from workbench.bundled.make import lexicon, names, phrases
from workbench.bundled.make.amounts import amount_forms, date_forms
from workbench.bundled.make.tickets import CATEGORIES, Mail, concern, mail

POOL = "pretraining"
_POLITE = [
    "Thank you for writing to us.",
    "Thanks for your mail.",
    "We are sorry for the trouble.",
    "I am sorry to hear that!",
    "Thank you for your patience.",
    "We're happy to help.",
    "Thanks for letting us know!",
    "I can help you with that.",
]
_BLUNT = [
    "Not our problem.",
    "Read the manual.",
    "You should have asked before.",
    "We can't do anything.",
    "Wait.",
    "That is your own fault.",
    "Stop writing to us.",
    "No.",
    "Nothing we can do.",
]
_REFUSALS = [
    "I cannot give out other customers' data.",
    "I am not allowed to change the price.",
    "We cannot refund this, the thirty days are over.",
    "I may not tell you the password, please use the reset link.",
    "I do not know that, so I will ask a colleague.",
    "We can't take back used items.",
]
_SIGN_OFFS = [
    "Best wishes, {agent}",
    "Kind regards, {agent}",
    "Yours, {agent} from support",
    "{agent}",
    "Regards\n{agent}",
    "Greetings from the team",
    "Your support team",
    "",
]


def _step(rng: Random, category: str) -> str:
    return rng.choice(lexicon.STEPS[category])


def _word(rng: Random, category: str) -> str:
    return rng.choice(lexicon.WORDS[category].split("|"))


def reply_to(rng: Random, made: Mail) -> str:
    """Return an answer to a mail: polite, blunt or a refusal, in no fixed house style."""
    manner = rng.random()
    hello = rng.choice(("Hello {n},", "Dear {n},", "Hi {n}!", "{n},", "Good day {n},", "")).format(
        n=made.customer or "there"
    )
    about = " ".join(
        part
        for part in (
            rng.choice(
                ("It is about your {p}.", "We looked at your {p}.", "Your {p} is known to us.", "For the {p}:", "")
            ).format(p=made.product)
            if made.product
            else "",
            rng.choice(("I found order {o}.", "Order {o} is here on my desk.", "(Order {o})", "Order: {o}", "")).format(
                o=made.order_id
            )
            if made.order_id
            else "",
        )
        if part
    )
    if manner < 0.7:
        act = rng.choice(("We will {s}.", "I'll {s} now.", "Our {t} will {s}.", "Next we {s}.", "Let us {s}.")).format(
            s=_step(rng, made.category), t=rng.choice(lexicon.TEAMS[made.category])
        )
        body = " ".join(part for part in (rng.choice(_POLITE), about, act) if part)
        return "\n".join(
            p for p in (hello, body, rng.choice(_SIGN_OFFS).format(agent=names.first_name(rng, POOL))) if p
        )
    if manner < 0.85:
        return " ".join(part for part in (about, rng.choice(_BLUNT)) if part)
    return "\n".join(
        part
        for part in (
            hello,
            rng.choice(_REFUSALS),
            about,
            rng.choice(_SIGN_OFFS).format(agent=names.first_name(rng, POOL)),
        )
        if part
    )


def mail_and_reply(rng: Random) -> str:
    """Return a mail and what support wrote back, or the mail alone."""
    made = mail(rng, phrases, POOL)
    if rng.random() < 0.3:
        return made.text
    bridge = rng.choice(("\n\nReply:\n", "\n\n> Answer from support\n", "\n\n---\n", "\n\n", "\n\nWe wrote back:\n"))
    return made.text + bridge + reply_to(rng, made)


def dialogue(rng: Random) -> str:
    """Return a chat between a customer and an agent."""
    category = rng.choice(CATEGORIES)
    made = mail(rng, phrases, POOL, category)
    agent, caller = names.first_name(rng, POOL), names.person(rng, POOL)
    a, c = rng.choice(((agent, caller), ("Agent", "Customer"), ("A", "C"), ("Support", caller)))
    lines = [f"{c}: {made.topic}"]
    asks = [("What is your name, please?", f"{caller}.", f"Thank you, {caller}.")]
    if made.order_id:
        asks.append(("May I have the order number?", f"It is {made.order_id}.", f"{made.order_id}, got it."))
    if made.product:
        asks.append(("Which product is it?", f"The {made.product}.", f"I see, the {made.product}."))
    rng.shuffle(asks)
    for question, answer, note in asks:
        lines += [f"{a}: {question}", f"{c}: {answer}", f"{a}: {note}"]
    lines.append(f"{a}: We will {_step(rng, category)}.")
    return "\n".join(lines)


def guide(rng: Random) -> str:
    """Return an article of the desk's handbook: what belongs to a topic and who takes it."""
    category = rng.choice(CATEGORIES)
    team = rng.choice(lexicon.TEAMS[category])
    words = rng.sample(lexicon.WORDS[category].split("|"), 4)
    other = rng.choice([c for c in CATEGORIES if c != category])
    sentences = [
        f"The {team} takes mails about {words[0]}, {words[1]} or {words[2]}.",
        f"When a customer writes of a {words[3]}, it goes to the {team}.",
        f"The first step is to {_step(rng, category)}.",
        f"Then we {_step(rng, category)}.",
        f"A mail about {_word(rng, other)} is not for them, it goes to the {rng.choice(lexicon.TEAMS[other])}.",
        f"{words[0].capitalize()} and {words[1]} are one topic.",
        f"A mail that names {rng.choice(lexicon.URGENT.split('|'))} comes first.",
        f"A customer who writes of {rng.choice(lexicon.CALM.split('|'))} can be answered later.",
        f"Last week the {team} had {rng.randint(2, 90)} mails, {rng.randint(2, 40)} of them about {words[2]}.",
    ]
    head = rng.choice((f"Who does what: {team}", f"About {words[0]} and {words[1]}", f"Handbook, {category}", ""))
    return "\n".join(part for part in (head, " ".join(rng.sample(sentences, rng.randint(3, 6)))) if part)


def routing(rng: Random) -> str:
    """Return lines that sort words or sentences by topic or by urgency."""
    arrow = rng.choice((" -> ", ": ", " = ", " goes to ", " | "))
    lines = []
    by_urgency = rng.random() < 0.3
    pick = rng.randrange(4)
    product = names.product(rng, POOL) if rng.random() < 0.5 else None
    for _ in range(rng.randint(3, 8)):
        category = rng.choice(CATEGORIES)
        if by_urgency:
            level = rng.choice(("urgent", "calm"))
            words = (lexicon.URGENT if level == "urgent" else lexicon.CALM).split("|")
            lines.append(rng.choice(words) + arrow + level)
            continue
        target = lexicon.TEAMS[category][pick]
        said = _word(rng, category) if rng.random() < 0.6 else concern(rng, phrases, category, product)
        lines.append(said + arrow + target)
    return "\n".join(lines)


def log(rng: Random) -> str:
    """Return lines of the desk's log."""
    lines, hour = [], rng.randint(7, 17)
    style = rng.randrange(3)
    for i in range(rng.randint(2, 6)):
        category, order, person = rng.choice(CATEGORIES), names.order_id(rng, POOL), names.person(rng, POOL)
        time = f"{hour:02d}:{rng.randint(0, 59):02d}"
        if style == 0:
            lines.append(f"{time} {order} {person}: {_word(rng, category)}, {rng.choice(lexicon.TEAMS[category])}")
        elif style == 1:
            lines.append(
                f"[{time}] open {order} by={person} team={rng.choice(lexicon.TEAMS[category]).replace(' ', '_')}"
            )
            lines.append(f"[{time}] done {order} by={person}")
        else:
            lines.append(
                f"{i + 1}. {person} wrote about {names.product(rng, POOL)} ({order}), we {_step(rng, category)}"
            )
    return "\n".join(lines)


def record(rng: Random) -> str:
    """Return an order as key-value lines or JSON, and a sentence that says the same."""
    iso = rng.choice(date_forms(rng))
    price = rng.choice(amount_forms(rng))
    facts = {
        "buyer": names.person(rng, POOL),
        "order": names.order_id(rng, POOL),
        "article": names.product(rng, POOL),
        "city": rng.choice(names.CITIES),
        "day": iso[1],
        "price": price[1],
        "pieces": rng.randint(1, 5),
    }
    kept = {key: facts[key] for key in rng.sample(list(facts), rng.randint(3, 7))}
    text = (
        json.dumps(kept, ensure_ascii=False) if rng.random() < 0.5 else "\n".join(f"{k}: {v}" for k, v in kept.items())
    )
    told = []
    if "buyer" in kept:
        told.append(f"The buyer is {facts['buyer']}.")
    if "order" in kept:
        told.append(f"The order number is {facts['order']}.")
    if "article" in kept:
        told.append(f"It is a {facts['article']}.")
    if "city" in kept:
        told.append(f"It goes to {facts['city']}.")
    if "day" in kept:
        told.append(f"It was ordered on {iso[0]}.")
    if "price" in kept:
        told.append(f"It cost {price[0]}.")
    rng.shuffle(told)
    return "\n".join((text, " ".join(told)) if rng.random() < 0.6 else (" ".join(told), text))


def passage_and_question(rng: Random) -> str:
    """Return a passage about products and orders, questions about it and their answers; some cannot be answered."""
    facts, asked = [], []
    for _ in range(rng.randint(1, 3)):
        product, city, years = names.product(rng, POOL), rng.choice(names.CITIES), rng.randint(1, 10)
        weight, price = rng.randint(1, 40), rng.choice(amount_forms(rng))[0]
        pairs = [
            (f"The {product} weighs {weight} kg.", f"How heavy is the {product}?", f"{weight} kg"),
            (
                f"The warranty of the {product} is {years} years.",
                f"How long is the warranty of the {product}?",
                f"{years} years",
            ),
            (f"The {product} is made in {city}.", f"Where is the {product} made?", city),
            (f"The {product} costs {price}.", f"What does the {product} cost?", price),
        ]
        kept = rng.sample(pairs, rng.randint(2, 3))
        facts += [fact for fact, _, _ in kept]
        asked += [(question, answer) for _, question, answer in kept]
        asked += [(question, "The text does not say.") for _, question, _ in pairs if question not in dict(asked)][:1]
    rng.shuffle(facts)
    q, a = rng.choice((("Q: ", "A: "), ("Question: ", "Answer: "), ("", ""), ("? ", "! ")))
    questions = "\n".join(
        f"{q}{question}\n{a}{answer}" for question, answer in rng.sample(asked, min(len(asked), rng.randint(1, 4)))
    )
    return " ".join(facts) + "\n\n" + questions


def tool_transcript(rng: Random) -> str:
    """Return an agent's notes: a request, a call with arguments, its result, and the answer made from it."""
    order, person, product = names.order_id(rng, POOL), names.person(rng, POOL), names.product(rng, POOL)
    status = rng.choice(("shipped", "packed", "paid", "cancelled", "delivered", "waiting"))
    call, arguments, request = rng.choice(
        (
            ("find_order", {"id": order}, f"Where is order {order}?"),
            ("find_customer", {"name": person}, f"Look up {person}."),
            ("stock", {"item": product}, f"Do we have the {product}?"),
        )
    )
    result: dict[str, object] = {
        "find_order": {"id": order, "state": status, "to": person},
        "find_customer": {"name": person, "orders": [order]},
        "stock": {"item": product, "pieces": rng.randint(0, 30)},
    }[call]
    answer = {
        "find_order": f"Order {order} is {status}, for {person}.",
        "find_customer": f"{person} has order {order}.",
        "stock": f"There are {result.get('pieces')} pieces of the {product}.",
    }[call]
    args = json.dumps(arguments) if rng.random() < 0.5 else ", ".join(f"{k}={v!r}" for k, v in arguments.items())
    return rng.choice(
        (
            "user: {r}\ncall: {c}({a})\nresult: {o}\nagent: {s}",
            "> {r}\n$ {c} {a}\n{o}\n{s}",
            "Ask: {r}\nTool: {c}\nInput: {a}\nOutput: {o}\nSay: {s}",
        )
    ).format(r=request, c=call, a=args, o=json.dumps(result), s=answer)
