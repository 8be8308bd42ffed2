"""The rich bank with everyday wordings of the six concerns, as a thesaurus lists them: failing, lacking, owing, sending back.

A module with the same names as ``phrases_rich.py``, for the last phase of pretraining and for the train split.
"""

from __future__ import annotations

# fmt: off
# ruff: noqa: E501
from workbench.bundled.make import phrases_rich
from workbench.bundled.make.phrases_rich import *  # noqa: F403

__all__ = phrases_rich.__all__

_DAY = "[on Monday|on Tuesday|on Friday|yesterday|this morning|last week|at the weekend|after a day|after three uses|in the first week|within an hour|the other day|overnight|on day one|by now]"
_DUE = "[on Monday|on Tuesday|on Friday|on Saturday|yesterday|last week|at the weekend|a week ago|days ago|some time ago|before the holidays|on the third|by noon]"
_PAID = "[I settled it|I transferred it|it is settled|I paid at once|I paid in March|the sum was debited|the amount is gone from my account|my bank sent it|I did pay that|it was all paid|it is paid for|the payment went through|you have had the money] [weeks ago|last month|on the first|in good time|already|in full|back then|days ago|]"
_NOTHING = "[not a trace of it|no trace|nothing so far|nothing at all|still nothing|not a word from you|nobody rang|no van came|my letter box is empty|I wait in vain|I look out of the window all day|nobody knows where it is|I have seen nothing of it|it is overdue|no box, no note]"

SAID: dict[str, list[str]] = {
    "billing": [
        f"[You ask me for money|You demand money|You want money|You send me reminders|I get reminders|A reminder came|You remind me|A collection letter came|You threaten me|A dunning letter came|You still want payment|You insist on payment|I am told to pay|Your letters say I must pay] for {{my}}, [although|but|even though|while|and yet] {_PAID}.",
        "[I lack|I have no|I never got|I am without|There was no|I still need|Please mail me|I am waiting for|Where is|I miss] [a bill|my bill|an invoice|a receipt|the voucher for the tax office|proof of payment|the credit note|a copy of the bill|my money|my refund|the sum you owe me|the repayment|the paper for my bookkeeping] for {my}.",
        "[There are|I found|I noticed|My statement shows|The bank lists|My card shows|I discovered] [two debits|two bookings|a second booking|two charges|an entry I do not know|a charge I cannot place|a surcharge|hidden costs|a fee nobody told me of|a strange amount|a higher sum|three payments] [for|because of|beside|with|under] {my}.",
        "[The total|The sum|The price|The amount|The tax|The discount|The shipping fee|The calculation|The figure] on the [bill|invoice|receipt|statement] for {my} [is false|is incorrect|cannot be right|is ten too high|does not match|is missing|was doubled|was left out|differs from the shop|surprises me].",
        "[Please|Kindly|I ask you to|You should|Would you] [correct|check|refund|cancel|return|pay out|transfer back|repay|recalculate|rewrite|amend] [the bill|the invoice|the sum|the charge|the amount|the overpayment|the difference|the debit] for {my}.",
        "[I was promised|You offered|The ad had|The coupon gives|My bonus card gives|I had a code for] [ten percent off|a rebate|a lower price|free shipping|a reduction] on {my}, [the bill ignores it|it was not taken off|the invoice does not show it|I paid the full sum|nothing was deducted].",
        "[My account was debited|My card was charged|You took money|Money was taken|You booked a sum|You withdrew money|I was billed] [twice|two times|three times|again|once too often|too much|without my consent|before it was sent] for {my}.",
    ],
    "delivery": [
        f"{{my}} [should have come|should have been here|was meant to arrive|was to be here|was supposed to come|was announced|was planned|was expected|had to come|was promised] {_DUE}[, |: | and |. But ]{_NOTHING}.",
        f"[I expected|I counted on|I was told to expect|I am waiting for|We stay at home for|I keep looking for|I long for] {{my}} [since|from] [Monday|Friday|last week|the weekend|yesterday|March]: {_NOTHING}.",
        "{my} [is late|is overdue|does not arrive|does not come|has vanished|has disappeared|is missing|got stuck|is stuck somewhere|is under way for ages|went astray|never reached me|did not reach us|has not turned up|has not shown up|is nowhere].",
        "[The status|The tracking page|The app|The map|The parcel number|The shipment] of {my} [has not changed|does not move|shows nothing|has been the same|says on its way|says handed over|says lost|is stuck] [for a week|for days|since Monday|since spring|until now|].",
        "[The driver|The postman|The messenger|The delivery service|Your van|The truck|The courier] [did not ring|did not stop|drove on|turned round|never came|was not here|came when I was out|took it with him|gave it to somebody else|left it in the street] with {my}.",
        "{my} [went|was sent|was brought|was delivered|was carried] [to the wrong house|to the wrong town|to my old flat|to another person|to people I do not know|to the shop instead|two streets away|to a neighbour who denies it].",
        "[When|On which day|At what time|How soon] [will|does|can] {my} [arrive|get here|be delivered|reach me|be sent|leave your house|be shipped|come to us]? [I have to be at home|It takes too long|The time is up|I need a date|].",
        "[Where|In which town|In whose hands] is {my} [right now|at present|after all this time|by now]? [It left you long ago|I have no number for it|Somebody signed for it|It was only sent in part|].",
    ],
    "defect": [
        f"{{my}} [gave out|gave in|died|died on us|went dead|packed up|stopped|stopped working|stalled|froze|burnt out|blew a fuse|broke|broke apart|failed|fell silent|went dark|collapsed|cracked|split|burst|melted|fell to pieces|no longer works|no longer runs|went to bits|ceased to work] {_DAY}.",
        "{my} [leaks|leaks water|drips|is dripping|lets water out|loses air|loses oil|loses power|loses screws|loses its colour|spills|smokes|sparks|hisses|hums|rattles|squeaks|whines|crackles|shakes|sticks|jams|slips|overheats|runs hot|runs dry|stays cold|does not get warm|does not cool|does not heat|turns itself off|cuts out|flickers|smells burnt|smells odd|rusts|peels|wobbles|bends|scratches].",
        "[Something|A part|One part|A bit|A thing] [inside|in|of|on|at the back of] {my} [is loose|is bent|is torn|is split|has come off|rattles|broke|is out of place|is not right|leaks|got wet|is missing].",
        "[When|Whenever|As soon as|If|Every time] I [switch on|use|charge|open|touch|start|turn on|push the switch of|wind up] {my}, [it stops|it goes off|it makes a bang|it does nothing|nothing moves|it hums and stops|it smokes|a red light comes on|the fuse goes|there is a smell|it shakes|it leaks].",
        "[A corner|The bottom|The frame|The glass|The screen|The seam|The hinge|The foot|The hose|The switch|The knob|The motor|The battery|The seal|The strap|The zip|The lens|The casing|The button] of {my} [is cracked|is scratched|is torn|came off|snapped|is dented|leaks|is loose|does not hold|is dead|is broken|has a hole|is bent].",
        "{my} [came|arrived|was delivered|was already|reached me] [damaged|smashed|scratched|dented|broken|torn|cracked|with a hole|with a dent|in bad state|in two halves|dirty and used|without working].",
        "{my} [has|shows|had] [a defect|a flaw|a crack|a dent|a hole|a leak|a short circuit|a loose contact|a dead battery|an error code|a production error|a broken part|bad stitches], [it must be repaired|I need a repair|please repair it|please send a working one|it is useless|it is no good].",
        "[Can you repair|Please repair|Who mends|I need somebody to mend|Please have a look at|I want a working one for] {my}[, it is broken|, it fails|, it does not run|, it is done|].",
    ],
    "return": [
        "[I want to|I would like to|We intend to|I have to|I am going to|May I|Can I|Let me] [send back|give back|bring back|take back|ship back|hand back|post back] {my}[, I do not like it|, it is not for me|, I bought two|, it was a bad choice|, it is unused|, it is still packed|, nobody wants it|].",
        "[Please|Kindly|I ask you to|Could you|I want you to|You can] [stop|drop|scrap|withdraw|annul|undo|delete|strike] [my order|the order|the purchase|my purchase|the contract] [of|for] {my}[, I no longer want it|, I do not need it|, plans changed|, it was a mistake|, I found a better one|].",
        "[I want to|May I|Can I|I would like to|We want to|Please let me] [trade|swap|exchange|change|switch|replace] {my} [for another|for a bigger one|for a smaller one|for a green one|for a black one|against another colour|for a different model|for size L].",
        "{my} [is too big|is too small|is too wide|is too heavy|is too long|is too bright|does not suit me|does not please me|is not what I wanted|is not my taste|looks different at home|does not go with my sofa|is the wrong shade|is smaller than in the picture], [I send it back|please take it back|I want another|I want to swap|can it go back].",
        "[How|Where|In what way|To which place|By which service] [do I|can I|shall I|should I] [send back|return|give back|post] {my}? [I need a label|Is there a form|Who pays the postage|It is unused|It has its tags|].",
        "[I regret|I am sorry about|I made a mistake with|I was too quick with|I no longer need|I have no use for|I do not like|We do not need|Nobody here wants] {my}, [so back it goes|so please take it back|may I return it|I want my money and you get it back|I return it unopened].",
        "[A label|A return label|A return slip|A form|A pickup] for {my}, please[. It goes back|, I return it|, I do not keep it|, it stays unopened|].",
    ],
    "account": [
        "[I fail to|I do not manage to|I am unable to|It is impossible to|There is no way to|My wife cannot|I can no longer] [log in|sign in|get in|enter my account|open my account|reach my profile|see my data|use my login].",
        "[The login|The page|The form|The shop|Your system|The site|The app] [refuses|does not accept|does not take|rejects|forgets|does not know|throws out|blocks|ignores] [me|my password|my name|my address|my user|my code|my mail].",
        "[My account|My profile|My login|My access|My user name] [is blocked|is locked|was locked|is frozen|has vanished|is closed|does not open|was deleted|was hacked|is shown as unknown] [since Monday|since the change|since last night|for no reason|after three tries|].",
        "[My e-mail|My mail address|My phone|My telephone number|My surname|My street|My birthday|My bank data] [is new|is another now|was misspelled|is outdated|has changed|must be changed|is wrong] [in the account|in my profile|in your system|on the page|in the login].",
        "[Please|I want you to|I ask you to|Kindly|You must] [remove|wipe|close|end|delete|cancel|terminate|forget] [my account|my profile|my login|my data|my user|my membership].",
        "[No code|No link|No message|No reset mail|Nothing] [comes|arrives|gets here|is sent|reaches me] when I [reset|forgot|change|ask to reset|want to change] [my password|the password|my pin|my login].",
        "[Somebody|Someone|A thief|A hacker|Another person|My ex] [knows my password|logged into my account|got into my profile|changed my password|ordered in my name|uses my login|has my login].",
        "[I need|Please send|Give me|I ask for] [a new password|another password|a new user name|a fresh login|a new code|access|a reset].",
    ],
    "question": [
        "[Is|Would|Could] {the} [be suited|be fit|be good|be safe|be strong enough|be large enough|fit|do|work] [for children|for a dog|for the sea|for beginners|for two people|for a garden|for my father|for daily use|for travel|in the bath|with gloves]?",
        "[How|Tell me how] [big|heavy|loud|long|high|wide|old|strong|fast|warm|deep] [is|would be] {the}?",
        "[I want to know|Tell me|I ask myself|My question is|I would be glad to hear|Can you say|I am curious|We want to know] [if|whether] {the} [is heavy|is quiet|can be folded|is safe|has a light|runs on batteries|needs oil|can stay outside|comes with a cable|fits in a car|is made of wood|can be repaired].",
        "[Will you|Do you mean to|Are you going to|When will you|Do you] [sell|offer|have|get|stock] {the} [in blue|in another size|again|in spring|cheaper|with a bag|in wood]?",
        "[What|Which things|Which oil|Which soap|Which tools] [is needed|are needed|shall I get|should I buy|does one take] to [set up|wash|mount|use|repair|clean|oil] {the}?",
        "[How long|For how many years|How many months] [is the guarantee|is the warranty|does it last|does the guarantee run|is it covered] [for|on|of] {the}?",
        "[Before I buy|Before I order|Before I decide|Before I pay], [I have a question on|tell me more about|I need advice on|I want to hear more of] {the}: [is it waterproof|what is it made of|which plug does it have|how loud is it|is it easy to clean|where is it made].",
        "[What does|How much does|How many litres does] {the} [weigh|hold|need|use|measure|carry]?",
    ],
}
PROBLEMS = {category: [*some, *SAID[category] * 7] for category, some in phrases_rich.PROBLEMS.items()}
