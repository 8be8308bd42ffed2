"""A far wider bank of phrasings, for the last part of pretraining and for the train split.

It holds ``phrases.py`` and adds sentences put together from parts, and frames of arbitrary words around a product or an
order number, so that what a product or a number *is* has to be read from itself and not from the words around it. Whatever
equals a phrasing of the test split is left out.
"""

from __future__ import annotations

# fmt: off
# ruff: noqa: E501
from random import Random

from workbench.bundled.make import phrases, phrases_test

_DAYS = "[Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|tomorrow|next week|the 3rd|the 8th|the 21st|the weekend|noon|tonight]"
_EVENT = "[wedding|exam|trip|birthday|holiday|show|meeting|visit|concert|operation|interview|conference|festival|baptism|course]"
_AGO = "[last week|last month|in May|in June|on Monday|yesterday|two days ago|three weeks ago|some time ago|in autumn|this morning]"

PROBLEMS: dict[str, list[str]] = {
    "billing": [
        "[The money|The payment|The sum|The charge|The fee|The amount] for {my} was [taken|collected|booked|debited|charged] [from my bank|by card|from my account] [twice|wrongly|too early|without a reason].",
        "[My bank statement|My card|My bank|The bank] [lists|has|tells of] [a fee|two charges|a wrong sum|a payment I never made|an amount too high] for {my}.",
        "[The invoice|The bill|The receipt|Your invoice|This bill] for {my} [is wrong|has an error|is not correct|is too high|came twice|has the wrong name|never came|lists things I did not buy].",
        "[I was promised|I had] [a discount|a voucher|ten percent off|free shipping] on {my} but [paid in full|the bill ignores it|it is not on the invoice].",
        "[I paid|I settled the bill|I sent the money] for {my} {ago}, [why do you send reminders|yet you ask again|and you want it once more].",
        "[The refund|My money|The repayment] for {my} [is still open|has not come|is not on my account|is too small|went to an old card].",
        "[Tax|VAT|Shipping cost|The handling fee] on {my} was [counted twice|wrong|added by mistake].",
        "[I dispute|I object to|I do not accept|I do not understand] the [charge|bill|fee|sum|invoice] for {my}.",
        "[Please correct|Please check|Kindly fix|Have a look at] the [price|payment|sum|charge|amount due] of {my}.",
        "[I paid more|I was billed more|You took more] for {my} than [it costs|we agreed|your shop says].",
        "[The instalments|The direct debit|The bank transfer|The card payment] for {my} [went wrong|failed but was booked|was done two times].",
        "[I need|I never got|Please send|I still want] [a proper invoice|an invoice with VAT|the receipt|a paid bill] for {my}.",
        "A reminder says I owe money for {my}, [but it is paid|this cannot be|I owe nothing].",
    ],
    "delivery": [
        "{my} [did not come|is not here|never came|never reached me|did not show up|is missing] [so far|until now|although it was promised|and nobody knows where it is|].",
        "[The parcel|The package|The box|The shipment] with {my} [is lost|is late|went to a wrong place|was never handed over|has vanished|went back to you|is somewhere in the post].",
        "[The courier|The driver|The postman|The carrier|The post] [lost|forgot|did not bring|took away|left elsewhere|sent back] {my}.",
        "[I wait|We wait|I have been waiting|We still wait] for {my} [since Monday|for weeks|for days|since last month].",
        "[The tracking|The tracking page|The shipping status|The tracking number] of {my} [says nothing new|stands still|is stuck|shows a wrong town|is invalid|says it was handed over].",
        "[When will|When does|Will] {my} [arrive|come|be delivered|get here]? It is [overdue|late].",
        "[Somebody|A stranger|The neighbour|A child next door] [signed for|took in|was given] {my}, [not me|and it is gone].",
        "[The address|The street|The house number|The postcode] on the parcel of {my} was wrong.",
        "{my} [should have come|was promised|was announced|was to be delivered] {ago} [but did not come|and is not here|and nothing came].",
        "[Nobody rang|No one came|No van came|The van did not stop] [to bring|with] {my}.",
        "Has {my} [left your warehouse|been sent|been handed to the post]? [Nothing arrived|The promised day has gone by|I hear nothing].",
        "{my} is [held at|still in|stuck in|lying at] [customs|the depot|a pickup point|the warehouse|some station].",
        "[The delivery|The shipping|The transport] of {my} [takes too long|went wrong|failed|was put off again].",
    ],
    "defect": [
        "{my} [broke|failed|died|gave out|cracked|stopped|went dark|fell apart|burnt out] [after a day|after a week|yesterday|the first time I used it|all of a sudden|].",
        "{my} [will not|does not|cannot|no longer] [start|run|open|close|heat|cool|charge|turn|light up|connect|hold|switch off|spin] [any more|properly|at all|].",
        "[The screen|The motor|The handle|The zip|The lid|A wheel|The cable|One leg|The glass|The pump|The cover|The plug|The lock|A spring|The clip|The strap] of {my} is [broken|cracked|loose|torn|bent|dead|missing|jammed|worn out|damaged].",
        "[I opened the box|I took it out of the box|When I unpacked it] and {my} was [broken|cracked|damaged|scratched|in two parts|bent].",
        "{my} [gets hot|smokes|sparks|leaks|drips|shakes|squeaks|hums|rattles|smells bad|blinks|loses air|loses water|cuts out|jams].",
        "There is [a crack|a hole|a fault|a defect|a leak|damage|a bad noise|an error] [in|on|inside] {my}.",
        "{my} is [a faulty one|broken|defective|damaged|out of order|useless because it is broken|not in working order].",
        "[I press the switch|I push the button|I plug it in|I try it] and {my} [does nothing|stays dark|stays off|only hums|shows an error].",
        "[Something|One part|A piece] [in|of] {my} [is wrong|came loose|snapped|fell out|is broken|makes a noise].",
        "[The fault|The defect|The damage|The error] on {my} [came back|is still there|gets worse].",
        "{my} [stops|turns off|fails|goes off|crashes] [every few minutes|again and again|after some seconds|each time].",
        "[Sadly|I am sorry to say that|To my surprise] {my} [broke|has a fault|is damaged|does not work].",
    ],
    "return": [
        "[I want to|I would like to|I wish to|I have to|I intend to|We want to] [return|send back|give back|bring back|exchange|swap] {my} [because it is too big|because the colour is wrong|because I do not need it|as it is the wrong size|].",
        "[Please|Could you please|I ask you to] [cancel|stop|undo|call back] [the order of|the purchase of|my order for] {my}.",
        "[How|Where|By when] [can|do|must|may] I [return|send back|exchange|give back] {my}?",
        "{my} is [too small|too large|too wide|too heavy|the wrong model|the wrong colour|the wrong size|not what I wanted], [I send it back|please take it back|can I swap it|I want to return it].",
        "[I do not want|I no longer want|I have no use for|We do not need] {my} [any more|], [please cancel|it should go back|please take it back].",
        "[May I|Can I|Is it possible to] [get|have] [another size|another colour|a smaller one|a bigger one|a different model] instead of {my}?",
        "[Please send me|I need|Where is|May I have] [a return label|the return form|a label to send it back|return papers] for {my}.",
        "[I withdraw from|I cancel|I step back from|I revoke] the [purchase|order|contract] of {my}.",
        "{my} was [a gift|a mistake|ordered twice|bought in error|a double present], [so it should go back|I would like to give it back|please take it back].",
        "[I thought again about|I have second thoughts on|I regret buying|I am not keeping] {my} and [want to return it|send it back|cancel].",
        "{my} is [unused|unopened|still packed|as new] and [I want to return it|goes back to you|should be exchanged].",
        "[Take|Please take] {my} back, [it does not suit me|I found another|it does not fit].",
    ],
    "account": [
        "[I can not|I am unable to|It is impossible to|I fail to] [log in|sign in|get into my account|open my profile|enter my account].",
        "[My password|My user name|My login|The code|My PIN] [is wrong|is refused|does not work|is not known|is no longer valid|expired].",
        "[The link|The mail|The code|The message] to [reset my password|confirm my account|activate my login|change my e-mail] [never comes|does not work|is too old|is empty].",
        "[Please|Can you|Could you|I want you to] [change|update|correct|remove] [my e-mail address|my name in the profile|my phone number in the account|my birthday|the address in my profile].",
        "[Please|Kindly|I want you to|Can you] [close|delete|remove|unlock|open|block|merge] my [account|profile|customer account|login].",
        "[My account|My profile|My login|My access] [is blocked|is locked|was closed|is gone|was hacked|has wrong data|shows someone else].",
        "[Someone|A thief|An unknown person|Another person] [logged into|got into|has changed|took over] my [account|profile|login].",
        "[The website|The app|Your page|The login page] [does not let me in|refuses my password|forgets my login|throws me out|does not know me].",
        "[I forgot|I lost|I do not remember|I mistyped] [my password|my user name|my login|my PIN].",
        "[I have moved|I have married|I changed my mail|I have a new phone] and [my profile must be changed|my account has to be updated|cannot change it in my account].",
        "[How|Where] [can|do] I [set a new password|edit my profile|see my account|change my login|turn off the newsletter]?",
    ],
    "question": [
        "[Is|Would] {the} [be|] [good|right|fit|easy|safe|strong enough|quiet enough|big enough] for [a child|a small room|travel|an office|old people|cold days|two people|daily use]?",
        "[How|Just how] [long|wide|high|deep|loud|fast|heavy|old|strong] is {the}?",
        "[What|Which] [size|colour|material|plug|filter|battery|bag|oil|cable|voltage] [does {the} have|fits {the}|belongs to {the}|do I need for {the}]?",
        "[Does|Will] {the} [have|need|include|come with|use] [a timer|a lid|a bag|a stand|an app|a filter|a plug|oil|batteries|a guarantee]?",
        "[Can|May|Could] {the} be [rinsed|bent|hung up|used in water|left outside|repaired|used with gas|taken on a plane|set to quiet]?",
        "[Do you sell|Do you have|Will you get|Is there|Are there] {the} in [red|blue|grey|size L|a set|a bigger form|your shop]?",
        "[I would like|I want|We want] to [know|ask|learn] [how to use|how big is|more about|how one cleans|what it costs to run|if one can wash] {the}.",
        "[I might buy|I think of|We are looking at|I am interested in] {the}, [what is it made of|how long is the guarantee|does it make noise|is it in stock].",
        "[Could you|Can you|Please] [explain|tell me|describe|say] [how to set up|how to clean|how to fill|the size of|the weight of|the guarantee of] {the}.",
        "[Tell me about|Some advice on|I need advice about|A word about] {the} [please|, is it any good|before I order].",
        "[How often|When|With what] [must|should|do] [I|you|one] [clean|oil|charge|wash|empty] {the}?",
        "[What comes|What is] in the box [of|with] {the}?",
    ],
}
PROBLEMS = {category: [*phrases.PROBLEMS[category], *(t.replace("{ago}", _AGO) for t in more), *(t.replace("{ago}", _AGO) for t in more)]
            for category, more in PROBLEMS.items()}

PRIORITY: dict[str, list[str]] = {
    "high": [
        f"[I need|We need|I must have|I have to have|I want] [it|this|an answer|a solution|the matter solved] [by|before|until|not later than|in time for] {_DAYS}.",
        f"[My|Our|The|My daughter's|Her] {_EVENT} is [on|already on|] {_DAYS}.",
        f"[Before|Until|By] {_DAYS} [it has to be done|this must be solved|I need an answer|you must reply|it is too late otherwise].",
        "[This|It|The matter|My case] is [urgent|very urgent|pressing|an emergency|most pressing|time critical|extremely urgent].",
        "[Please|Kindly|I ask you to|Do] [hurry|be quick|act fast|reply at once|answer immediately|act right away|help at once|react today].",
        "[I|We|My mother|The team] [cannot|can't|are unable to] [work|live|cook|sleep|study|earn money|carry on|open the shop] without it.",
        f"[We|I] [leave|travel|fly|move|go away] [on|] {_DAYS}[, so hurry|, please be fast|].",
        f"[The deadline|My deadline|The last day] is {_DAYS}.",
        "[It|This] [cannot wait|must not wait|is needed today|has to happen today|must be done now|is needed at once].",
        "[Every hour|Each day|Every day] counts[ for me|].", "[Urgent|URGENT|Emergency|As fast as you can|ASAP|Quickly please]!",
        "[Time is short|Time is running out|I have no time to lose|I am under time pressure|There is little time].",
    ],
    "low": [
        "[There is|I am in|We are in|I have] no [hurry|rush|haste] [with this|at all|here|].",
        "[It|This|My case|The matter] is [not urgent|not pressing|no emergency|not important today|of no urgency].",
        "[It|This|That|The answer] can [wait|wait a bit|wait for weeks|come later|take some time|be done later].",
        "[Take|You may take|Feel free to take] [your time|a while|as long as you like|some weeks].",
        "[Answer|Write back|Reply|Come back to me] [whenever|when] [you can|it suits you|there is time|you have time|you find the time].",
        "[Do not|You need not|No need to|Please do not] [hurry|rush|stress|make haste].",
        "[Some time|Any time|One day|Sometime] [next month|this year|in the coming weeks|later] [is fine|will do|is early enough].",
        "[I can|We can|We are able to] [wait|wait for it|be patient|do without it for now].",
        "[I have|We have|There is] [time|a lot of time|enough time|time to spare].",
    ],
    "normal": [
        *phrases.PRIORITY["normal"], "", "", "",
        "[I am|We are|My family is] [sad|angry|upset|surprised|annoyed|unhappy|let down] [about this|now|].",
        "[What|How] [do you say|can be done|do we do now|shall I do|will you do|does one do here]?",
        "[Please|Kindly] [write back|answer|help me|look at it|tell me more|take care of it|find out].",
        "[I have bought here|I was here|I ordered this] {ago}.", "[I wait for|I hope for|I expect|I count on] [your answer|a reply|news|help].",
        "[It is|That is] the [second|first|third] time.", "[The shop|Your service|The site] is [nice otherwise|fine in general|new to me].",
    ],
}
PRIORITY["normal"] = [t.replace("{ago}", _AGO) for t in PRIORITY["normal"]]

_WORDS = ["the", "a", "my", "our", "in", "at", "on", "for", "of", "with", "from", "under", "and", "so", "it", "this", "that", "here", "there", "please", "number", "order", "case", "file", "look", "mail", "paper", "list", "list", "find", "know", "have", "see", "note", "write", "give", "send", "call", "name", "sign", "code", "mark", "page", "label", "is", "was", "says", "stands", "reads", "goes", "belongs", "bought", "got", "has", "about", "as", "by", "also", "only", "just", "now", "then", "again", "maybe", "well", "yes", "system", "slip", "letter", "desk", "shop", "box", "mine", "bill", "receipt", "copy", "line", "confirmation", "stated", "printed", "above", "below", "quote", "use", "check", "search", "key", "reference", "purchase", "customer", "number's"]
_rng = Random("phrases_wide")


_TAKEN = {text.lower().strip(" .,!?") for text in (
    *phrases_test.ORDER_MENTIONS, *phrases_test.PRODUCT_MENTIONS, *phrases_test.GREETINGS, *phrases_test.CLOSINGS, *phrases_test.UNSIGNED)}


def _untaken(texts: list[str]) -> list[str]:
    """Return the texts that the test split does not use, in whatever case or punctuation; empty ones stay."""
    return [text for text in texts if not text or text.lower().strip(" .,!?") not in _TAKEN]


def _frames(slot: str, before: tuple[str, ...], n: int) -> list[str]:
    frames = []
    for _ in range(n):
        left = " ".join(_rng.choice(_WORDS) for _ in range(_rng.choice((0, 1, 1, 2, 2, 3, 4, 5))))
        right = " ".join(_rng.choice(_WORDS) for _ in range(_rng.choice((0, 0, 0, 0, 1, 2, 3))))
        mark = _rng.choice(("", "", "", "", ":", " -", ",", " no.", " #", " =", " nr"))
        stop = _rng.choice((".", ".", ".", ".", "", ",", ";", "!"))
        frames.append(f"{left}{mark} {_rng.choice(before)}{slot}{' ' + right if right else ''}{stop}".strip())
    return _untaken(frames)


_DETERMINERS = ("the ", "the ", "my ", "my ", "our ", "this ", "that ", "a ", "one ", "his ", "her ", "your ", "", "my new ", "the new ",
                "my old ", "this nice ", "my wife's ", "the said ", "the small ", "such a ", "the big ", "my son's ")
ORDER_MENTIONS = [*phrases.ORDER_MENTIONS * 12, *_frames("{order}", ("", "", "", "", "order ", "number ", "(", "no ", "id "), 600)]
PRODUCT_MENTIONS = [*phrases.PRODUCT_MENTIONS * 12, *_frames("{product}", _DETERMINERS, 400)]
OWN = [*phrases.OWN * 3, *(d + "{product}" for d in _DETERMINERS if d), "the {product} [you sold me|I got|I have here|we bought|in question]",
       "the {product} [I got from you|from you|that I bought|of mine|I have at home]"]
SHOP = [*phrases.SHOP * 3, *(d + "{product}" for d in _DETERMINERS if d), "the {product} [on your page|I saw|in your window|on offer]"]
OWN_UNNAMED = [*phrases.OWN_UNNAMED, "it", "everything", "the device", "my things", "the goods I bought", "the stuff", "my new one"]
SHOP_UNNAMED = [*phrases.SHOP_UNNAMED, "it", "the thing I saw", "that device", "the new one"]

_CLOSINGS = [f"{a}{b} {c}," for a in ("", "With ", "With my ", "Many ", "And ", "Yours with ", "In haste, ")
             for b in ("kind", "best", "warm", "friendly", "good", "nice", "dear", "cordial", "many")
             for c in ("regards", "wishes", "greetings", "thanks")]
_CLOSINGS += ["Bye,", "See you,", "Until soon,", "In haste,", "Cordially,", "Respectfully,", "Faithfully,", "Thank you so much,", "Thx", "Ciao,",
              "Have a nice day,", "Sunny greetings,", "Your customer,", "Sent from my phone,", "Best", "Regards", "Thanks", "Greetings", "-", "--"]
CLOSINGS = _untaken([*phrases.CLOSINGS * 4, *_CLOSINGS, "", "", "", "", "", "", "", ""])
UNSIGNED = _untaken([*phrases.UNSIGNED, "Thanks for your help!", "Cheers", "Regards.", "Good bye", "Have a nice day.", "That is all."])
GREETINGS = _untaken([*phrases.GREETINGS * 3, *(
    f"{a} {b}," for a in ("Hello", "Hi", "Dear", "Good day", "Greetings") for b in (
        "all", "people", "folks", "friends", "team", "support", "help desk", "sir", "madam", "colleagues", "ladies and gentlemen"))])
OPENERS = [*phrases.OPENERS * 2, "[I bought|We bought|I ordered|We ordered] [something|a thing|things] [from you|in your shop|online] {ago}.",
           "[I write|I am writing|We write] [because I need help|again|for my mother|about a purchase|as a customer].",
           "[Please read|Hear|Here is] [this|my case|my story].", "[I am|We are] [a new|an old|a good] customer.", "You can ring {phone}."]
OPENERS = [t.replace("{ago}", _AGO) for t in OPENERS]
SUBJECTS = {category: [*some, *more] for (category, some), more in zip(phrases.SUBJECTS.items(), (
    ["Money", "Your bill", "Charge", "Fee", "Double charge"], ["No parcel", "Courier", "My package", "Still waiting"],
    ["Fault", "It stopped", "Broken part", "Cracked"], ["Take it back", "Wrong size", "I cancel", "Send back"],
    ["Log in", "Locked out", "User name", "My data"], ["Advice", "Size and weight", "Before buying", "Guarantee"]), strict=True)}
