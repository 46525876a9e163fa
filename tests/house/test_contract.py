"""The API's document is the contract: its addresses, its integers, its keys."""

from collections.abc import Iterator
from typing import Any

import pytest

import openhall.web.document
from openhall.web import edge
from tests.house.the_app import app, the_document

# Section 5 of the founding issue: what clients were promised.
PROMISED = [
    ("post", "/auth/otp", 202),
    ("post", "/auth/session", 201),
    ("delete", "/auth/session", 204),
    ("get", "/me", 200),
    ("get", "/wallet", 200),
    ("get", "/wallet/entries", 200),
    ("post", "/wallet/top-ups", 201),
    ("get", "/wallet/top-ups/{top_up_id}", 200),
    ("post", "/merchants", 201),
    ("get", "/shops/{shop_id}/code.svg", 200),
    ("get", "/shops/{shop_id}/code.png", 200),
    ("get", "/codes/resolve", 200),
    ("post", "/payments", 201),
    ("get", "/payments/{payment_id}", 200),
    ("post", "/payments/{payment_id}/refunds", 201),
    ("get", "/shops/{shop_id}/payments", 200),
    ("get", "/shops/{shop_id}/stream", 200),
    ("get", "/shops/{shop_id}/book", 200),
    ("get", "/shops/{shop_id}/book/entries", 200),
    ("get", "/shops/{shop_id}/book.csv", 200),
    ("post", "/shops/{shop_id}/book/closings", 201),
    ("post", "/me/pay-code", 201),
    ("post", "/webhooks", 201),
    ("post", "/shops/{shop_id}/orders", 201),
    ("get", "/shops/{shop_id}/orders", 200),
    ("get", "/shops/{shop_id}/orders/{order_id}", 200),
    ("post", "/shops/{shop_id}/orders/{order_id}/close", 200),
    ("post", "/shops/{shop_id}/keys", 201),
    ("post", "/shops/{shop_id}/charges", 201),
    ("post", "/shops/{shop_id}/charges", 202),
    ("get", "/shops/{shop_id}/charges/{charge_id}", 200),
    ("post", "/shops/{shop_id}/charges/reverse", 200),
    ("get", "/me/charges", 200),
    ("get", "/me/charges/{charge_id}", 200),
    ("post", "/me/charges/{charge_id}/confirm", 201),
    ("post", "/me/charges/{charge_id}/refuse", 200),
    ("post", "/payments/{payment_id}/reverse", 200),
    ("post", "/campaigns", 201),
    ("get", "/campaigns/{campaign_id}", 200),
    ("post", "/passkeys/registration-options", 200),
    ("post", "/passkeys/registrations", 201),
    ("post", "/passkeys/authentication-options", 200),
    ("post", "/passkeys/sessions", 201),
    ("post", "/passkeys/step-up-options", 200),
    ("post", "/passkeys/step-ups", 201),
    ("get", "/passkeys", 200),
    ("patch", "/passkeys/{passkey_id}", 200),
    ("delete", "/passkeys/{passkey_id}", 204),
    ("delete", "/me/sessions", 200),
    ("post", "/markets", 201),
    ("get", "/markets/{market_id}", 200),
    ("get", "/markets/{market_id}/shops", 200),
    ("get", "/markets/{market_id}/shops.csv", 200),
    ("post", "/markets/{market_id}/invitations", 201),
    ("post", "/markets/{market_id}/handover", 202),
    ("post", "/shops/{shop_id}/market/requests", 201),
    ("get", "/me/real-name", 200),
    ("post", "/me/real-name", 200),
    ("post", "/me/real-name", 202),
    ("put", "/me/pin", 200),
    ("put", "/me/limits", 200),
    ("post", "/me/freeze", 200),
    ("get", "/me/closing", 200),
    ("post", "/me/closing", 200),
    ("post", "/families/links", 201),
    ("get", "/families/links", 200),
    ("post", "/families/links/{link_id}/approve", 200),
    ("post", "/families/links/{link_id}/revoke", 200),
    ("post", "/transfers", 201),
    ("post", "/me/withdrawals", 201),
    ("post", "/transfers/{transfer_id}/undo", 200),
]
MOVES_MONEY = {
    "/api/v1/wallet/card-top-ups",
    "/api/v1/me/leavings",
    "/api/v1/payments",
    "/api/v1/payments/{payment_id}/refunds",
    "/api/v1/wallet/top-ups",
    "/api/v1/me/charges/{charge_id}/confirm",
    "/api/v1/merchants/me/withdrawals",
    "/api/v1/shops/{shop_id}/charges",
    "/api/v1/campaigns",
    "/api/v1/campaigns/{campaign_id}/fund",
    "/api/v1/transfers",
    "/api/v1/families/links/{link_id}/money",
    "/api/v1/me/withdrawals",
}
AMOUNTS = {"amount", "balance", "available", "total", "refunded", "paid", "discount", "bounty", "budget", "spent"}
FIELDS = {
    "ShopBookBody": {"from", "to", "currency", "sums", "days", "hours", "cashiers", "entries", "next_cursor"},
    "PaymentView": {"id", "state", "amount", "currency", "shop", "receipt_no", "at", "refunded", "paid", "discount"},
    "RefundView": {"id", "amount", "state", "to_payer"},
    "CampaignBody": {"id", "budget", "spent", "state"},
    "DashboardBody": {"market", "from", "to", "sums", "days", "hours", "categories", "month", "weeks", "movers"},
    "WalletView": {"balance", "available", "currency"},
    "OpenedBody": {"merchant", "shop"},
    "ShopBody": {"id", "name", "code", "short_code"},
    "CreatedBody": {"id", "secret"},
    "SignedInBody": {"token", "resident"},
    "PasskeyBody": {"id", "name", "synced", "created_at", "used_at", "suspended_for"},
    "SessionBody": {"id", "way", "level", "device", "seen_at", "current"},
    "OrderBody": {"id", "code", "state"},
    "ChargeView": {"id", "state", "amount", "currency", "shop", "reference", "expires_at", "refunded"},
    "ReversalView": {"state", "refunded", "reference"},
    "MadeBody": {"id", "key", "scopes"},
    "PayCodeBody": {"digits", "qr_payload", "emv_payload", "expires_at"},
    "RealNameBody": {"state", "name_masked", "national_id_masked", "is_minor", "matched_at"},
    "ProblemBody": {"type", "title", "status", "detail", "code"},
}


def document() -> dict[str, Any]:
    return the_document()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


@pytest.mark.parametrize(("method", "path", "status"), PROMISED)
def test_a_promised_operation_is_there(method: str, path: str, status: int) -> None:
    operation = document()["paths"][f"/api/v1{path}"][method]
    assert str(status) in operation["responses"]


def test_the_document_is_openapi_3_1_and_complete() -> None:
    assert document()["openapi"].startswith("3.1")
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)
    for method, path, operation in operations():
        assert operation["summary"], f"{method} {path} says nothing about itself"
        assert operation["x-who"] in edge.WHO
        assert bool(operation["security"]) == (operation["x-who"] in edge.BEARERS)
        assert ("401" in operation["responses"]) == (operation["x-who"] in edge.BEARERS)
        for status, answer in operation["responses"].items():
            if status == "default" or status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"


def test_the_key_is_a_header_and_must_be_there_when_money_moves() -> None:
    with_key = {}
    for _, path, operation in operations():
        for parameter in operation.get("parameters", ()):
            if parameter["name"].lower().replace("_", "-") == "idempotency-key":
                assert (parameter["name"], parameter["in"]) == ("Idempotency-Key", "header"), path
                with_key[path] = parameter["required"]
    assert {path for path, required in with_key.items() if required} == MOVES_MONEY
    makes = {
        "/api/v1/merchants",
        "/api/v1/me/pay-code",
        "/api/v1/shops/{shop_id}/keys",
        "/api/v1/webhooks",
        "/api/v1/markets",
        "/api/v1/webhooks/{webhook_id}/rotate",
        "/api/v1/shops/{shop_id}/orders",
    }
    assert set(with_key) == MOVES_MONEY | makes


def test_whatever_takes_a_body_says_how_large_it_may_be() -> None:
    most = str(app().state.settings.max_body_bytes)
    for method, path, operation in operations():
        takes = "requestBody" in operation
        assert ("413" in operation["responses"]) is takes, f"{method} {path}"
        assert not takes or most in operation["responses"]["413"]["description"], f"{method} {path}"


def test_no_dependency_leaks_into_the_document() -> None:
    """A parameter that the hall itself provides must not be asked of the caller."""
    provided = {
        "conn",
        "reader",
        "pool",
        "hub",
        "settings",
        "teller",
        "desks",
        "counter",
        "resident",
        "visitor",
        "visit",
        "on_joined",
    }
    for method, path, operation in operations():
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert not names & provided, f"{method} {path} asks for {names & provided}"


def test_amounts_are_whole_numbers_beside_a_currency() -> None:
    seen = set()
    for name, schema in document()["components"]["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            if field in AMOUNTS:
                kinds = {part.get("type") for part in shape.get("oneOf", [shape])} - {"null"}
                assert kinds == {"integer"}, f"{name}.{field} is {kinds}"
                seen.add(name)
            assert shape.get("type") != "number", f"{name}.{field} is a floating number"
    assert {"PaymentView", "WalletView", "PaymentRequest", "TopUpRequest"} <= seen


@pytest.mark.parametrize("name", FIELDS)
def test_a_promised_answer_has_its_fields(name: str) -> None:
    schema = document()["components"]["schemas"][name]
    assert FIELDS[name] <= set(schema["properties"])
    assert FIELDS[name] <= set(schema["required"]), "an answer always has all its fields"


def test_the_document_is_made_once() -> None:
    assert openhall.web.document.of(app()) is openhall.web.document.of(app())
