"""`openhall demo` as a newcomer meets it: started, used, disturbed and stopped, as real processes."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from openhall.base.postgres import Cluster
from openhall.demo.claim import RefusedError, claimed
from tests.cli.test_production import ask, free_port

PATIENCE_S = 120
# Those whom openhall.core.people.demo lets join.
PEOPLE = 7
# With a number from abroad.
VISITORS = 1


class City:
    """A demo city in a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.said = data.parent / "said"
        self._launcher: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        with self.said.open("w") as said:
            self._launcher = subprocess.Popen(
                self.command(*options), stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        wait_for(lambda: "The hall is open." in self.words() or self.launcher.poll() is not None)
        assert self.launcher.poll() is None, self.words()

    def command(self, *options: str) -> list[str]:
        demo = [sys.executable, "-m", "openhall.cli", "demo"]
        return [*demo, "--port", str(self.port), "--data", str(self.data), *options]

    @property
    def launcher(self) -> subprocess.Popen[bytes]:
        assert self._launcher is not None
        return self._launcher

    def words(self) -> str:
        return self.said.read_text()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        if self.launcher.poll() is None:
            self.launcher.send_signal(how)
        return self.launcher.wait(PATIENCE_S)

    def is_open(self) -> bool:
        try:
            return ask(self.port, "GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def sign_in(self, phone: str) -> str:
        """The bearer token of a resident, by the code on the demo phone."""
        assert ask(self.port, "POST", "/api/v1/auth/otp", {"phone": phone})[0] == 202
        code = json.loads(ask(self.port, "GET", f"/demo/phone/{phone}")[1])[0]["code"]
        status, body = ask(self.port, "POST", "/api/v1/auth/session", {"phone": phone, "code": code})
        assert status == 201, body
        return str(json.loads(body)["token"])

    def residents(self) -> int:
        dsn = Cluster(self.data).attach()
        assert dsn is not None
        with psycopg.connect(dsn) as conn:
            found = conn.execute("select count(*) from people.residents").fetchone()
        assert found is not None
        return int(found[0])

    def processes(self) -> list[int]:
        """Every process that names this city in its command line or its settings."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    known = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
                except OSError:
                    continue
                if os.fsencode(self.data) in known:
                    found.append(int(folder.name))
        return found


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def city() -> Iterator[City]:
    with tempfile.TemporaryDirectory(prefix="hall-") as name:
        Path(name).chmod(0o755)
        city = City(Path(name) / "city")
        yield city
        if city._launcher is not None:
            city.stop()
        Cluster(city.data).wipe()


def test_a_city_opens_says_where_and_keeps_its_people_until_it_is_reset(city: City) -> None:
    city.start()
    words = city.words()
    for path in ("/", "/demo", "/docs"):
        assert f"http://localhost:{city.port}{path}" in words
        assert ask(city.port, "GET", path)[0] == 200
    till = re.search(rf"http://localhost:{city.port}(/shops/\S+/till)", words)
    assert till is not None
    assert ask(city.port, "GET", till[1])[0] in (303, 401)
    phones = re.findall(r"^  (1\d{10})  ", words, re.MULTILINE)
    assert len(phones) == PEOPLE, "everybody whom the demo page names"
    assert set(phones) == set(re.findall(r"/demo/phone/(\d{11})", ask(city.port, "GET", "/demo")[1].decode()))
    assert all(city.sign_in(phone) for phone in phones)
    city.sign_in("13812345678")
    assert city.residents() == PEOPLE + VISITORS + 1

    assert city.stop(signal.SIGINT) == 0
    assert "Everything has stopped" in city.words()
    assert city.processes() == []

    city.start()
    assert city.residents() == PEOPLE + VISITORS + 1
    assert "tables, people and shops" not in city.words(), "a later start has nothing to load"
    assert city.stop(signal.SIGTERM) == 0

    (city.data / "mine.txt").write_text("mine")
    city.start("--reset")
    assert city.residents() == PEOPLE + VISITORS
    assert (city.data / "mine.txt").exists()


def test_a_second_start_and_a_taken_port_are_refused_before_anything_is_touched(city: City) -> None:
    city.start()
    again = subprocess.run(city.command("--reset"), capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert f"the city in {city.data} is running already (process {city.launcher.pid})" in again.stdout
    other = city.data.with_name("other")
    taken = [*city.command()[:-1], str(other)]
    refused = subprocess.run(taken, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert f"port {city.port} cannot be used: address already in use" in refused.stdout
    assert f"PORT={city.port + 1}" in refused.stdout
    assert not other.exists()
    assert city.is_open()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="cannot be made"), claimed(tmp_path / "file" / "city", 0):
        pass


def test_whatever_is_killed_comes_back(city: City) -> None:
    city.start()
    programs = {
        "openhall.demo.outside": "bank, SMS and register",
        "openhall.demo.clearing": "the bank's files",
        "work": "background work",
        "serve": "pages and API",
        "postgres": "PostgreSQL",
    }
    for name, title in programs.items():
        victims = [pid for pid in city.processes() if is_program(pid, name)]
        assert victims, name
        os.kill(victims[0], signal.SIGKILL)
        wait_for(lambda gone=victims[0]: gone not in city.processes())  # type: ignore[misc]
        wait_for(lambda name=name: any(is_program(pid, name) for pid in city.processes()))  # type: ignore[misc]
        wait_for(city.is_open)
        assert re.search(rf"{title} has ended(?: \(killed by SIGKILL\))? and is started again", city.words())
    assert city.sign_in("13812345678")
    assert city.stop() == 0


def test_a_killed_launcher_takes_its_programs_with_it_and_the_city_opens_again(city: City) -> None:
    city.start()
    city.sign_in("13812345678")
    city.launcher.kill()
    city.launcher.wait()
    city.start()
    assert city.residents() == PEOPLE + VISITORS + 1
    assert city.stop() == 0
    assert city.processes() == []


def test_somebody_s_real_settings_do_not_reach_the_demo(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENHALL_DATABASE_URL", "host=/nowhere")
    city.start()
    assert city.is_open()
    settings = tomllib.loads((city.data / "hall.toml").read_text())
    assert settings["demo"] is True
    assert (city.data / "hall.toml").stat().st_mode & 0o077 == 0


def is_program(pid: int, name: str) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return name.encode() in command or Path(os.fsdecode(command[0])).name == name
