"""The generator behind ``support-desk/replies``: a mail and the reply to it in the house style.

The rules of the style, and of what a reply must say, are scored by ``workbench.metrics.house_style``.
"""

from __future__ import annotations

from random import Random
from types import ModuleType

from workbench.bundled.make.tickets import Mail, mail
from workbench.metrics.house_style import DESKS, PACES

_THANKS = {
    True: ("Thank you for your message about the {product}.", "Thank you for writing to us about the {product}."),
    False: ("Thank you for your message.", "Thank you for writing to us."),
}
_NOTED = {
    True: (
        "We have noted your concern under order {order}.",
        "We are looking at order {order}.",
        "We have opened order {order} to check this.",
    ),
    False: ("We have noted your concern.", "We are looking into it."),
}
_NEXT = "Next step: our {desk} will answer you {pace}."


def reply(rng: Random, made: Mail) -> str:
    """Return the reply to a mail in the house style."""
    hello = f"Hello {made.customer}," if made.customer else "Hello,"
    thanks = rng.choice(_THANKS[made.product is not None]).format(product=made.product)
    noted = rng.choice(_NOTED[made.order_id is not None]).format(order=made.order_id)
    following = _NEXT.format(desk=DESKS[made.category], pace=PACES[made.priority])
    return "\n".join((hello, thanks, noted, following, "Kind regards", "The Service Desk"))


def row(rng: Random, bank: ModuleType, pool: str, row_id: str) -> dict[str, str | None]:
    """Return one row of ``support-desk/replies``: the reply, and what must be in it."""
    made = mail(rng, bank, pool)
    return {"id": row_id, "prompt": made.text, "completion": reply(rng, made), **made.record()}
