"""The sample brands: North in blue, Vera in brown on US letter, Shamal in green from right to left, Nord in
German.
"""

from jetbill.documents.samples import ASSETS, Look
from jetbill.documents.view import Advert, Asset, Brand, Party, TaxId


def _asset(stem: str, alt: str) -> Asset:
    """The sample file whose name is its digest, by the line that lists it."""
    for line in (ASSETS / "names.txt").read_text().splitlines():
        name, digest = line.split()
        if name == stem:
            return Asset(digest, alt)
    raise ValueError(f"{stem}: no such sample asset")


def _north() -> Look:
    seller = Party(
        "North Networks Ltd",
        "IE",
        ("14 Harbour Exchange", "Dublin D02 X285"),
        "14 Harbour Exchange",
        "Dublin",
        "D02 X285",
        (TaxId("vat", "IE6388047V"),),
        "billing@north.example",
        "+353 20 910 0199",
        "north.example",
        ("9935", "IE6388047V"),
    )
    buyer = Party(
        "Ann’s Dental Practice",
        "IE",
        ("Ann, Reception", "27 Ashgrove Terrace", "Galway H91 E2K3"),
        "27 Ashgrove Terrace",
        "Galway",
        "H91 E2K3",
        (TaxId("vat", "IE9S99999L"),),
        "ann@dental.example",
    )
    brand = Brand(
        "North", logo=_asset("north", "North"), contact=(seller.website, seller.email, seller.phone)
    )
    words = {
        "fibre": "Fibre 1000/500 Business",
        "address": "Static IPv4 address",
        "trunk": "VoIP trunk, 4 channels",
        "seat": "Cloud PBX seat",
        "above": "Data above 1 TB",
        "router": "Router Wi-Fi 7 rental, pro rata",
        "discount": "Loyalty discount 10 % on Fibre",
        "tax": "VAT",
        "tax_rate": "20",
    }
    advert = Advert(
        "Bring a neighbour, get a month free",
        "Share your code NORTH-7Q2X. When they switch to North Fibre, you both save.",
        "north.example/share",
        _asset("advert", "Lights of a town at night"),
    )
    return Look(brand, "en_IE", "EUR", seller, buyer, words, advert)


def _vera() -> Look:
    seller = Party(
        "Vera Telecom Inc.",
        "US",
        ("400 Mesa Street", "Santa Fe, NM 87501"),
        "400 Mesa Street",
        "Santa Fe",
        "87501",
        (TaxId("tax", "85-0000000"),),
        "hello@vera.example",
        "+1 505 555 0142",
        "vera.example",
    )
    buyer = Party(
        "Bob’s Bakery", "US", ("Bob, Accounts", "18 Canyon Road", "Santa Fe, NM 87501"), city="Santa Fe"
    )
    contact = (seller.website, seller.email, seller.phone)
    logo = _asset("vera", "Vera Telecom")
    brand = Brand("Vera", "#7c2d12", "#f59e0b", logo, "us-letter", contact)
    words = dict(_north().words) | {"tax": "Sales tax", "tax_rate": "8.1875"}
    return Look(brand, "en_US", "USD", seller, buyer, words, None)


def _shamal() -> Look:
    seller = Party(
        "شركة الشمال للاتصالات",
        "AE",
        ("شارع الكورنيش 14", "دبي"),
        "شارع الكورنيش 14",
        "دبي",
        tax_ids=(TaxId("vat", "100000000000003"),),
        email="billing@shamal.example",
        phone="+971 4 555 0199",
        website="shamal.example",
    )
    buyer = Party(
        "عيادة النخيل لطب الأسنان",
        "AE",
        ("قسم الحسابات", "شارع الكورنيش 27", "دبي"),
        tax_ids=(TaxId("vat", "100000000000011"),),
    )
    contact = (seller.website, seller.email, seller.phone)
    brand = Brand("Shamal", "#065f46", "#6ee7a0", _asset("shamal", "الشمال"), contact=contact)
    words = {
        "fibre": "ألياف 1000/500 للأعمال",
        "address": "عنوان IPv4 ثابت",
        "trunk": "خط صوتي VoIP، 4 قنوات",
        "seat": "مقعد في المقسم السحابي",
        "above": "بيانات فوق 1 TB",
        "router": "إيجار جهاز Wi-Fi 7، جزء من الشهر",
        "discount": "خصم الولاء 10 % على الألياف",
        "tax": "ضريبة القيمة المضافة",
        "tax_rate": "5",
    }
    advert = Advert(
        "ادعُ جارك واحصل على شهر مجاني",
        "شارك رمزك NORTH-7Q2X. عندما ينتقل إلى ألياف الشمال توفّران معًا.",
        "shamal.example/share",
        _asset("advert", "أضواء مدينة في الليل"),
    )
    return Look(brand, "ar_AE", "AED", seller, buyer, words, advert)


def _nord() -> Look:
    seller = Party(
        "Nord Netze GmbH",
        "DE",
        ("Hafenstraße 14", "20457 Hamburg"),
        "Hafenstraße 14",
        "Hamburg",
        "20457",
        (TaxId("vat", "DE123456789"),),
        "rechnung@nord.example",
        "+49 40 555 0199",
        "nord.example",
        ("9930", "DE123456789"),
    )
    buyer = Party(
        "Zahnarztpraxis Ann",
        "DE",
        ("Empfang", "Eschenweg 27", "22085 Hamburg"),
        "Eschenweg 27",
        "Hamburg",
        "22085",
        (TaxId("vat", "DE987654321"),),
    )
    contact = (seller.website, seller.email, seller.phone)
    brand = Brand("Nord", "#4c1d95", "#f9a8d4", None, contact=contact)
    words = {
        "fibre": "Glasfaser 1000/500 Geschäftskunden",
        "address": "Feste IPv4-Adresse",
        "trunk": "VoIP-Anschluss, 4 Kanäle",
        "seat": "Platz in der Cloud-Telefonanlage",
        "above": "Daten über 1 TB",
        "router": "Router Wi-Fi 7, Miete anteilig",
        "discount": "Treuerabatt 10 % auf Glasfaser",
        "tax": "USt.",
        "tax_rate": "19",
    }
    return Look(brand, "de_DE", "EUR", seller, buyer, words, None)


def looks() -> dict[str, Look]:
    """The sample brands by name."""
    return {"north": _north(), "vera": _vera(), "shamal": _shamal(), "nord": _nord()}
