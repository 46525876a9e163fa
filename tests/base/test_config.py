"""Settings: one struct, a file, the environment, and no silence about a slip."""

from pathlib import Path

import pytest

from openhall.base import config

SECRET = "s3cr3t-" + "x" * 32
LEAST = {"OPENHALL_DATABASE_URL": "postgresql://hall@db/hall", "OPENHALL_SECRET": SECRET}


def written(folder: Path, text: str) -> dict[str, str]:
    file = folder / "hall.toml"
    file.write_text(text, encoding="utf-8")
    return {"OPENHALL_CONFIG": str(file)}


def test_two_settings_are_enough() -> None:
    settings = config.load(LEAST)
    assert settings.database_url == "postgresql://hall@db/hall"
    assert settings.demo is False
    assert settings.cookie_secure is True


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, f'database_url = "of the file"\nsecret = "{SECRET}"\npool_size = 7\ncity_zh = "长安"\n')
    settings = config.load(file | {"OPENHALL_DATABASE_URL": "of the environment", "OTHER": "ignored"})
    assert settings.database_url == "of the environment"
    assert (settings.pool_size, settings.city_zh) == (7, "长安")


def test_texts_of_the_environment_become_what_they_should_be() -> None:
    settings = config.load(
        LEAST | {"OPENHALL_POOL_SIZE": "30", "OPENHALL_DEMO": "true", "OPENHALL_BANK_TIMEOUT_S": "2"}
    )
    assert (settings.pool_size, settings.demo, settings.bank_timeout_s) == (30, True, 2.0)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"OPENHALL_POOLSIZE": "8"}, "poolsize"),
        ({"OPENHALL_POOL_SIZE": "many"}, "pool_size"),
        ({"OPENHALL_POOL_SIZE": "1"}, "pool_size"),
        ({"OPENHALL_DEFAULT_LANGUAGE": "fr"}, "default_language"),
        ({"OPENHALL_CUTOFF": "24:00"}, "cutoff"),
        ({"OPENHALL_CURRENCY": "yuan"}, "currency"),
        ({"OPENHALL_ZONE": "Chang'an"}, "zone"),
        ({"OPENHALL_ZONE": "../etc/passwd"}, "zone"),
        ({"OPENHALL_SECRET": "short"}, "secret"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(config.ConfigError, match=named):
        config.load(LEAST | wrong)


@pytest.mark.parametrize("missing", ["OPENHALL_DATABASE_URL", "OPENHALL_SECRET"])
def test_a_missing_setting_is_named_as_it_is_written(missing: str) -> None:
    with pytest.raises(config.ConfigError, match=missing):
        config.load({name: value for name, value in LEAST.items() if name != missing})


@pytest.mark.parametrize("text", ["pool_size = ", 'unknown = "x"', "pool_size = '8"])
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(config.ConfigError):
        config.load(LEAST | written(tmp_path, text))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="cannot be read"):
        config.load(LEAST | {"OPENHALL_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize("value", ["hush-hush", "hush-hush-" + "\udc80" * 3])
def test_a_secret_is_never_repeated(value: str) -> None:
    """Neither its own mistake nor that of another setting lets a secret out."""
    for wrong in ({"OPENHALL_SECRET": value}, {"OPENHALL_BANK_SECRET": value, "OPENHALL_POOL_SIZE": "no"}):
        with pytest.raises(config.ConfigError) as refused:
            config.load(LEAST | wrong)
        assert "hush" not in str(refused.value)
        assert SECRET not in str(refused.value)


def test_every_setting_is_described() -> None:
    listed = {name: (description, default) for name, description, default in config.describe()}
    assert listed["pool_size"] == ("Database connections of one process, at most.", 12)
    assert listed["secret"][1] is None
    assert set(listed) == set(config.Settings.__struct_fields__)
