"""Yet more ways to say the same, for the last phase of pretraining and for the train split: the widest bank.

It holds ``phrases_wide.py``; what is new says urgency, patience and the six concerns in other words, and names days and
dates that are no deadline.
"""

from __future__ import annotations

# fmt: off
# ruff: noqa: E501
from workbench.bundled.make import phrases_wide
from workbench.bundled.make.phrases_wide import (
    CLOSINGS,
    GREETINGS,
    OPENERS,
    ORDER_MENTIONS,
    OWN,
    OWN_UNNAMED,
    PRODUCT_MENTIONS,
    SHOP,
    SHOP_UNNAMED,
    SUBJECTS,
    UNSIGNED,
)

__all__ = ["CLOSINGS", "GREETINGS", "OPENERS", "ORDER_MENTIONS", "OWN", "OWN_UNNAMED", "PRIORITY", "PROBLEMS", "PRODUCT_MENTIONS",
           "SHOP", "SHOP_UNNAMED", "SUBJECTS", "UNSIGNED"]

_DAY = "[Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday]"
_SOON = "[Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|tomorrow|tonight|the weekend|the end of the week|next Tuesday|the 14th|5 o'clock|Monday morning|Friday evening|Christmas|Easter]"
_WE = "[I|We|My family|My wife|The children|My boss|Our team|My father]"

PRIORITY: dict[str, list[str]] = {
    "high": [
        f"{_WE} [need|needs|must have|require|requires] [it|that|this|your reply|a working one|the money|the parcel|a fix] [by|before|until|no later than|on] {_SOON}.",
        f"[If|Unless] it is [solved|settled|here|done|fixed|ready] by {_SOON}, [all is well|I lose my job|it is too late|we are in trouble|the trip is off].",
        f"It [must|has to|needs to|should] be [here|solved|clear|done|fixed|working|sorted] [by|before|until] {_SOON}.",
        f"[Can you|Could you|Will you] [do it|answer|solve it|help me|react] [by|before|until] {_SOON}?",
        f"On {_DAY} [we have|I have|there is|is] [a show|an exam|the wedding|my birthday|a big day|an operation|a meeting|guests|the opening].",
        f"[We go|I go|We start|I am off|We set out|I fly] on {_DAY} [and need it|and cannot go without it|so time is short|so do be fast].",
        f"[The last date|The latest date|The limit|My time limit] is {_SOON}.",
        "[I am|We are|My mother is|The baby is|My office is] [helpless|stuck|lost|at a stop] without it.",
        "[It is impossible|There is no way] to [work|live|run the shop|sleep|cook|get on] without it.",
        "[So be quick|So be fast|Be quick|Make it fast|Speed is needed|I beg you to be fast|Please do it fast] [please|].",
        "[An answer|A quick answer|A solution|Help] is needed [today|now|at once|this very day|right now|within hours].",
        "[Please|Do|Kindly] [deal with this|look at this|solve this|see to it|handle it] [today|now|at once|immediately|without delay|first of all].",
        "It is [most|truly|rather|quite|highly|extremely] urgent [for us|to me|indeed|].",
        "[No more waiting|I can wait no longer|We can wait no more|It will not wait|This will not wait|There can be no waiting].",
        "[My work|My job|My income|My health|Our shop|My study] depends on it.",
    ],
    "low": [
        "[I am|We are|One is] [not|not at all|by far not|never] in [a rush|a hurry|haste] [about it|over this|here|].",
        "[There is|I see|I have|We have] [no|no great|no real|not any] [hurry|rush|urgency|pressure|time limit] [on our side|here|for me|from us|].",
        "[All the time|As much time|As many days|As long] as you [like|wish|want|need] [is fine|is all right|will do].",
        "[Please take|Just take|Do take|You may have] [all your time|your time|a few weeks|a month|some days more].",
        "[This|That|It|The whole thing] [can|may|could] [rest|wait|lie|stay] [for a month|for weeks|for a good while|till spring|until summer|a little].",
        "[Urgent it is not|Nothing urgent|Nothing pressing|Not at all urgent|It is far from urgent|It is in no way urgent|No urgency].",
        "[A reply|An answer|Your reply] [some day|next week or later|in a month|at leisure|at your leisure|in a quiet hour] [is fine|is enough|will do].",
        "[If|When|Once] you [have time|find time|get round to it|have a quiet hour|are less busy], [write back|let me hear|answer me|look at it].",
        "[Only|Just|But] [when you have time|if you find the time|when it is quiet at your place].",
        "[I do not mind|We do not mind|I have nothing against] [waiting|a delay|some more weeks|if it takes long].",
        "[It makes no difference|I do not care|It is all the same to me] [when|whether it is this month or next].",
    ],
    "normal": [
        f"[I bought it|I ordered|I paid|I was at home|I called|I wrote to you|It came|It began] [on|last] {_DAY}.",
        "[That was|It was|This happened] [a week ago|in March|last month|on the 7th|in the summer].",
        "[I would like|I should like|We would like|I want] [to hear from you|an answer|some advice|your opinion|a reply|to know more].",
        "[How|What] [should|must|can|will|does] [I|we|one|you] [do next|do about it|say to this|handle this|continue]?",
        "[I am|We are|I feel|My wife is] [rather|quite|very|a bit|somewhat] [sad|cross|unhappy|disappointed by this|confused|puzzled|dissatisfied].",
        "[Can|Could|Will|Would] [you|someone|anybody] [sort this|solve this|explain it|help|look at it|take a look|clear this up]?",
        "[Tell me|Let us know|Let me hear|Write to me|Inform me|Please say] [what you think of it|how it goes on|what you can do|what comes next|your view].",
        "[I trust|I believe|I think|I am sure] [you will find a way|you can help|it is a mistake|there is an answer].",
        "[I have never had this before|Such things happen|It was not cheap|It was a present|I use it often|I like it a lot].",
    ],
}
PRIORITY = {level: [*phrases_wide.PRIORITY[level], *more, *([""] * 9 if level == "normal" else [])] for level, more in PRIORITY.items()}

PROBLEMS: dict[str, list[str]] = {
    "billing": [
        "[I find|There is|I discovered|We see] [an odd charge|a strange fee|two debits|an extra sum|a payment too many|a double booking] [on my card|in my bank account|on the statement] [for|because of|that has to do with] {my}.",
        "[You took|You have taken|You collected|Your shop took|Your company debited] [the money|the price|the full sum|my payment] [for|of] {my} [two times|once too often|without asking|again and again].",
        "[The sum|The total|The amount|The price|The VAT] [on|in] [the bill|the invoice|your invoice|the receipt] [of|for] {my} [is too much|is false|cannot be right|does not match|is off].",
        "[I have paid for|I did pay for|The bank paid for|I long since paid] {my}, [but a demand for payment came|and now a collection letter comes|but you say it is open|still you want money].",
        "[You owe me|I wait for|I was to get|I have not seen] [money|the refund|the money back|a credit note] for {my}.",
        "[The rebate|The coupon|The price cut|The bonus] [for|on] {my} [is missing from|is not on|was left off] the [bill|invoice].",
        "[My credit card|My debit card|My account] was [charged|billed|debited|used] [by you for|for|in the matter of] {my} [too often|in error|for a second purchase].",
    ],
    "delivery": [
        "[There is|I see|We have] [still no|not a|no] [trace|sight|news|delivery|word] of {my}.",
        "[No courier|No postman|No parcel|Nothing at all] has [come|arrived|turned up|been here] [with|for] {my}.",
        "[For days|For two weeks|Since Friday|All month] [I look out|we look out|I sit and wait] for {my} [and nothing comes|in vain|].",
        "{my} [went astray|got lost|is on its way for weeks|travels round the country|was dropped at the wrong door|is at the wrong post office].",
        "[The courier|The parcel man|Your carrier|The delivery firm] [says|claims|writes|insists] that {my} was [handed out|dropped off|delivered|given to me], [but it was not|yet I have nothing|which is untrue].",
        "[The status|The parcel status|The tracking|The shipment page] of {my} [has not moved|is the same|shows no change|is frozen up] [for a week|since Sunday last|since days].",
        "{my} [was due|was to come|was announced|should be here] [on Monday|last Tuesday|on the 2nd|a week ago], [nothing came|still nothing|no parcel so far|and I see no van].",
        "[You wrote the wrong|There is a false|They used an old] [street|address|house number|town] [on the box|on the label|on the package] [of|with] {my}.",
    ],
    "defect": [
        "{my} [packed up|is kaput|has died on me|gave a bang|went up in smoke|came to a halt|lost its power] [after an hour|on day one|on the third day|during use|at once|].",
        "[When I|If I|Each time I|As soon as I] [turn it on|press start|plug it in|touch it|use it] {my} [makes no sound|remains off|gives an error|trips the fuse|gets far too hot|is silent].",
        "[There is|I see|I found|I notice] [something broken|a bad fault|a break|a split|some damage|a flaw] [on|in|at] {my}.",
        "[The side|The back|The front|The bottom|The top|A corner] of {my} [is smashed|was broken|has a crack|is dented|is chipped|came apart].",
        "{my} [refuses to work|has no function|no longer functions|is of no use as it broke|fails to start|has stopped for good|won't go on].",
        "[It seems|I fear|I think|We found] {my} is [damaged|broken inside|a dud|not sound|faulty|a defective piece].",
        "[The light|The lamp|The display|The heating|The sound|The button] [of|on] {my} [is dead|does not come on|is off|has failed|goes out].",
    ],
    "return": [
        "[I am giving|I will give|I shall send|I plan to send|We are sending] {my} back [to you|], [it is not for me|I took the wrong one|it is unopened|the size is off].",
        "[On second thoughts|After all|In the end] I [do not want|will not keep|do not like|cannot keep] {my} [and return it|and send it back|].",
        "[What is|Tell me|Please explain] [the way|the address|the procedure|how] to [return|send back|exchange] {my}.",
        "[A swap|An exchange|A change] of {my} for [a green one|a longer one|a size larger|the white version|the small one] [would be nice|please|is what I ask].",
        "[I ask you to|Will you|I want you to|Would you please] [cancel|annul|drop|take back] [my order for|the contract on|the sale of] {my}.",
        "{my} is [bigger|heavier|darker|longer|lighter] than [on the photo|I hoped|it looked|you wrote], [so I give it back|so I swap it|it goes back].",
        "[The order of|The purchase of] {my} [is to be cancelled|should be stopped|must be undone|is off].",
        "[It is the wrong|I ordered the wrong] [size|colour|type|length], [may I exchange|please exchange|I return] {my}.",
    ],
    "account": [
        "[Your website|The shop page|The app|The portal|Your page] [keeps me out|will not open my account|shuts me out|says wrong password|refuses to log me in].",
        "[I stay|I am kept|I find myself|We are] [shut out|logged out|locked out|blocked] [of my profile|of the account|of the shop account|by your login page].",
        "[The mail|The e-mail|No message|The text message] [with|for] [the new password|my reset|the login code|the activation] [did not come|is not sent|got lost|does not get to me].",
        "[My mail address|My e-mail|My phone|My surname] [is new|is no longer right|is another one now], [please put it in my account|so please change my profile|my login must change too].",
        "[I wish|I ask you|We want|Please help me] to [end|drop|close|erase all of|shut] my [customer account|user account|online profile|login].",
        "[Strangers|Hackers|Somebody|My ex-husband] [know|use|stole|may know] my [login|password|account|profile].",
        "[In|On] [my account|the profile page|my user page] [the name|the mail address|the birthday|the number] is [false|misspelt|old|not mine] and [I can't change it|it will not save|the page blocks].",
        "[Logging in|Signing in|The login|The sign in] [fails|does not work|is impossible|ends in an error] [with my user name|since the update|on my phone|every time].",
    ],
    "question": [
        "[Is|Might|Would] {the} [be|] [the right thing|of use|something|enough] for [a student|my grandmother|a garden|a long trip|a family of four|winter]?",
        "[I want|I'd like|We wish|I am curious] to [hear|find out|know|be told] [if|whether] {the} [is loud|folds up|has a cable|runs on batteries|can get wet|needs oil].",
        "[What|How much] [does|will|would] {the} [weigh|measure|cost to run|hold|use in a month]?",
        "[Will|Do|Are] you [going to|] [offer|stock|have] {the} [in brown|in size S|with a longer cable|again|next month]?",
        "[How long|How many years|How far|How many hours] does [the battery of|the warranty of|the charge of|the guarantee on] {the} [last|go|run]?",
        "[Which tools|What parts|Which bag|How much room] do [I|we] need [to use|to fit|to put up|to mount] {the}?",
        "[Before|Prior to|Ahead of] [ordering|buying|I order|I pay for] {the}, [one question|tell me|I must know]: [is it loud|does it fold|is rain a problem|what plug is on it].",
        "[Is it possible|Is it allowed|Is it safe] to [wash|fold|hang|soak|use outside|paint] {the}?",
        "[Which|What] is [better|stronger|quieter|newer], {the} or the [old one|other one|cheap one]?",
    ],
}
PROBLEMS = {category: [*phrases_wide.PROBLEMS[category], *more, *more] for category, more in PROBLEMS.items()}
