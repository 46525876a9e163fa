"""One thing of every kind that has an id, for the tests that ask who may see it."""

from uuid import UUID

from openhall.core import payouts, people
from openhall.core.families.actions import counter
from openhall.core.families.actions.links import Wish
from openhall.core.families.types import Caps, Kind
from openhall.core.payments import safety, transfers
from openhall.core.payouts.actions.breaks import open_break
from openhall.core.payouts.types import BreakKind
from openhall.core.people import names
from openhall.core.people.recovery.actions import open_recovery
from openhall.core.people.recovery.types import Evidence
from openhall.core.webhooks.actions.collect import collect
from openhall.web.discover import packages
from tests.core.cards.stage import VISITOR, Stage
from tests.core.people.names.people import XIAOMING, be
from tests.hall import Hall, Headers, fresh_key

SUBSCRIPTION = {
    "endpoint": "https://push.example/abc",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}


async def things_of_somebody(hall: Hall) -> dict[str, str]:
    """One thing of every kind that has an id, all of one person's."""
    somebody = await hall.sign_in("13800000001")
    shop = await hall.open_shop(somebody)
    payer = await hall.sign_in("13800000002")
    await hall.give(payer, 1000)
    paid = await hall.pay(payer, code=shop["code"], amount=350)
    body = {"amount": 100, "bank_account": "demo"}
    top_up = await hall.client.post("/api/v1/wallet/top-ups", json=body, headers=somebody | fresh_key())
    device = await hall.client.post("/api/v1/me/pay-code/devices", json={"name": "Phone"}, headers=somebody)
    sessions = (await hall.client.get("/api/v1/auth/sessions", headers=somebody)).json()["sessions"]
    wanted = {"url": "https://receiver.example/hook", "events": ["*"]}
    webhook = await hall.client.post("/api/v1/webhooks", json=wanted, headers=somebody)
    scanner = {"name": "Scanner", "scopes": ["charges:write"]}
    key = await hall.client.post(f"/api/v1/shops/{shop['id']}/keys", json=scanner, headers=somebody)
    await hall.pay(payer, code=shop["code"], amount=350)
    order = await hall.client.post(f"/api/v1/shops/{shop['id']}/orders", json={"amount": 350}, headers=somebody)
    shift = await hall.client.post(f"/api/v1/shops/{shop['id']}/shifts", headers=somebody)
    await hall.hire(somebody, shop, "13800000004", "cashier")
    worker = (await hall.client.get(f"/api/v1/shops/{shop['id']}/staff", headers=somebody)).json()["staff"][0]
    invited = await hall.invite(somebody, shop, "13800000005", "cashier")
    async with hall.pool.write() as conn:
        await collect(conn, [source for package in packages(demo=True) for source in package.streams])
    log = await hall.client.get(f"/api/v1/webhooks/{webhook.json()['id']}/deliveries", headers=somebody)
    day = "2030-01-01"
    # Somebody was told that their cashier has joined.
    told = (await hall.client.get("/api/v1/messages", headers=somebody)).json()["messages"][0]
    browser = await hall.client.post("/api/v1/me/push-subscriptions", json=SUBSCRIPTION, headers=somebody)
    here = [{"kind": "shop", "id": shop["id"]}]
    draft = {"title": "Breakfast", "kind": "amount_off", "amount": 1, "first_day": day, "last_day": day, "groups": here}
    campaign = await hall.client.post("/api/v1/campaigns", json=draft, headers=somebody | fresh_key())
    market = await hall.client.post("/api/v1/markets", json={"name": "西市", "city": "长安"}, headers=somebody)
    wished = {"market": market.json()["id"]}
    asked = await hall.client.post(f"/api/v1/shops/{shop['id']}/market/requests", json=wished, headers=somebody)
    return {
        "campaign_id": campaign.json()["id"],
        "market_id": market.json()["id"],
        "request_id": asked.json()["requests"][0]["id"],
        "message_id": told["id"],
        "subscription_id": browser.json()["id"],
        "webhook_id": webhook.json()["id"],
        "delivery_id": log.json()["deliveries"][0]["id"],
        "shop_id": shop["id"],
        "order_id": order.json()["id"],
        "shift_id": shift.json()["id"],
        "staff_id": worker["id"],
        "invitation_id": invited["id"],
        "key_id": key.json()["id"],
        "payment_id": paid.json()["id"],
        "top_up_id": top_up.json()["id"],
        "session_id": sessions[0]["id"],
        # Before they have a passkey, which naming an account would then ask for.
        "claim_id": await _name_claimed_twice(hall, somebody, payer),
        "passkey_id": (await hall.add_passkey(somebody))[0],
        "recovery_id": await _recovery(hall, somebody),
        "device_id": device.json()["id"],
        "charge_id": str(await hall.ask_payer(payer, shop, 350)),
        "transfer_id": await _sent(hall, somebody),
        "freeze_id": await _frozen(hall, payer),
        "closing_id": await _closed(hall),
        **await _family(hall),
        **await _gone_home(hall),
        **await _on_their_way_to_the_bank(hall, somebody),
    }


async def _recovery(hall: Hall, owner: Headers) -> str:
    """A recovery that an operator opened: for operators only."""
    operator = await hall.sign_in("13800000007")
    me = (await hall.client.get("/api/v1/me", headers=operator)).json()
    async with hall.pool.write() as conn:
        recovery = await open_recovery(
            conn,
            hall.settings,
            operator=UUID(me["id"]),
            phone=(await hall.client.get("/api/v1/me", headers=owner)).json()["phone"],
            evidence=Evidence.PASSPORT,
            note="photo matches",
            stolen=False,
        )
    return str(recovery)


async def _sent(hall: Hall, sender: Headers) -> str:
    """Money on its way to a number that nobody has joined with."""
    await hall.give(sender, 500)
    me = UUID((await hall.client.get("/api/v1/me", headers=sender)).json()["id"])
    async with hall.pool.write() as conn:
        resident = await people.resident(conn, me)
        receiver = await transfers.by_phone(conn, hall.settings, sender=resident, written="13800000099")
        wish = transfers.Wish(receiver, 500, None)
        made = await transfers.send(conn, safety.Guard(hall.settings, proved=True), sender=resident, wish=wish)
    return str(made.id)


async def _family(hall: Hall) -> dict[str, str]:
    """A link between two others that waits for a second operator, and somebody without a phone with their card."""
    operator = UUID((await hall.client.get("/api/v1/me", headers=await hall.sign_in("13800000007"))).json()["id"])
    papers = counter.Papers(Kind.VOLUNTARY, "13800000001", "13800000002", "mandate")
    async with hall.pool.write() as conn:
        wish = Wish(["wallet.read"], Caps(0, 0))
        made = await counter.see(conn, hall.settings, operator=operator, papers=papers, wish=wish)
        person = await people.join_without_phone(conn, name="王奶奶", currency="CNY")
        await counter.card(conn, resident=person, by=operator)
    return {"link_id": str(made.id), "resident_id": str(person)}


async def _closed(hall: Hall) -> str:
    """An account that somebody closed: for operators only."""
    await hall.client.post("/api/v1/me/closing", headers=await hall.sign_in("13800000098"))
    async with hall.pool.read() as conn:
        found = await (await conn.execute(b"select id from closing.closings")).fetchone()
    assert found is not None
    return str(found[0])


async def _gone_home(hall: Hall) -> dict[str, str]:
    """A visitor's money that came from a card and went back to it."""
    stage = Stage(hall, await hall.sign_in(VISITOR))
    top_up = await stage.top_up(100)
    return {"card_top_up_id": str(top_up), "leaving_id": (await stage.leave()).json()["id"]}


async def _frozen(hall: Hall, owner: Headers) -> str:
    """A freeze: for its owner by another address, by this one for operators only."""
    await hall.client.post("/api/v1/me/freeze", headers=owner)
    async with hall.pool.read() as conn:
        found = await (await conn.execute(b"select id from people.freezes")).fetchone()
    assert found is not None
    return str(found[0])


async def _name_claimed_twice(hall: Hall, one: Headers, other: Headers) -> str:
    """A case for the operators: the second of two who claim to be the same person."""
    for who, status in ((one, 200), (other, 409)):
        claimed = await be(hall, who, XIAOMING)
        assert claimed.status_code == status, claimed.text
    async with hall.pool.read() as reader:
        (case,) = await names.open_cases(reader, hall.settings)
    return str(case.claim)


async def _on_their_way_to_the_bank(hall: Hall, owner: Headers) -> dict[str, str]:
    """A withdrawal, its batch, and a difference about it: the last two are for operators only."""
    asked = await hall.client.post("/api/v1/merchants/me/withdrawals", json={"amount": 1}, headers=owner | fresh_key())
    withdrawal = asked.json()["id"]
    rail = payouts.Rail.of(hall.settings)
    assert rail is not None
    await payouts.exchange(hall.pool, rail, payouts.Folder(rail))
    async with hall.pool.write() as conn:
        await open_break(conn, kind=BreakKind.LATE, payout=UUID(withdrawal), line=None, ours=1, theirs=None)
        batch = await (await conn.execute(b"select id from payouts.batches")).fetchone()
        difference = await (await conn.execute(b"select id from payouts.breaks")).fetchone()
    assert batch is not None
    assert difference is not None
    return {"withdrawal_id": withdrawal, "batch_id": str(batch[0]), "break_id": str(difference[0])}
