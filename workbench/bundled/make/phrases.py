"""What customers write: the phrasings of pretraining and of the train and validation splits.

``[a|b]`` is a choice. ``{my}`` is the customer's own thing ("my Velora kettle", "the parcel"), ``{the}`` the thing in
the shop. The test split uses ``phrases_test.py`` alone, which shares no template with this file.
"""

# fmt: off
# ruff: noqa: E501
PROBLEMS: dict[str, list[str]] = {
    "billing": [
        "I was charged [twice|two times|three times] for {my}.",
        "[You charged|You have charged|Your shop charged] my card [twice|two times] for {my}.",
        "The invoice for {my} shows the wrong [amount|total|sum|price].",
        "[I paid|I have paid] for {my} but [you still send reminders|I keep getting payment reminders|a reminder came].",
        "My bank shows two payments for {my}.",
        "The refund for {my} has not [reached my bank|arrived in my account|been paid] yet.",
        "The discount code was not taken off the [price|bill|total] of {my}.",
        "[There is a fee on my bill|My bill shows a fee] that I do not understand, it is about {my}.",
        "I need [an invoice|a receipt|a VAT invoice] for {my}, [the one I got is wrong|none was sent|it was never sent].",
        "The price on the invoice for {my} is higher than [in the shop|on the website|what I agreed to].",
        "Payment for {my} was taken [although the order failed|before I confirmed|from the wrong card].",
        "[Why does|Can you tell me why] my credit card statement [shows|lists] a second charge for {my}?",
        "You billed me for [two pieces|shipping|gift wrap] but I only ordered {my}.",
        "The tax on the bill for {my} is [wrong|too high|counted twice].",
        "I [sent the money|made the bank transfer] for {my} last week and you say it is unpaid.",
        "The voucher I used for {my} was [not accepted|ignored] and I paid the full price.",
        "Your invoice has my old [company name|billing address], it concerns {my}.",
        "The monthly instalment for {my} was debited [too early|twice this month].",
    ],
    "delivery": [
        "{my} has not arrived [yet|so far|at all].",
        "{my} should have been here [last week|on Monday|days ago|by Friday].",
        "I am still waiting for {my}.",
        "The tracking for {my} has not [moved|changed|been updated] for [days|a week|ten days].",
        "The courier left {my} with [a neighbour I do not know|nobody|the wrong house].",
        "The parcel with {my} was sent to [my old address|the wrong address|another city|the wrong street].",
        "Tracking says delivered, but [I never got|I did not receive|nobody here got] {my}.",
        "Where is {my}? [The shipping date has passed|It was shipped long ago|You promised three days].",
        "[The driver|The courier|The postman] never [rang the bell|came|left a card] and {my} went back.",
        "The delivery of {my} is [late|delayed|overdue|two weeks late].",
        "{my} seems to be lost in the post.",
        "Only [half of the parcel|one of two boxes|an empty box] came, {my} was not inside.",
        "{my} is stuck [at the depot|at customs|in a warehouse] since [Tuesday|last week|the 3rd].",
        "The package with {my} was shipped [to a pickup point far away|without a tracking number].",
        "I was at home all day but {my} was not delivered.",
        "You sent {my} to my neighbour's street, [please redirect it|please correct the address].",
        "The tracking link for {my} [shows nothing|gives an error|says unknown].",
        "Your site still says that {my} is [being packed|in preparation|not yet shipped].",
    ],
    "defect": [
        "{my} [is broken|is faulty|is damaged|is defective].",
        "{my} does not [work|turn on|start|charge|switch on] [any more|at all|since today].",
        "{my} stopped working after [two days|a week|one use|a month].",
        "The [handle|lid|cable|screen|button|hinge|strap|zip|wheel|foot] of {my} [broke|came off|is cracked|is loose].",
        "{my} makes [a loud noise|a strange sound|a grinding noise] and then stops.",
        "{my} came with [a crack|a scratch|a dent|a hole|a missing part].",
        "{my} [leaks|overheats|smells of burning|smokes|rattles] when I use it.",
        "The [battery|motor|plug|switch|display|sensor] of {my} is [dead|broken|faulty].",
        "{my} shows an error and [shuts off|restarts|will not go on].",
        "[Out of the box|From the first day] {my} was [broken|not working|faulty].",
        "There is a fault in {my}, it [switches itself off|gets too hot|loses water|does not hold a charge].",
        "A part of {my} [fell off|snapped|is bent|is torn].",
        "{my} keeps [failing|crashing|blinking red|turning itself off].",
        "The [seam|fabric|paint|glass|coating] of {my} [is torn|peels off|is cracked|came apart].",
        "{my} arrived in pieces.",
        "[After a short time|After one wash|Since the update] {my} no longer works [properly|as it should].",
        "{my} is [dead|completely dead], no light and no sound.",
        "{my} has [a loose wire|a burnt plug|a broken switch].",
    ],
    "return": [
        "I want to [return|send back|give back] {my}.",
        "I would like to [return|exchange|send back] {my}, it is [too small|too big|the wrong colour|not my taste].",
        "Please cancel my order of {my}.",
        "[Can|Could|May] I [exchange|swap] {my} for [another size|another colour|a different model]?",
        "I changed my mind about {my} and want [my money back|to return it|to send it back].",
        "How do I [return|send back] {my}? [It is unused|It is still in the box|I do not need it].",
        "[Please send|I need] a return label for {my}.",
        "{my} [was a gift and I do not need it|is not what I expected], so I want to return it.",
        "I ordered {my} by mistake, please cancel it.",
        "I no longer need {my}, please [cancel the order|take it back|stop the order].",
        "{my} does not fit [me|my kitchen|my car|my room], I would like to send it back.",
        "I bought two by accident and want to return {my}.",
        "I want to withdraw from the purchase of {my}.",
        "[Is it possible to|Am I able to] give {my} back within [14|30] days?",
        "Please take back {my}, I [found it cheaper|got the same as a present|like another one better].",
        "I would rather have a [bigger|smaller|lighter|darker] one, please exchange {my}.",
        "[Could you|Please] cancel {my} before it is sent.",
        "I sent for the return form for {my} and [never got it|still wait for it].",
    ],
    "account": [
        "I cannot [log in|log on|sign in] to my account.",
        "I [forgot|lost] my password and [the reset mail never comes|the reset link does not work].",
        "My account is [locked|blocked|closed] after [three tries|a wrong password].",
        "Please change the e-mail address of my account.",
        "[How do I|How can I|Can you] [change|reset] my password?",
        "I want to [delete|close] my customer account.",
        "My [profile|account] shows [the wrong name|an old phone number|a wrong birthday].",
        "The [confirmation code|login code|security code] for my account is [never sent|not accepted].",
        "I have two accounts and want to [merge them|keep only one].",
        "[Someone|Somebody] else has [used|logged in to] my account.",
        "I cannot [update|change|edit] my [profile|phone number|personal data] on your site.",
        "The website says my user name [does not exist|is unknown].",
        "I do not get the mail to [confirm|activate] my new account.",
        "After the login the page [stays white|asks for my password again|throws me out].",
        "Please [remove|unsubscribe] my e-mail from the newsletter in my profile.",
        "I have a new e-mail address, [please update my profile|how do I change it in my account].",
        "My password is [rejected|refused|not accepted] although it is right.",
        "The app [logs me out|signs me out] every [day|hour|time].",
    ],
    "question": [
        "Does {the} come with [a warranty|a cable|batteries|a manual|spare parts]?",
        "Is {the} [suitable for|good for|safe for] [children|outdoor use|a small flat|beginners]?",
        "Can I use {the} [outdoors|abroad|in the rain|with both hands|without the app]?",
        "How [heavy|big|loud|long|wide] is {the}?",
        "[Which colours|What sizes|Which versions] do you have of {the}?",
        "How do I [clean|set up|charge|store|mount] {the}?",
        "When will {the} be back in stock?",
        "Is {the} available in [black|white|green|a larger size]?",
        "What is the difference between {the} and the older model?",
        "I am thinking of buying {the}, [is it easy to use|how long is the warranty|is it quiet].",
        "How much [power|water|space] does {the} need?",
        "Do you have {the} in [your store|the shop in town]?",
        "Before I order {the}: [how long does the battery last|is it dishwasher safe|does it fold].",
        "Could you tell me [what material|which wood|which fabric] {the} is made of?",
        "Does {the} work with [a 12 volt plug|older phones|hard water|other brands]?",
        "I have a question about {the}: [how often must I clean it|which filter fits|can I wash it].",
        "Is there a [manual|guide|video] for {the}?",
        "What is the warranty on {the}, and [do you sell spare parts|can it be repaired]?",
    ],
}

PRIORITY: dict[str, list[str]] = {
    "high": [
        "This is urgent.", "It is [very |really |]urgent.", "Please [hurry|answer today|act at once].",
        "I need [it|this|a solution|an answer] [by Friday|by Monday|by tomorrow|today|before the weekend|until Tuesday].",
        "I need this solved [by the 12th|before the 5th|within two days|by noon].",
        "I cannot [work|do my job|run my shop] without it.", "We leave [on Saturday|tomorrow|on Thursday] and need it.",
        "[Please treat this as urgent|Treat this as an emergency].", "[It cannot wait|This cannot wait].",
        "I depend on it every day for my [work|health|baby].", "The [wedding|birthday|exam] is on [Friday|Sunday].",
        "Please reply [as soon as possible|immediately|right away|at once].", "My deadline is [tomorrow|on Friday].",
        "Without it my [business|office|kitchen] stands still.", "I must have [an answer|it] [this week|tonight].",
    ],
    "low": [
        "There is no hurry.", "[It is|This is] not urgent.", "Take your time.", "No rush [at all|].",
        "Answer whenever you [can|like|have time].", "It can wait [a while|until next month].",
        "There is plenty of time.", "[Whenever it suits you|Whenever you get to it] is fine.",
        "I am in no hurry.", "You need not hurry.", "[It does not matter when|Any day is fine].",
    ],
    "normal": [
        "", "", "", "", "Please let me know.", "[Please help|Can you help|Could you look into it].",
        "What should I do?", "Please [check|advise|look into this].", "How do we go on?", "I hope you can help.",
        "Please tell me [what happens now|the next step].", "I look forward to your answer.",
        "[I expected better|This is annoying|I am not happy].", "[I like your shop otherwise|I was happy until now].",
    ],
}

GREETINGS = ["Hello,", "Hi,", "Dear Sir or Madam,", "Good morning,", "Good afternoon,", "Hi there,", "Hello team,",
             "Dear support,", "To whom it may concern,", "Dear team,", "", "", "Hi support team,", "Good day,"]
OPENERS = [
    "", "", "", "", "", "I am writing about my order.", "I have a problem.", "I hope you are well.",
    "[I ordered from you last week|I bought from you in May|I have been a customer for years].",
    "[Sorry to bother you|Thanks for your shop].", "My [wife|husband|son|mother] asked me to write.",
    "This is my [first|second|third] mail.", "I tried to call but [nobody answered|the line was busy].",
    "[Quick question|Short message|A small matter] from me.", "I called {phone} but got no answer.",
]
ORDER_MENTIONS = [
    "My order number is {order}.", "Order number: {order}.", "The order is {order}.", "Order {order}.",
    "[It is|This is] order {order}.", "Order no. {order}", "The number of my order is {order}.",
    "[You find it under|See|It concerns|This is about] order {order}.", "Ref: {order}", "(order {order})",
    "My reference is {order}.", "I ordered it as {order}.",
]
PRODUCT_MENTIONS = [
    "It is about the {product}.", "The product is the {product}.", "I bought the {product}.", "Product: {product}",
    "I ordered the {product}.", "It concerns my {product}.", "I have the {product} from you.",
]
CLOSINGS = ["Thanks,", "Thank you,", "Regards,", "Kind regards,", "Best regards,", "Best,", "Yours sincerely,",
            "Many thanks,", "Best wishes,", "Greetings,", "Thanks and regards,", "Sincerely,", "", "Cheers,"]
UNSIGNED = ["", "", "Thanks!", "Thank you.", "Bye", "Thanks in advance.", "Regards"]
SUBJECTS = {
    "billing": ["Wrong invoice", "Charged twice", "My bill", "Payment", "Refund missing", "Invoice"],
    "delivery": ["Where is my parcel", "Late delivery", "Tracking", "Not arrived", "Parcel lost", "Shipping"],
    "defect": ["Broken", "Does not work", "Damaged item", "Faulty product", "Problem with my purchase"],
    "return": ["Return", "Cancel my order", "Sending it back", "Exchange", "Return label"],
    "account": ["Login", "Password", "My account", "Cannot sign in", "Profile"],
    "question": ["Question", "A question before I buy", "How to use", "In stock?", "Product information"],
}
OWN = ["my {product}", "my {product}", "the {product}", "the {product}", "my new {product}", "the {product} I ordered",
       "the {product} I bought"]
OWN_UNNAMED = ["my order", "my purchase", "the item", "the thing I bought", "what I ordered", "my last order"]
SHOP = ["the {product}", "the {product}", "your {product}", "this {product}", "a {product}", "the new {product}"]
SHOP_UNNAMED = ["the item in your shop", "this article", "the one on your website", "the product in your ad"]
