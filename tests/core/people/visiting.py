"""How visitors come in: by e-mail, or by a passkey alone."""

from openhall.core.people import rules
from tests.authenticator import Authenticator
from tests.hall import Hall, Headers

EMAIL = "emma.clarke@example.org"
OTP, SESSION = "/api/v1/auth/otp", "/api/v1/auth/session"


async def by_email(hall: Hall, email: str = EMAIL) -> Headers:
    asked = await hall.client.post(OTP, json={"email": email})
    assert asked.status_code == 202, asked.text
    (newest, *_) = hall.outside.call("GET", "/mail", to=rules.email(email) or "").json()
    entered = await hall.client.post(SESSION, json={"email": email, "code": rules.code_in(newest["text"])})
    assert entered.status_code == 201, entered.text
    return {"Authorization": f"Bearer {entered.json()['token']}"}


async def by_passkey(hall: Hall, name: str = "Emma") -> tuple[Headers, Authenticator]:
    device = Authenticator(hall.settings.public_url)
    asked = await hall.client.post("/api/v1/passkeys/joining-options")
    joined = await hall.client.post(
        "/api/v1/passkeys/joinings", json={"credential": device.make(asked.json()), "name": name}
    )
    assert joined.status_code == 201, joined.text
    return {"Authorization": f"Bearer {joined.json()['token']}"}, device
