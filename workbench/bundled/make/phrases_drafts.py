"""What replies of `drafts.py` are put together from: for each habit several wordings, some of them in test rows only.

``[a|b]`` is one of its choices. ``{desk}``, ``{pace}``, ``{about}`` and ``{for_order}`` are filled in.
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
        "{Pace} our {desk} will [write|answer|get back] to you{for_order}.",
        "Expect [word|a mail|an answer] from the {desk} {pace}{for_order}.",
        "[A colleague|Someone] of the {desk} will see to {about} {pace}.",
        "We asked the {desk} to answer you {pace}{for_order}.",
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
        "[A colleague|One of us] may [write|call] you [later|one day].",
        "We [know|have heard] about it.",
        "Your [message|mail] has come in.",
        "It is [on our list|with us now].",
        "We [cannot say more|have no news] yet.",
        "Let us see.",
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
        "Nobody [forced|asked] you to buy it.",
        "Do not [call|ask] [again|us twice].",
        "You were careless.",
        "[We|They] told you [that|before].",
        "What nonsense.",
        "Obviously you [did|got] it wrong.",
        "Calm down.",
        "Wait like everybody else.",
        "[It|This] is not our [fault|blame].",
        "Do not bother us[| with that].",
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
        "You [may|shall] have it [free of charge|for free].",
        "We will [pay you|send you] [a compensation|a gift].",
        "You will be [compensated|reimbursed].",
        "[The next one|A new one] is yours at no cost.",
        "Take [ten|fifteen|forty] euros as a credit.",
        "Your next order is [free|at a discount].",
        "We [put|book] a refund of [five|sixty] euros on your account.",
        "Keep [the goods|everything], [and|you get] your money back.",
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
        "There are [many|so many] things that we would like to tell you about how we work here.",
        "Without [people|customers] like you we would not be what we are, and we know it well.",
        "[Service|Quality] is not just a word to us but what we get up for each and every day.",
        "You have surely heard of us from friends, or seen our name in the paper or on the street.",
        "In our house every mail is opened by hand and read by more than one pair of eyes.",
        "We value the time that you take to write, and will go on to value it in the future too.",
        "It goes without saying that we are at your service now and at any other time.",
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
