"""A person with a browser."""

from tests.hall import Hall


async def enter(hall: Hall, phone: str) -> None:
    """Sign in on the pages: from now on the hall's client has the cookie."""
    await hall.client.get("/sign-in")
    token = {"_csrf_token": hall.client.cookies["openhall_csrf"]}
    await hall.client.post("/sign-in", data=token | {"phone": phone})
    told = await hall.client.get(f"/demo/phone/{phone}", headers={"Accept": "application/json"})
    entered = await hall.client.post("/sign-in/code", data=token | {"phone": phone, "code": told.json()[0]["code"]})
    assert entered.status_code == 303, entered.text
