"""How North looks and who it is: the settings of the demo's realm."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from jetbill.documents import assets
from jetbill.stages.realms.actions import RealmPlan

LOGO = "46c058401b1ae4b6cedbc22dd0f33b6dcf73670e8359deea4c98fbf6409be4c8.svg"
NIGHT = "1b7e288b08c3ef3784e63bc97dd37f9f7449f261f3e2360330f2fe214866a2eb.jpg"


def north(folder: Path) -> RealmPlan:
    """The realm as the demo wants it; its pictures are put into `folder`."""
    logo, night = (assets.store(folder, _picture(name)) for name in (LOGO, NIGHT))
    return RealmPlan(
        name="North",
        time_zone="Europe/Dublin",
        currency="EUR",
        country="IE",
        locale="en_IE",
        brand=_brand(logo, night),
    )


def _brand(logo: str, night: str) -> dict[str, Any]:
    return {
        "name": "North",
        "primary": "#1b3a8f",
        "accent": "#37dec5",
        "logo": {"name": logo, "alt": "North"},
        "contact": ["north.example", "billing@north.example", "+353 91 555 0199"],
        "footer": "North Networks Ltd · 14 Harbour Exchange, Dublin D02 X285, Ireland · VAT IE6388047V",
        "seller": {
            "name": "North Networks Ltd",
            "country": "IE",
            "lines": ["14 Harbour Exchange", "Dublin D02 X285"],
            "street": "14 Harbour Exchange",
            "city": "Dublin",
            "postcode": "D02 X285",
            "tax_ids": [{"scheme": "vat", "value": "IE6388047V"}],
            "email": "billing@north.example",
            "phone": "+353 91 555 0199",
            "website": "north.example",
            "endpoint": ["9935", "IE6388047V"],
        },
        "bank": {
            "scheme": "epc",
            "iban": "IE29AIBK93115212345678",
            "bic": "AIBKIE2D",
            "name": "North Networks Ltd",
        },
        "advert": {
            "heading": "Bring a neighbour, get a month free",
            "text": "Share your code from the portal. When they switch to North Fibre, you both save.",
            "action": "north.example/share",
            "image": {"name": night, "alt": "Lights of a town at night"},
        },
        "profile": {},
    }


def _picture(name: str) -> bytes:
    return (files("jetbill.documents") / "sample_assets" / name).read_bytes()
