"""Settings of a hall: one frozen struct, read once from a TOML file and the environment.

A setting named `pool_size` is written `pool_size = 8` in the file named by OPENHALL_CONFIG, or
`OPENHALL_POOL_SIZE=8` in the environment, which wins. Unknown names are refused: a typing slip must not be ignored.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

PREFIX = "OPENHALL_"
CONFIG_FILE = "OPENHALL_CONFIG"
# A secret shorter than this can be guessed; `openhall demo` makes one of 43 characters.
SECRET_LENGTH = 32


class ConfigError(ValueError):
    """A setting is unknown, missing or malformed; the message names it and says what to do."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of a hall, with its unit in the description."""

    database_url: Annotated[str, Meta(description="PostgreSQL 16 or newer, as a libpq URL or key=value string.")]
    secret: Annotated[
        str,
        Meta(description="Key of one-time codes and signatures; at least 32 characters, kept outside the database."),
    ]
    hall_name: Annotated[str, Meta(description="Name of the hall in English.")] = "Chang'an Hall"
    hall_name_zh: Annotated[str, Meta(description="Name of the hall in Chinese.")] = "长安市民大厅"
    city: Annotated[str, Meta(description="Name of the city in English, as printed in shop codes.")] = "Chang'an"
    city_zh: Annotated[str, Meta(description="Name of the city in Chinese.")] = "长安"
    hall_id: Annotated[str, Meta(description="Short id of this hall inside its shop codes.", max_length=12)] = "changan"
    zone: Annotated[str, Meta(description="IANA time zone in which business dates are counted.")] = "Asia/Shanghai"
    cutoff: Annotated[
        str,
        Meta(
            description="Local time at which a new business date begins, HH:MM.", pattern=r"^([01]\d|2[0-3]):[0-5]\d$"
        ),
    ] = "00:00"
    currency: Annotated[str, Meta(description="ISO 4217 code of the hall's money.", pattern="^[A-Z]{3}$")] = "CNY"
    default_language: Annotated[
        Literal["zh_CN", "en"], Meta(description="Language of a page when neither the person nor the browser says.")
    ] = "zh_CN"
    public_url: Annotated[str, Meta(description="Address at which people reach the hall, without a final slash.")] = (
        "http://localhost:8000"
    )
    help_phone: Annotated[str, Meta(description="Telephone number of human help, shown on pages.")] = "12345"
    demo: Annotated[bool, Meta(description="Opens the demo phone and the demo city; never true in a real city.")] = (
        False
    )
    cookie_secure: Annotated[
        bool,
        Meta(
            description="The hall is reached by HTTPS alone: cookies and browsers are told so; false only for a demo."
        ),
    ] = True
    trusted_proxy: Annotated[
        bool, Meta(description="The hall stands behind a proxy whose X-Forwarded-For header may be believed.")
    ] = False
    pool_size: Annotated[int, Meta(description="Database connections of one process, at most.", ge=2, le=200)] = 12
    max_body_bytes: Annotated[int, Meta(description="Largest request body, in bytes.", ge=1024)] = 65_536
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least level that is logged.")
    ] = "info"
    log_format: Annotated[Literal["json", "text"], Meta(description="Shape of a log line.")] = "json"
    bank_url: Annotated[str, Meta(description="Base address of the bank rail.")] = ""
    bank_secret: Annotated[str, Meta(description="Shared key with which the bank signs its notices.")] = ""
    bank_timeout_s: Annotated[
        float, Meta(description="Seconds to wait for the bank before its answer is unknown.", gt=0)
    ] = 5.0
    bank_files: Annotated[
        str, Meta(description="Folder of the files that the hall and its bank exchange; empty: nobody can withdraw.")
    ] = ""
    bank_account: Annotated[
        str, Meta(description="Number of the hall's own account at its bank, from which withdrawals are paid.")
    ] = ""
    payout_batches: Annotated[
        Literal["daily", "at_once"],
        Meta(description="When withdrawals go to the bank: once after each business date, or as they come."),
    ] = "daily"
    payout_cooling_hours: Annotated[
        int, Meta(description="Hours in which nothing is withdrawn to a bank account that was just entered.", ge=0)
    ] = 24
    sms_url: Annotated[str, Meta(description="Base address of the SMS gateway.")] = ""
    sms_secret: Annotated[str, Meta(description="Shared key of the SMS gateway.")] = ""
    mail_url: Annotated[str, Meta(description="Base address of the e-mail gateway; empty: no codes by e-mail.")] = ""
    mail_secret: Annotated[str, Meta(description="Shared key of the e-mail gateway.")] = ""
    cards_url: Annotated[str, Meta(description="Base address of the card processor; empty: no cards.")] = ""
    cards_secret: Annotated[str, Meta(description="Shared key with which the card processor signs its notices.")] = ""
    cards_timeout_s: Annotated[
        float, Meta(description="Seconds to wait for the card processor before its answer is unknown.", gt=0)
    ] = 5.0
    card_top_up_max: Annotated[int, Meta(description="Largest single top-up by card, in minor units.", ge=1)] = 100_000
    card_month_max: Annotated[
        int, Meta(description="The most that one resident's cards bring in thirty days, in minor units.", ge=1)
    ] = 500_000
    visitor_payment_max: Annotated[
        int, Meta(description="Instead of payment_max for visitors without a real name, in minor units.", ge=1)
    ] = 50_000
    visitor_day_max: Annotated[
        int, Meta(description="Instead of pay_day_max for visitors without a real name, in minor units.", ge=1)
    ] = 100_000
    visitor_month_max: Annotated[
        int, Meta(description="Instead of pay_month_max for visitors without a real name, in minor units.", ge=1)
    ] = 500_000
    letter_files: Annotated[
        str, Meta(description="Folder of the letters that the print room prints; empty: no letters are written.")
    ] = ""
    identity_keys: Annotated[
        str,
        Meta(
            description="Keys of names and national ids, `name:base64 of 32 bytes`, with commas; the first one writes.",
            pattern=r"^$|^[a-z0-9-]{1,16}:[A-Za-z0-9+/]{43}=(,[a-z0-9-]{1,16}:[A-Za-z0-9+/]{43}=)*$",
        ),
    ] = ""
    register_url: Annotated[str, Meta(description="Base address of the register of residents.")] = ""
    register_secret: Annotated[str, Meta(description="Shared key of the register of residents.")] = ""
    register_timeout_s: Annotated[
        float, Meta(description="Seconds to wait for the register before its answer is unknown.", gt=0)
    ] = 3.0
    operator_level: Annotated[
        int,
        Meta(
            description="How sure a session of an operator must be: 3, by a passkey; 1, by a code, to try out.",
            ge=1,
            le=3,
        ),
    ] = 3
    names_per_resident: Annotated[
        int, Meta(description="Real names one resident may have looked up in a day.", ge=1)
    ] = 5
    names_per_address: Annotated[
        int, Meta(description="Real names one address may have looked up in a day; phones share addresses.", ge=1)
    ] = 300
    webhooks_to_loopback: Annotated[
        bool,
        Meta(
            description="Webhooks and web push may go to this machine itself over plain HTTP, for tests and the demo; "
            "else false."
        ),
    ] = False
    otp_per_phone: Annotated[int, Meta(description="One-time codes one phone may ask for in ten minutes.", ge=1)] = 5
    otp_per_phone_day: Annotated[int, Meta(description="One-time codes one phone may ask for in a day.", ge=1)] = 20
    otp_per_address: Annotated[
        int, Meta(description="One-time codes one address may ask for in ten minutes; phones share addresses.", ge=1)
    ] = 120
    joins_per_address: Annotated[
        int, Meta(description="Accounts one address may open by a passkey alone in ten minutes.", ge=1)
    ] = 30
    page_session_days: Annotated[int, Meta(description="Days a sign-in on a page lasts.", ge=1)] = 30
    api_session_days: Annotated[int, Meta(description="Days an API token lasts.", ge=1)] = 90
    recovery_wait_hours: Annotated[
        int,
        Meta(description="Hours in which the owner of an account may stop its recovery before staff confirm it.", ge=0),
    ] = 24
    exports_per_day: Annotated[
        int, Meta(description="Copies of their own data that one resident may take in a day.", ge=1)
    ] = 3
    closing_rest_days: Annotated[
        int,
        Meta(description="Days in which a closed account can be reopened; only then is its number free.", ge=1),
    ] = 90
    closing_keep_days: Annotated[
        int,
        Meta(
            description="Days after its closing at which name, number and national id of an account are erased; as "
            "many as the law asks for.",
            ge=1,
        ),
    ] = 3650
    top_up_max: Annotated[int, Meta(description="Largest single top-up, in minor units.", ge=1)] = 5_000_000
    payment_max: Annotated[int, Meta(description="Largest single payment, charge or order, in minor units.", ge=1)] = (
        5_000_000
    )
    pay_code_max: Annotated[
        int, Meta(description="Above this the payer confirms a pay code's charge on the phone, in minor units.", ge=0)
    ] = 100_000
    pay_codes_per_resident: Annotated[
        int, Meta(description="Pay codes one resident may ask for in ten minutes.", ge=1)
    ] = 100
    pay_code_guesses: Annotated[int, Meta(description="Wrong pay codes one shop may read in ten minutes.", ge=1)] = 30
    no_pin_max: Annotated[
        int, Meta(description="Up to this much a shop is paid without a PIN, in minor units.", ge=0)
    ] = 20_000
    pay_day_max: Annotated[
        int, Meta(description="The most that one resident spends in a day, in minor units.", ge=1)
    ] = 20_000_000
    pay_month_max: Annotated[
        int, Meta(description="The most that one resident spends in a month, in minor units.", ge=1)
    ] = 100_000_000
    new_payee_hours: Annotated[
        int, Meta(description="Hours for which whoever is paid for the first time counts as new to the payer.", ge=0)
    ] = 24
    new_payee_max: Annotated[
        int, Meta(description="The most that one payment to somebody new may be, in minor units.", ge=1)
    ] = 2_000_000
    new_payee_day_max: Annotated[
        int, Meta(description="The most that one resident pays to new ones in a day, in minor units.", ge=1)
    ] = 5_000_000
    elder_payment_max: Annotated[
        int, Meta(description="Instead of payment_max for who chose elder mode, until they say otherwise.", ge=1)
    ] = 50_000
    elder_new_payee_day_max: Annotated[
        int, Meta(description="Instead of new_payee_day_max for who chose elder mode, until they say otherwise.", ge=1)
    ] = 200_000
    large_payment: Annotated[
        int, Meta(description="From this much on the payer is told of a payment by message, in minor units.", ge=1)
    ] = 100_000
    pin_guesses: Annotated[
        int,
        Meta(description="Wrong PINs on devices that never gave the right one, until none of these may try.", ge=5),
    ] = 20
    family_dependants_max: Annotated[
        int, Meta(description="For how many people one resident may act; proposals that wait count.", ge=1)
    ] = 5
    family_holders_max: Annotated[int, Meta(description="How many residents may act for one person.", ge=1)] = 2
    family_proposal_days: Annotated[int, Meta(description="Days that a proposal to act for somebody waits.", ge=1)] = 7
    family_payment_max: Annotated[
        int, Meta(description="The most that a family link may allow for one payment, in minor units.", ge=0)
    ] = 100_000
    family_day_max: Annotated[
        int, Meta(description="The most that is paid by one family link on one day, in minor units.", ge=0)
    ] = 300_000
    family_month_max: Annotated[
        int, Meta(description="The most that a family link may allow in a month, in minor units.", ge=0)
    ] = 1_000_000
    family_own_age: Annotated[
        int, Meta(description="From how many years on one may give or take a voluntary family link.", ge=0, le=18)
    ] = 16
    family_recheck_days: Annotated[
        int, Meta(description="Days after which the register is asked again who is whose parent.", ge=1)
    ] = 30
    undo_minutes: Annotated[
        int, Meta(description="Minutes in which whoever sent money to a person can take it back.", ge=1)
    ] = 10
    unclaimed_hours: Annotated[
        int, Meta(description="Hours that money waits for somebody without a confirmed name to take it.", ge=1)
    ] = 72
    campaigns_per_resident: Annotated[
        int, Meta(description="Campaigns one resident may have that are not over.", ge=1)
    ] = 20
    receivers_per_day: Annotated[
        int,
        Meta(description="How often in a day one resident may look up a number they never sent money to.", ge=1),
    ] = 60
    offline_code_max: Annotated[
        int, Meta(description="The most that a code made offline pays at a time, in minor units.", ge=0)
    ] = 5_000
    offline_code_day_max: Annotated[
        int,
        Meta(description="The most that one device's offline codes pay in a day, in minor units.", ge=0),
    ] = 20_000

    def __post_init__(self) -> None:
        if len(self.secret) < SECRET_LENGTH:
            raise ValueError(f"secret must have at least {SECRET_LENGTH} characters")
        key_names = [key.partition(":")[0] for key in self.identity_keys.split(",")]
        if len(set(key_names)) != len(key_names):
            raise ValueError("two of identity_keys have the same name")
        if any(set(key.partition(":")[2]) <= {"A", "="} for key in self.identity_keys.split(",") if key):
            raise ValueError("one of identity_keys is all zero")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError(f"zone {self.zone!r} is not an IANA time zone") from unknown


def describe() -> list[tuple[str, str, Any]]:
    """Each setting as (name, description, default or None when it is required), for the docs and their test."""
    listed = []
    for field in msgspec.structs.fields(Settings):
        (meta,) = (part for part in field.type.__metadata__ if isinstance(part, Meta))
        listed.append((field.name, str(meta.description), None if field.required else field.default))
    return listed


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the file named by OPENHALL_CONFIG, if any, and then from the environment."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    if path := environ.get(CONFIG_FILE):
        values |= _from_file(Path(path))
    values |= {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != CONFIG_FILE
    }
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as wrong:
        raise ConfigError(_explain(str(wrong))) from wrong


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise ConfigError(f"{CONFIG_FILE} names {path}, which cannot be read: {missing.strerror}") from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise ConfigError(f"{path} is not valid TOML: {broken}") from broken


def _explain(wrong: str) -> str:
    """Say which variable is meant; the value itself is never repeated, for it may be a secret."""
    for required in ("database_url", "secret"):
        if f"missing required field `{required}`" in wrong:
            return f"{PREFIX}{required.upper()} is not set; see docs/reference/settings.md"
    return f"settings: {wrong}; see docs/reference/settings.md"
