"""The richest bank: mails as people tell them, with detours, second thoughts and other words for the same six concerns.

It holds ``phrases_more.py``. For the train split and the documents of ``corpus_rich.py``. ``FILLERS`` are sentences that
say nothing of the record; ``AGAIN`` says a concern once more without naming the thing.
"""

from __future__ import annotations

import itertools
import re

# fmt: off
# ruff: noqa: E501
from workbench.bundled.make import phrases_more
from workbench.bundled.make.phrases_more import (
    ORDER_MENTIONS,
    OWN_UNNAMED,
    PRIORITY,
    PRODUCT_MENTIONS,
    SHOP_UNNAMED,
)
from workbench.bundled.make.phrases_wide import _untaken

__all__ = ["AGAIN", "CLOSINGS", "FILLERS", "GREETINGS", "OPENERS", "ORDER_MENTIONS", "OWN", "OWN_UNNAMED", "PRIORITY", "PROBLEMS",
           "PRODUCT_MENTIONS", "SHOP", "SHOP_UNNAMED", "SUBJECTS", "UNSIGNED"]

AGAIN: dict[str, list[str]] = {
    "billing": [
        "[So I have paid double|So now I am out of pocket|My bank confirms it|The statement is attached|I can send the statement].",
        "[I want the extra money back|Please refund the difference|Please give back what was too much|I expect the money on my account].",
        "[Please send a right invoice|A corrected bill would do|My bookkeeper needs a correct bill|The tax office wants a proper receipt].",
        "[I never agreed to this price|The price was another one in the shop|The costs are not what was agreed|That is not the price I saw].",
        "[Please stop the reminders|I will not pay twice|I do not owe you anything|It has been paid, I have proof].",
        "[The sums do not match|Somebody must have mistyped the amount|The calculation is wrong|There are two entries on the same day].",
        "[I paid by card|I paid with my credit card|I paid by bank transfer|I paid cash in the shop|It went through the wrong card].",
    ],
    "delivery": [
        "[I was at home the whole day|Our bell works|The neighbours have nothing either|There was no card in the letter box|I looked everywhere].",
        "[Please ask the courier|Please find out where it is|Can you trace the parcel?|Can you send it again?|Please start a search].",
        "[It was sent nine days ago|You said three working days|It should take two days|The date you gave has passed].",
        "[The page says out for delivery|According to the tracking it is in the next town|The last scan is a week old|The number is unknown to the post].",
        "[I live on the third floor|The house is easy to find|We moved in spring|The street name has changed|Please leave it with the neighbour].",
        "[I have waited long enough|I am tired of waiting|How much longer will it take?|Will it still come?|It must be somewhere].",
    ],
    "defect": [
        "[I followed the manual|I did nothing wrong|I used it as the manual says|Nobody dropped it|I tried another socket|I changed the batteries].",
        "[It worked fine before|It was fine at first|It never really worked|It lasted for a week|I used it only twice].",
        "[A photo is attached|I can send a photo|I made a video of it|See the picture].",
        "[Now there is only a red light|No light comes on|It just clicks|It smells burnt|Water runs out below|It gets so hot that I fear a fire].",
        "[It fell to bits in my hands|The plastic is very thin|The screw was loose from the start|One bolt is missing|It wobbles].",
        "[It must be a production fault|Surely it is under warranty|That should not happen with a new one|I expected better quality].",
        "[I cannot use it like this|In this state it is useless|It is a danger for the kids|We had to switch it off].",
    ],
    "return": [
        "[I have not used it|The box is still closed|It is like new|All tags are on it|I kept the box|It is in the original packing].",
        "[I prefer to get another one|A bigger one would be better|I took the wrong size|It looks different from the picture|The colour does not go with the room].",
        "[Where do I send it?|Who pays for sending it back?|Will you pick it up?|Do I need a form?|How long do I have for that?].",
        "[It is within the thirty days|I have bought it ten days ago|The time limit is not over yet|I got it on Monday].",
        "[I do not need two of them|My husband has bought one too|I found one in the cellar|I got the same from my aunt|Plans have changed].",
        "[It has not been sent yet, I believe|Please do not ship it|Just stop it|If it is not on its way yet|Then you need not send it].",
    ],
    "account": [
        "[I have tried five times|I tried another browser|I cleared the cookies|It is the same on the phone|It worked last week].",
        "[I always type the right password|I am sure of my password|The name is spelled right|I use the same mail as ever].",
        "[Nothing is in the spam folder|The mail never gets here|The link leads to an empty page|The code is always wrong].",
        "[I can see my orders no more|I want to see my old orders|I want to change my data|I need to get in again].",
        "[Please send me a new link|Please unlock it|Please set it back|Can you do it for me?|Please enter the new one].",
        "[I fear for my data|I did not do that|This was not me|There are orders that are not mine].",
    ],
    "question": [
        "[I could not find it on your page|The page does not say|The description says nothing about it|The manual is silent on it].",
        "[I would buy it then|If so, I take two|Then I will order it|I have not ordered yet|I cannot decide].",
        "[It is meant as a present|It is for my mother|It would stand in the kitchen|I want to use it in the garden|We are four people].",
        "[I had one of another brand before|A friend has one|I saw it in a test|My old one was smaller].",
        "[Is there a newer one?|Or would you advise another?|Which one would you take?|What do other buyers say?|Is it worth the money?].",
    ],
}

PROBLEMS: dict[str, list[str]] = {
    "billing": [
        "[I had a look at|I checked|I went through|When I looked at] my [bank account|statement|card bill|accounts] [and|:] {my} [was charged two times|is on it twice|costs more than it should|is listed with a wrong sum].",
        "[Something is|Something seems] [wrong|off|not right|odd] with the [bill|invoice|payment|price|charge|amount] [for|of] {my}.",
        "[You have|You guys|Your company has|Your system has] [overcharged me|billed me wrongly|charged me too much|charged me double|taken too much] for {my}.",
        "[Why do I have|Why should I|Must I really] [to pay again|pay more|pay shipping|pay a fee|pay extra] for {my}?",
        "[On the website|In the shop|In the ad|In your mail] {my} was [cheaper|on sale|half price|twenty less] [than on the bill|but I was charged the full price|but the invoice says something else].",
        "[A payment|A debit|Another payment|An amount] for {my} [went off|left my account|shows up|came off my card], [which I never approved|which is not right|and I do not know why].",
        "[When|How soon] [do I get|will I have|will you send] [the refund|my money back|the money] for {my}? [You got it back|I returned it long ago|It was promised weeks ago].",
        "[I got a letter|I got a mail|You wrote me] that [I have not paid|the payment is missing|a payment is due] for {my}, [that is wrong|but I did pay|but it was debited].",
        "[My company|My boss|The tax office|My accountant] needs [an invoice|a bill with tax|the invoice in our name|a receipt] for {my}.",
        "[The gift card|The voucher code|The coupon|My bonus] [did not work|was not counted|got lost] when I paid for {my}.",
        "[Please|Kindly|Could you] [undo|reverse|pay back|book back] [the charge|the second payment|the fee|the double debit] for {my}.",
        "[I think|I believe|It looks like] [I paid twice|I paid too much|you charged the wrong card|you counted it twice] for {my}.",
        "[Is it right|Can it be|Is it normal] that {my} [costs so much|is charged monthly|was billed again|has an extra fee]?",
    ],
    "delivery": [
        "[I ordered|We ordered|I bought] {my} [ages ago|two weeks ago|last month|and paid] and [it is still not here|nothing has come|have not got it yet|it never came].",
        "[Any news|What news|Do you know anything] [about|of] {my}? [I still don't have it|It has not come|The parcel is not here|I keep waiting].",
        "[I don't have|I have not got|I never got|I did not get|We have not had] {my} [yet|so far|until today|].",
        "[According to|If I believe|Going by] [the tracking|the app|your mail|the courier], {my} [is here|was delivered|should be here|lies with a neighbour] [but it isn't|which is not so|but nobody has it].",
        "[The courier|The delivery man|The driver|DHL man|The parcel service] [threw|put|dropped|left] {my} [over the fence|in the rain|at the wrong door|behind the bins|in front of another house].",
        "[Could|Can] you [send|ship|deliver|bring] {my} to [another address|my office|my new home|a pickup shop] [instead|please]?",
        "[I gave|You have|The order has] [the wrong address|an old address|the wrong street|a wrong house number] for {my}, [can it be changed|please send it elsewhere|it has to go to another place].",
        "[How long|How many days|How much longer] [does|will] [the delivery|the shipping|the transport|the post] of {my} [take|need|last]?",
        "[Part of|Half of|One box of|Only a part of] {my} [came|arrived|was delivered|is here], [where is the rest|the other parcel is missing|the rest is lost].",
        "[A box|A parcel|Something] came but [it was not|it is not|inside was not] {my}, [you mixed up the parcels|it is for someone else|it belongs to another customer].",
        "[It was said|I was told|You told me|You promised] that {my} [would come|would be here|ships|arrives] [in three days|by the tenth|quickly|last week], [I see nothing|and where is it|no sign].",
        "[I fear|I am afraid|I guess|It looks as if] {my} [got lost|was stolen from the porch|never left your house|went to somebody else].",
    ],
    "defect": [
        "[I am having|I have|We have|There is] [trouble|problems|a problem|an issue|nothing but trouble] with {my}, [it does not work|it keeps stopping|it is broken|something is broken|it won't go on].",
        "[I got|I received|You sent me|We were sent] {my} [broken|in pieces|with a crack|damaged|with a broken part|and it does not work].",
        "{my} [just quit|quit on me|broke down|conked out|is dead already|is done for|is bust] [after|within] [a few days|two uses|a month|an hour].",
        "[My kid|My wife|I] [wanted to use|tried to use|switched on|turned on] {my} and [it broke|nothing happened|it smoked|there was a bang|it fell apart].",
        "{my} [won't|will not|would not|doesn't want to] [turn on|stay on|charge|heat up|close|open|pair|start up|stand straight|work].",
        "[The thing|One thing|The trouble] [about|with] {my} is that it [leaks|stops|overheats|is cracked|rattles|turns off by itself|has a broken handle].",
        "[Since yesterday|Since the weekend|Lately|All of a sudden|For a few days] {my} [makes a noise|does nothing|leaks|is dead|gets hot|flickers|stops after a minute|smells].",
        "[The quality of|I am let down by|What rubbish is] {my}: [it broke at once|it came broken|the seam is open|the paint comes off|the zip is broken|it bent].",
        "[What can I do|What do I do|Any idea what to do] if {my} [does not start|shows an error|leaks|is stuck|blinks|has no power|is broken]?",
        "[There was|There is|I noticed] [a piece missing|glass in the box|a crack in the side|a loose cable|rust|water inside|a tear] [in|on|with] {my}.",
        "{my} is [not working|broken|defect|damaged|cracked|no good, it is broken|kaputt|out of order], [what now|please help|I want a working one|see photo].",
        "[A button|The handle|The lid|The cable|The charger|The display|A leg|The wheel|The belt] [broke off|came loose|is gone|does not react|is bent|has snapped] [on|of] {my}.",
    ],
    "return": [
        "[I'd like|I want|We would like|I am hoping] to [send|give|bring|hand] {my} back, [how does that work|what do I have to do|is that possible|it isn't for me].",
        "[I changed my mind|I have thought it over|I have decided otherwise], [please cancel|I do not want|I will return] {my}.",
        "{my} [doesn't fit|does not fit|is way too big|is too tight|is the wrong size|is not my colour|does not match], [can I exchange it|can I swap|I want to send it back|take it back].",
        "[Please cancel|Cancel|I need to cancel|I'd like to cancel|Can I still cancel] [my order of|the order for|] {my}[, I ordered by mistake|, I do not need it now|, I found another|].",
        "[Can I get|May I have|Is there a chance of] [my money back|a refund|an exchange] if I [return|send back|bring back] {my} [unused|unopened|in its box]?",
        "[I bought|I ordered|I picked|I took] the wrong [size|one|colour|model|version], [can I swap|I want to exchange|please change] {my}.",
        "[My mother|My son|My girlfriend|The birthday child] [does not like|already has|did not want|cannot use] {my}, [can we return it|so it should go back|may we exchange it].",
        "[Do you take|Would you take|Will you take] {my} back [if it is opened|after three weeks|without the box|although it was on sale]?",
        "[I accidentally|By accident I|By mistake I|My child] [ordered|bought|clicked on] {my} [twice|], [please cancel one|I want to give one back|it can go back].",
        "[What is your|Tell me the|Where do I find the] [return address|return policy|return form|returns page]? [I want to send back|It is for] {my}.",
        "[I'd rather have|I would prefer|Better give me|We would like] [the blue one|a larger one|a different one|size M|the black one] [instead of|in exchange for|in place of] {my}.",
        "[I do not want|I don't want|We don't need|There is no need for] {my} [after all|now|any more], [it is not opened|it is unused|how can I return it|please refund when it is back].",
    ],
    "account": [
        "[I can't|I cannot|I just can't|We can't] [get in|log in|get into my account|log into the app|sign in to your shop|see my account].",
        "[I keep|I am always|I get|I am] [getting thrown out|getting an error when I log in|being logged out|asked for a code I don't have|told my password is wrong].",
        "[Your system|The page|The site|Your app] [says|tells me|claims] [my account does not exist|my e-mail is unknown|my password is wrong|I am blocked|there is no such user].",
        "[I don't know|I do not recall|I have forgotten|I can't find] [my password|my user name|which mail I used|my login|the answer to the security question].",
        "[I'd like|I want|I need] to [change|update|fix|correct] [my e-mail|my phone number|my last name|my address data|my password] [in my account|in the profile|on your site].",
        "[Can you|Could you|Please|Will you] [delete|close|remove|reset|reopen|unlock] [my account|my profile|my login|my user] [for me|please|and all my data|].",
        "[I got|There came] [a mail|a message|a warning] that [someone logged in|my password was changed|my account was opened abroad], [it was not me|I did not do that|what is that].",
        "[The reset link|The reset mail|The password mail|The activation link|The confirm button] [is dead|goes nowhere|has expired|does not come|is broken].",
        "[How|Where on the page] do I [delete my account|change my e-mail|get a new password|log in|find my profile|turn off your mails]?",
        "[Please|Kindly] [take me off|stop|end] [the newsletter|your mails|the advertising], [I cannot do it in my profile|the link for it does not work|my account does not let me].",
        "[I got married|I have a new number|We moved house|I changed jobs] [and|so] [my account|my profile|the data in my account|my login mail] [needs a change|is out of date|has to be changed].",
        "[I made|I opened|I created|I registered] an account [but cannot|and can't|yet cannot] [log in|activate it|use it|see my orders].",
    ],
    "question": [
        "[Hi, I wonder|I was wondering|I wanted to ask|I'd like to ask|Just wondering|Can you tell me] [if|whether] {the} [is good for|works with|fits|would suit] [a small kitchen|my old phone|kids|a tall man|winter|a bike].",
        "[Could|Can] [I|you|one|my son] [use|wash|run|wear|mount|take] {the} [in the rain|at 60 degrees|on a wall|on a plane|without power|in the car|at night]?",
        "[What's|What is|Tell me] the [size|weight|length|height|warranty|range|battery life|material|noise level] of {the}?",
        "[I am interested in|I'm looking at|I want to buy|I plan to get|My daughter wants] {the}, [does it come in blue|how big is it|is it sturdy|what does it need|how long does it last].",
        "[How do you|How does one|How should I|How can I|What is the best way to] [clean|set up|assemble|use|connect|store|fill|charge|descale] {the}?",
        "[Is there|Do you have|Do you sell|Can I buy] [a bag|a spare battery|a cover|a second lid|a longer cable|a manual|replacement filters] for {the}?",
        "[Are|Is] [the batteries|a cable|the charger|assembly|a bag|a guarantee] [included|in the price|part of it] [with|when I buy] {the}?",
        "[Will|When will|Do you know when] {the} [be available|come back|be sold again|be in the shop] [again|soon|in red|]?",
        "[Which|What] [one|size|model] [of|from] {the} [should I take|do you advise|is right for two people|fits a queen bed|would you get]?",
        "[Does|Has] {the} [have|got] [a timer|a lamp|bluetooth|an off switch|a child lock|a waterproof cover|wheels]?",
        "[What's the difference|Where is the difference|How do I choose] between {the} and [the other one|the bigger one|the cheaper model]?",
        "[I have|I own|We use] {the} [and|but] [want to know how to clean it|wonder how to set the clock|would like to know which oil fits|cannot find the manual, how do I set it up].",
    ],
}
PROBLEMS = {category: [*phrases_more.PROBLEMS[category], *more, *more, *more] for category, more in PROBLEMS.items()}

FILLERS = [
    "[I have bought from you before|I have been with you for years|I usually like your shop|My friends told me about you|I am a first time buyer].",
    "[The weather is awful here|It has been a long week|I hope this reaches the right person|I am not good with computers|Excuse my English|Sorry for the long mail].",
    "[I already wrote on Tuesday|I talked to a colleague of yours|The man on the phone was kind|The chat did not help|The hotline kept me waiting|Nobody got back to me].",
    "[I bought it for my daughter|It was for the new flat|It was meant for our holiday home|I use it in the office|My husband picked it|It was a present from my sister].",
    "[I read the FAQ|I looked at your help page|I searched the web|I asked a neighbour|I asked in a forum] [but found nothing|without luck|and was told to write to you].",
    "[We have two small children|I live alone|I work at night|I am retired|We run a small cafe|I am a student].",
    "[Honestly|To be honest|Frankly], [I did not expect this|I am surprised|I thought it would be easy|I don't know what to think].",
    "[I hope it is no trouble|I hope this is the right address|Sorry if I am wrong here|I don't want to be rude].",
]
OPENERS = [*phrases_more.OPENERS, *FILLERS[:3], "[OK so|So|Well|Right], [here is what happened|here is the thing|I need your help|a short one]."]


def _spelled_out(phrases: list[str]) -> list[str]:
    """Return the phrases with each choice made in every way: what stands for a slot is not looked at for choices again."""
    found = []
    for phrase in phrases:
        parts = [part.split("|") if i % 2 else [part] for i, part in enumerate(re.split(r"\[([^\[\]]*)\]", phrase))]
        found += ["".join(chosen).strip() for chosen in itertools.product(*parts)]
    return found


OWN = _spelled_out([*phrases_more.OWN, *phrases_more.OWN, "my [beloved|expensive|lovely|small|first|second] {product}", "the {product} [my wife ordered|we got last week|I paid for|you delivered]",
       "{product}", "your {product}", "the [new|brand new|grey|red|big] {product}", "our [new|old|] {product}"])
SHOP = _spelled_out([*phrases_more.SHOP, "{product}", "your [new|small|red|] {product}", "the {product} [I found online|in the catalogue of May|from your newsletter]"])
CLOSINGS = _untaken([
    *phrases_more.CLOSINGS, *phrases_more.CLOSINGS[:40],
    *["Thanks", "thanks", "Thx", "thx", "ta", "Cheers", "cheers", "Best", "best", "Regards", "regards", "BR", "Rgds", "-", "--", "–", "/", "Love", "Peace", "Bests", "Thanks in advance,", "Thank you very much,", "Thank you for your help,", "Thanks for helping,", "Looking forward to hearing from you,", "I look forward to your reply,", "Hope to hear from you,", "Yours faithfully,", "Sincerely yours,", "Have a good day,", "Have a nice weekend,", "Greetings from the north,", "Kindly,", "With thanks,", "Signed,", "Signed:", "My name is", "I am", "This is", "Name:", "Yours gratefully,", "Best regards and thanks,", "Thank you and best regards,", "Mit freundlichen Gruessen,", "Cordialement,"],
    *[""] * 25,
])
UNSIGNED = _untaken([*phrases_more.UNSIGNED, "thx", "thanks", "Please help.", "Hope you can help.", "Waiting for your answer", "Sent from my phone", "A customer", "???"])
GREETINGS = _untaken([*phrases_more.GREETINGS, *phrases_more.GREETINGS[:20], "hi", "hello", "Hello!", "Hi!", "hey there", "Hi guys,", "Hello, please help", "Support,", "Good morning!", "morning,", "Dear Madam,",
                      "Dear all", "hello support", "Hi folks", "", "", "", "", "", ""])
SUBJECTS = {category: [*some, "help", "Help please", "My order", "Problem", "Complaint" if category != "question" else "Info"]
            for category, some in phrases_more.SUBJECTS.items()}
