"""What a phone needs to know to put the hall on its home screen: a name, pictures, colours, where to begin."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from openhall.base.config import Settings
from openhall.web.render import static

MEDIA_TYPE = "application/manifest+json"


class Picture(Struct, frozen=True):
    """A square PNG of `size` pixels; a `maskable` one may be cut to a circle by the phone, a plain one may not."""

    file: str
    size: int
    drawn_from: str = "icon.svg"

    @property
    def is_maskable(self) -> bool:
        return self.drawn_from == "maskable.svg"


PICTURES = (
    Picture("icon-180.png", 180),
    Picture("icon-192.png", 192),
    Picture("icon-512.png", 512),
    Picture("maskable-192.png", 192, "maskable.svg"),
    Picture("maskable-512.png", 512, "maskable.svg"),
)


def manifest(settings: Settings, language: str) -> dict[str, Any]:
    """The web app manifest (W3C) in one language. Its `id` stays, so that another language is the same app."""
    chinese = language == "zh_CN"
    name = settings.hall_name_zh if chinese else settings.hall_name
    return {
        "id": "/",
        "name": name,
        "short_name": name,
        "lang": "zh-CN" if chinese else "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": _token("sky"),
        "background_color": _token("ground"),
        "icons": [
            {
                "src": static(f"icons/{picture.file}"),
                "sizes": f"{picture.size}x{picture.size}",
                "type": "image/png",
                "purpose": "maskable" if picture.is_maskable else "any",
            }
            for picture in PICTURES
        ],
    }


@cache
def _token(name: str) -> str:
    """A colour of the design, which knows it alone; the manifest has room for the light one only."""
    css = files("openhall.web").joinpath("static", "css", "tokens.css").read_text(encoding="utf-8")
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", css)
    assert found, name
    return found[1]
