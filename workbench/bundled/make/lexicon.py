"""The words of the support desk by topic, and the sentences that pretraining articles make of them."""

# fmt: off
# ruff: noqa: E501
WORDS = {
    "billing": (
        "invoice|bill|payment|charge|fee|refund|receipt|bank|debit|credit card|statement|total|sum|price|discount|voucher|"
        "tax|reminder|transfer|instalment|money|account balance|overcharge|billing address|double payment|amount due|cents"),
    "delivery": (
        "parcel|courier|tracking|shipment|post|van|driver|depot|customs|neighbour|pickup point|address|street|doorbell|"
        "delay|date of arrival|package|box|warehouse|shipping label|doorstep|route|carrier|in transit|overdue|lost parcel"),
    "defect": (
        "fault|crack|damage|leak|noise|error|smell of burning|loose part|broken switch|dead battery|scratch|dent|hole|"
        "failure|short circuit|malfunction|tear|overheating|smoke|rattle|faulty plug|repair|spare part|breakdown|jam"),
    "return": (
        "return|exchange|cancellation|swap|size|colour|return label|withdrawal|original box|unopened|wrong size|gift|"
        "change of mind|sending back|taking back|too small|too large|return form|thirty days|unused|other model|regret"),
    "account": (
        "login|password|profile|user name|sign in|e-mail address|reset link|code|locked account|newsletter|app|stranger|"
        "phone number|birthday|personal data|confirmation mail|two accounts|log out|security|activation|access"),
    "question": (
        "advice|warranty|weight|size of the box|material|manual|stock|colours|battery life|washing|cleaning|mounting|"
        "set up|compatibility|noise level|power|filter|plug|beginner|camping|outdoor use|waterproof|timer|children"),
}
TEAMS = {
    "billing": ("accounts desk", "payments team", "billing desk", "bookkeeping"),
    "delivery": ("shipping team", "parcel desk", "delivery desk", "warehouse"),
    "defect": ("repair shop", "quality team", "technicians", "fault desk"),
    "return": ("returns team", "returns desk", "exchange counter", "cancellation desk"),
    "account": ("login help", "account team", "profile desk", "access team"),
    "question": ("advice team", "product experts", "shop staff", "information desk"),
}
STEPS = {
    "billing": ("check the invoice against the bank statement", "refund what was paid too much", "send a corrected bill",
                "stop the reminder", "look up the transfer", "take the discount off the total"),
    "delivery": ("ask the courier where the parcel is", "correct the address", "open a search for the parcel",
                 "send the parcel again", "check the tracking", "ring the depot"),
    "defect": ("ask for a photo of the damage", "send a replacement", "book a repair", "send the spare part",
               "test the plug and the switch", "note the error on the display"),
    "return": ("send a return label", "cancel the order", "swap it for another size", "check the thirty days",
               "take the item back", "pay the money back when the box is here"),
    "account": ("send a new reset link", "unlock the account", "change the e-mail address", "merge the two accounts",
                "delete the profile", "check who logged in"),
    "question": ("look it up in the manual", "tell the customer the size and weight", "name the warranty",
                 "say when it is in stock", "explain how to clean it", "name the right filter"),
}
URGENT = ("a date by which it must be solved|a trip|a wedding|a deadline|people who cannot work without it|the word urgent|"
          "a birthday|an exam|a party on Saturday|a flight|a move|tonight|before Monday|at once|immediately|today")
CALM = ("no hurry|no rush|take your time|whenever you like|it can wait|not urgent|plenty of time|some weeks|a free moment|"
        "next month|any day|all the time in the world")
