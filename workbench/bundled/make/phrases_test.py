"""What customers write in the test split: phrasings that neither tuning nor pretraining text ever shows.

The same slots as in ``phrases.py``; no template is shared with it (a test says so).
"""

# fmt: off
# ruff: noqa: E501
PROBLEMS: dict[str, list[str]] = {
    "billing": [
        "According to my bank you took the money for {my} [more than once|a second time].",
        "I see [a double payment|an extra charge|an unknown fee] in connection with {my}.",
        "The bill you sent me for {my} [does not add up|is much too high|lists a wrong amount].",
        "You keep asking me to pay for {my}, yet [the money left my bank in time|it was paid long ago].",
        "I am still missing [the refund|the invoice|a proper receipt] for {my}.",
        "My promised discount on {my} is nowhere to be seen on the invoice.",
        "Please correct the billing of {my}, [the total is wrong|the tax is not right].",
        "Why was my credit card debited [again|another time] for {my}?",
    ],
    "delivery": [
        "I have been waiting [for two weeks|since the start of the month] and {my} is nowhere in sight.",
        "Your courier claims to have handed over {my}, but [there is no parcel here|we got nothing].",
        "{my} was due [a while ago|on Wednesday] and there is [no parcel|no sign of it].",
        "The parcel tracking for {my} [is frozen|has stood still] [since Sunday|for eight days].",
        "Someone put a wrong street on the parcel, so {my} went to [strangers|another town].",
        "Has {my} been shipped [at all|already]? The delivery date is over.",
        "I think the post has lost {my} on the way.",
        "The delivery van drove past [again|once more] and {my} did not come.",
    ],
    "defect": [
        "{my} gave up working [on the second day|during first use|last night].",
        "Nothing happens when I [press the button on|plug in|try to start] {my}.",
        "I unpacked {my} and found [it cracked|broken parts|damage on one side].",
        "There is something wrong with {my}: it [gets very hot|makes an awful noise|loses water].",
        "The [plug|cover|lock|spring|clip] on {my} [has broken off|is broken in two].",
        "{my} turned out to be [faulty|defective], it [will not start|stops every minute].",
        "[Sadly|Unfortunately] {my} is damaged and [of no use|cannot be used].",
        "{my} has a fault, [the light stays off|it dies after a minute].",
    ],
    "return": [
        "I have decided against {my} and would like to return it.",
        "[What must I do|Which steps are needed] to send {my} back to you?",
        "I do not want to keep {my}, [the size is wrong for me|the colour is not for me].",
        "Kindly cancel the purchase of {my}.",
        "{my} is [larger|smaller] than I thought, so an exchange would be good.",
        "Would you swap {my} for a [red|blue|medium] one?",
        "I wish to return {my} [unopened|in its original box], please send me a label.",
        "Please call off my order, {my} is not needed [any longer|now].",
    ],
    "account": [
        "Your site will not let me log in with my password.",
        "I am locked out of my account [since yesterday|after an update].",
        "No mail arrives when I ask for a new password.",
        "My e-mail address has changed, so the account must be updated.",
        "I would like you to [erase|shut down] my account and profile.",
        "The sign in page [does not know my user name|rejects my login].",
        "In my profile [the phone number|the name] is wrong and I cannot correct it.",
        "I think a stranger has my password and is using my account.",
    ],
    "question": [
        "Would {the} be [right|a good choice] for [a beginner|an old lady|camping]?",
        "What is the weight of {the}, and how big is the box?",
        "I would like to know whether {the} [has a timer|is quiet|needs batteries].",
        "Do you plan to sell {the} in [other colours|more sizes] soon?",
        "Can {the} be [washed|folded|used outside|mounted on a wall]?",
        "What do I need to [clean|run|install] {the}?",
        "How many years of warranty does {the} have?",
        "Before buying {the} I want to ask [if it is waterproof|which plug it has].",
    ],
}

PRIORITY: dict[str, list[str]] = {
    "high": [
        "The matter is [most |]urgent for me.", "I need [help|your answer] before [Thursday|Wednesday morning].",
        "By [Saturday|Monday evening] it must be settled.", "I am not able to work without it.",
        "We travel [on Sunday|the day after tomorrow], so please be quick.", "Please act today, it cannot wait longer.",
        "My [party|flight|move] is on [Tuesday|Saturday].", "Kindly answer at once.",
    ],
    "low": [
        "I am not in a hurry with this.", "There is no rush on my side.", "You can take all the time you need.",
        "This can wait for some weeks.", "It is by no means urgent.", "Reply when you have a free moment.",
    ],
    "normal": [
        "", "", "", "Can this be sorted out?", "How should I proceed?", "I would be glad of some help.",
        "Please get back to me.", "What do you suggest?", "I am rather disappointed.", "Let me know what you think.",
    ],
}

GREETINGS = ["Good evening,", "Hello everyone,", "Dear shop,", "Hey,", "Dear customer service,", "", "Hello service desk,"]
OPENERS = [
    "", "", "", "", "I turn to you with a problem.", "[Last month|In spring] I shopped with you.",
    "I could not reach you by phone.", "It is the first time that I write to you.", "My [father|sister] gave me your address.",
    "I rang {phone} in vain.",
]
ORDER_MENTIONS = [
    "You will find the order as {order}.", "My order has the number {order}.", "Order reference {order}.", "No. {order}",
    "[Here is the number|The number is]: {order}.", "In your system it is {order}.", "Order = {order}",
]
PRODUCT_MENTIONS = [
    "I mean the {product}.", "We are talking about the {product}.", "Article: {product}", "The thing is a {product}.",
]
CLOSINGS = ["With kind regards,", "Yours,", "All the best,", "Warm regards,", "Thanks a lot,", "", "Yours truly,"]
UNSIGNED = ["", "Thanks a lot.", "See you.", "Thank you for your help.", "Goodbye"]
SUBJECTS = {
    "billing": ["About your invoice", "Money taken twice", "Bill not right"],
    "delivery": ["No parcel yet", "Delivery still missing", "Waiting for my parcel"],
    "defect": ["Item is faulty", "It broke", "Damage"],
    "return": ["I want to return something", "Please cancel", "Swap"],
    "account": ["Cannot get into my account", "New e-mail address", "Login trouble"],
    "question": ["Something I would like to know", "Product question", "Asking for advice"],
}
OWN = ["the {product}", "my {product}", "our {product}", "the {product} from your shop", "that {product}"]
OWN_UNNAMED = ["the goods", "my parcel contents", "the article", "the product"]
SHOP = ["the {product}", "your new {product}", "that {product}", "the {product} you sell"]
SHOP_UNNAMED = ["the article in your catalogue", "the product on page two"]
