"""The realm file: the manual's example, there and back, and one sentence with the place for every fault."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from jetbill.documents import samples
from jetbill.documents.view import PARTS, Advert, Brand, Party, TaxId, TaxProfile
from jetbill.doors.files.realm_file import RealmFile, Settings, read_realm, realm_text, settings_of
from jetbill.doors.files.shapes import yaml_name
from jetbill.kernel.trouble import BadInput
from jetbill.stages.billing.look import Bank, Policies
from jetbill.stages.delivery.mail_settings import MailSettings
from jetbill.stages.realms.models import Realm

ROOT = Path(__file__).parents[2]
PAGES = {
    name: (ROOT / f"docs/manual/{name}.md").read_text(encoding="utf-8") for name in ("realm", "delivery")
}
EXAMPLES = {
    name: re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for name, text in PAGES.items()
}
(WHOLE,) = EXAMPLES["realm"]
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def read(text: str, folder: Path) -> RealmFile:
    (folder / "north.yaml").write_text(text, encoding="utf-8")
    (folder / "logo.svg").write_bytes(LOGO)
    (folder / "night.jpg").write_bytes(next(samples.ASSETS.glob("*.jpg")).read_bytes())
    return read_realm(folder / "north.yaml")


def realm_of(found: RealmFile) -> Realm:
    plan = dataclasses.asdict(found.settings.plan())
    return Realm(**{name: value for name, value in plan.items() if name not in ("slug", "is_default")})


def test_the_example_of_the_manual_is_read_whole(tmp_path: Path) -> None:
    found = read(WHOLE, tmp_path).settings
    assert found.seller is not None and found.seller.tax_ids == (TaxId("vat", "IE6388047V"),)
    assert found.seller.country == "IE", "the realm's unless said"
    assert found.bank == Bank("IE29 AIBK 9311 5212 3456 78", "North Networks Ltd", "AIBKIE2D")
    assert found.look is not None and found.look.labels == {"tax.S": "VAT", "tax.S@de": "MwSt."}
    assert (found.mail.from_, found.mail.port) == ("billing@north.example", 587)
    assert found.policies == Policies() and found.tax_profile is not None


def test_the_page_names_every_setting() -> None:
    parts = (Settings, Party, TaxId, Bank, TaxProfile, Brand, Advert, MailSettings, Policies)
    names = [yaml_name(each.name) for part in parts for each in dataclasses.fields(part)]
    assert [name for name in names if not re.search(rf"\b{name}\b", PAGES["realm"])] == []


@pytest.mark.parametrize("text", EXAMPLES["delivery"])
def test_an_example_of_the_delivery_page_is_sound(text: str, tmp_path: Path) -> None:
    assert read(f"name: North\n{text}", tmp_path).settings.mail.host == "mail.north.example"


def test_what_is_kept_and_what_is_written_say_the_same(tmp_path: Path) -> None:
    found = read(WHOLE, tmp_path)
    assert settings_of(realm_of(found)) == found.settings
    for name, data in found.pictures.items():
        (tmp_path / name).write_bytes(data)
    text = realm_text(found.settings)
    (tmp_path / "again.yaml").write_text(text, encoding="utf-8")
    again = read_realm(tmp_path / "again.yaml", kept=tmp_path)
    assert again.settings == found.settings and again.pictures == {}
    assert realm_text(again.settings) == text


def test_only_what_is_not_at_its_default_is_kept(tmp_path: Path) -> None:
    plan = read("name: North\npolicies: {look_back: 3, bound_total: 3}\n", tmp_path).settings.plan()
    assert (plan.mail, plan.policies) == ({}, {"look_back": 3})
    assert plan.brand == {"name": "North", "seller": {"name": "North", "country": ""}}


def test_a_part_is_written_as_none_or_not_at_all(tmp_path: Path) -> None:
    told = "name: North\nbank: none\ntax_profile: none\nadvert: none\nseller:\nmail:\n"
    assert read(told, tmp_path).settings == read("name: North\n", tmp_path).settings


# what is written in the place of what, and the sentence that it gives
FAULTS = [
    ("time_zone: Europe/Dublin", "time_zone: Dublin", "3: time_zone: there is no time zone 'Dublin'"),
    ("currency: EUR", "currency: EURO", '4: currency: "EURO" is not a currency of ISO 4217'),
    ("currency: EUR", "currency: CHF", "21: bank: no epc slip can be made: currency: CHF is not EUR"),
    ("country: IE", "country: Ireland", '5: country: "Ireland" is no country of ISO 3166'),
    ("locale: en_IE", "locale: xx_YY", '6: locale: "xx_YY" is no locale'),
    (
        "billing.north.example ",
        "https://north.example ",
        '2: host_name: "https://north.example" is no host name',
    ),
    ("name: North  ", "nmae: North  ", '1: nmae: unknown key "nmae"; did you mean "name"?'),
    ("name: North  ", "locale: en  ", '6: the key "locale" is already there'),
    ("street:", "stret:", '11: seller.stret: unknown key "stret"; did you mean "street"?'),
    ("scheme: vat", "scheme: vta", '14: seller.tax_ids[1].scheme: unknown scheme "vta"; did you mean "vat"?'),
    ("[9935, IE6388047V]", "IE6388047V", "18: seller.endpoint: an electronic address has two parts"),
    ("email: billing@north.example", "email: billing", '15: seller.email: "billing" is no address'),
    ("iban: IE29", "iban: IE28", "23: bank.iban: the check digits of 'IE28 AIBK"),
    ("scheme: epc", "scheme: swiss", '21: bank.scheme: unknown scheme "swiss"; known: epc, spayd'),
    ("bic: AIBKIE2D", "bic: AIBK", '24: bank.bic: "AIBK" is no BIC'),
    ("tax_profile: {}", "tax_profile: {means: 58}", 'tax_profile.means: unknown key "means"'),
    ('"#1b3a8f"', "blue", '30: look.primary: "blue" is no colour such as "#1b3a8f"'),
    ('"#37dec5"', '"#37dec"', '31: look.accent: "#37dec" is no colour'),
    ("paper: a4", "paper: a5", '33: look.paper: unknown paper "a5"; known: a4, us-letter'),
    ("[months]", "[chart, months, ark]", '37: look.hidden[3]: unknown part "ark"'),
    ("tax.S: VAT", "tax.X: VAT", '38: look.labels.tax.X: unknown label "tax.X"; did you mean "tax.S"?'),
    ("file: logo.svg", "file: lego.svg", '32: look.logo.file: "lego.svg" cannot be read: No such file'),
    (
        "file: logo.svg",
        "file: ../logo.svg",
        "32: look.logo.file: a picture lies beside this file or below it",
    ),
    ("file: logo.svg", "file: north.yaml", "32: look.logo.file: the file is no SVG, PNG, JPEG, WebP or GIF"),
    (", alt: North}", "}", '32: look.logo: "alt" is missing'),
    ("image: {file: night.jpg", "image: {name: night.jpg", '44: advert.image.name: unknown key "name"'),
    (
        "  text: Share your",
        "  texts: Share your",
        '42: advert.texts: unknown key "texts"; did you mean "text"?',
    ),
    ("port: 587", "port: smtp", '48: mail.port: "smtp" is not a whole number'),
    ("port: 587", "port: 65536", "48: mail.port: 65536 is no port"),
    (
        "security: starttls",
        "security: ssl",
        '49: mail.security: unknown security "ssl"; known: starttls, tls, none',
    ),
    (
        "  password_ref: smtp",
        "  password: hunter2",
        "51: mail.password: no password stands here: write password_ref",
    ),
    (
        "password_ref: smtp",
        "password_ref: Hunter2!",
        "51: mail.password_ref: names a password by small letters",
    ),
    ("  user: jet", "  from_name: jet", '53: mail: the key "from_name" is already there'),
    ("reply_to: help@", "reply_to: help at ", '54: mail.reply_to: "help at north.example" is no address'),
    ("minimum: 0", "minimum: 1,50", '58: policies.minimum: "1,50" is not a number such as 1000.50'),
    ("minimum: 0", "minimum: -0.01", "58: policies.minimum: -0.01 is below zero"),
    (
        "negative: credit_note",
        "negative: refund",
        '59: policies.negative: unknown negative "refund"; known: cr',
    ),
    ("look_back: 2", "look_back: two", '60: policies.look_back: "two" is not a whole number'),
    ("bound_total: 3", "bound_total: -3", "65: policies.bound_total: -3 is below zero"),
    ("receipts: yes", "receipts: maybe", '67: policies.receipts: "maybe" is neither yes nor no'),
]


@pytest.mark.parametrize("good, bad, sentence", FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_one_sentence_with_its_place(good: str, bad: str, sentence: str, tmp_path: Path) -> None:
    assert good in WHOLE
    with pytest.raises(BadInput) as refused:
        read(WHOLE.replace(good, bad, 1), tmp_path)
    told = str(refused.value).removeprefix(f"{tmp_path}/north.yaml:")
    assert sentence in told and "\n" not in told, told
    assert re.match(r"\d+: ", told) and "Traceback" not in told


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("country: IE\n", '1: "name" is missing'),
        ("name: N\nmail: {host: mail.north.example}\n", "2: mail.host: mails need a sender"),
        ("name: N\nmail: {password_ref: smtp}\n", "2: mail.password_ref: names the password of nobody"),
        ("name: N\ntax_profile: {}\n", "2: tax_profile: an electronic invoice names the seller's country"),
        ("name: N\nbank: IE29\n", '2: bank: expected keys with values, found only "IE29"'),
        ("name: N\nseller: {name: [N]}\n", "2: seller.name: expected a single value, found a list"),
        ("name: N\nbank: {iban: IE29AIBK93115212345678}\n", '2: bank: "name" is missing'),
        ("name: N\n\tcountry: IE\n", "2: this is not YAML"),
        ("", "1: is empty"),
    ],
)
def test_what_is_missing_is_told_too(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=re.escape(sentence)):
        read(text, tmp_path)


def test_every_part_that_documents_may_leave_out_can_be_hidden() -> None:
    asked = set()
    for file in sorted((ROOT / "src/jetbill/documents").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "shows"
            ):
                assert isinstance(node.args[0], ast.Constant)
                asked.add(node.args[0].value)
    assert asked == set(PARTS)
