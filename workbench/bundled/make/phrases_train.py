"""The phrasings of the train and validation splits: the widest bank, with order and product mentions that read well.

A module with the same names as ``phrases_rich.py``; only the frames of arbitrary words are left to pretraining.
"""

from __future__ import annotations

# fmt: off
# ruff: noqa: E501
from workbench.bundled.make import phrases, phrases_said
from workbench.bundled.make.phrases_said import *  # noqa: F403

__all__ = phrases_said.__all__

ORDER_MENTIONS = [
    *phrases.ORDER_MENTIONS,
    "[Please look up|Please check|Kindly find|Can you look up] {order}.", "{order} is [my order|the order|the number].",
    "[Number|Order|Order id|Reference|Case|My number|Customer order]: {order}", "[On|In] [the slip|your mail|the bill|the box] [it says|I read|stands] {order}.",
    "[You sent|I got] the [confirmation|receipt|bill] {order}.", "[Listed|Filed|Booked|Stored] [as|under|with] {order}.",
    "[I refer to|I am asking about|I write about|We speak of|I mean] [order |number |case |]{order}.", "#{order}", "Order {order}, [please check|see above|as you know].",
    "[The confirmation|The receipt|The mail|Your letter] [says|gives|names|shows] {order}.", "[order|order no|nr|no] {order}",
    "[My|Our] [purchase|order|order code|order id|confirmation] [is|was|reads] {order}.", "[{order}|{order}.]", "[With|By] [the number|the code|order number] {order}.",
]
PRODUCT_MENTIONS = [
    *phrases.PRODUCT_MENTIONS,
    "[I talk about|I write about|I ask about|It is|This is|That is about] [the|my|our|a] {product}.",
    "[Item|Model|Device|Thing|My item|Goods]: {product}", "[You sold me|I own|We own|I use|We got] [the|a|this] {product}.",
    "[The box|The bill|My order|The receipt] [says|holds|names|was for] [the|a|one] {product}.", "[It was|It is] [the|a|your] {product} [that I bought|that I ordered|from your shop|].",
    "[In|On] my order [is|was|stands] [the|a|one] {product}.",
]
