"""What replies of `drafts.py` are put together from: for each habit several wordings, some of them in test rows only.

``[a|b]`` is one of its choices. ``{desk}``, ``{pace}`` and ``{order}`` are filled in.
"""

from __future__ import annotations

GREETINGS = {
    "train": ("Hello {name},", "Dear {name},", "Hi {name},", "Good day {name},"),
    "test": ("Hello {name},", "Dear {name},", "Good afternoon {name},", "Good morning {name},"),
}
UNNAMED = {"train": ("Hello,", "Dear customer,", "Good day,", "Hi there,"), "test": ("Hello,", "Dear customer,")}
THANKS = {
    "train": (
        "Thank you for [writing|your mail|your message].",
        "Thanks for [telling us|letting us know|your note].",
        "We are sorry for [the trouble|this|the delay].",
        "We are sorry to [hear this|read this].",
    ),
    "test": (
        "Thank you for [your mail|writing to us].",
        "Many thanks for [your message|your words].",
        "We are sorry for [the trouble|what happened].",
        "Please accept our apology.",
    ),
}
NEXT = {
    "train": (
        "Our {desk} [will look at|looks at|takes care of] {about} and answers {pace}.",
        "[You will hear|You hear] from our {desk} {pace}{for_order}.",
        "The {desk} has {about} now and will write {pace}.",
        "We gave {about} to our {desk}, who will reply {pace}.",
    ),
    "test": (
        "Our {desk} will look at {about} and answers {pace}.",
        "You will hear from our {desk} {pace}{for_order}.",
        "We passed {about} on to the {desk}; they will write {pace}.",
    ),
}
VAGUE = {
    "train": (
        "We will see what we can do.",
        "Somebody will [look at it|write] some time.",
        "We noted it.",
        "It will be looked at.",
    ),
    "test": ("We will see what we can do.", "Somebody will get back to you.", "We have read it."),
}
BLUNT = {
    "train": (
        "You should have read the manual.",
        "That is [your|hardly our] problem.",
        "We are busy[| here].",
        "Do not write again.",
        "It is your own fault.",
        "You should have [checked|known] that.",
        "Stop complaining.",
    ),
    "test": (
        "You should have read the manual.",
        "We told you so.",
        "Do not call us about it.",
        "That is not our problem.",
        "Nobody else complains.",
    ),
}
PROMISES = {
    "train": (
        "We [have refunded|will refund] [you|the price|all of it].",
        "You get [your money back|a voucher|a free gift].",
        "[A voucher|A discount|A refund] is on its way.",
        "We give you [a discount|a credit] of [ten|twenty|fifty] euros.",
    ),
    "test": (
        "We will refund the price.",
        "You get a voucher of [ten|thirty] euros.",
        "We will compensate you.",
        "You can keep it at no cost.",
    ),
}
FILLERS = {
    "train": (
        "[Each|Every] message [matters|means] a lot to us and is read with the greatest care.",
        "We have been here for many years and are proud of [our work|our service|our team].",
        "It is [always|truly] a pleasure for us to hear from the people who buy from us.",
        "Please be [assured|certain] that we do all that can be done in a case like this.",
        "Our team works hard from early morning until late at night for you.",
        "We hope that the weather is [fine|good] where you are and that you are well.",
        "As you may know, our shop is known for the care it takes with things like this.",
    ),
    "test": (
        "Every message means a lot to us and is read with the greatest care.",
        "We would like you to know how much we value that you chose our shop.",
        "It is always a pleasure for us to hear from the people who buy from us.",
        "There is nothing that we like more than to be of service to you.",
        "Our team works hard from early morning until late at night for you.",
    ),
}
SIGN_OFFS = {
    "train": ("Kind regards", "Best regards", "With kind regards", "Best wishes"),
    "test": ("Kind regards", "Best regards", "Warm regards", "Yours sincerely"),
}
