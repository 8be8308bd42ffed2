"""The desk's tools, on the bundled orders (``orders.json`` of ``support-desk/requests``)."""

from __future__ import annotations

import json
from datetime import date as Date
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from workbench.bundled import dataset_path

__all__ = ["TOOLS", "add_days", "find_customer", "find_order", "order_date", "orders_file", "stock"]


def find_order(id: str) -> dict[str, Any]:
    """The state of an order, and whom it is for."""
    order = _order(id)
    return {"id": id, "state": order["state"], "to": order["to"]}


def find_customer(name: str) -> dict[str, Any]:
    """The orders of a customer."""
    found = [order["id"] for order in _orders() if order["to"] == name]
    if not found:
        raise LookupError(f"no customer {name}")
    return {"name": name, "orders": found}


def stock(item: str) -> dict[str, Any]:
    """How many pieces of a product are left."""
    found = [order["pieces"] for order in _orders() if order["item"] == item]
    if not found:
        raise LookupError(f"no product {item}")
    return {"item": item, "pieces": found[0]}


def order_date(id: str) -> dict[str, Any]:
    """The day an order was made."""
    return {"id": id, "ordered": _order(id)["ordered"]}


def add_days(date: str, days: int) -> dict[str, Any]:
    """The day so many days after a date (``YYYY-MM-DD``)."""
    return {"date": str(Date.fromisoformat(date) + timedelta(days))}


TOOLS = (find_order, find_customer, stock, order_date, add_days)


def _order(id: str) -> dict[str, Any]:
    for order in _orders():
        if order["id"] == id:
            return order
    raise LookupError(f"no order {id}")


def orders_file() -> Path:
    """The file of the bundled orders."""
    folder = dataset_path("support-desk/requests")
    assert folder is not None
    return folder / "orders.json"


@cache
def _orders() -> list[dict[str, Any]]:
    return json.loads(orders_file().read_text(encoding="utf-8"))
