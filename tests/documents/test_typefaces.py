"""Coverage and widths read from the fonts agree with another reader of TrueType files."""

from fontTools.ttLib import TTFont

from jetbill.documents import typefaces


def test_characters_and_widths_agree_with_fonttools():
    for path in typefaces.FOLDER.glob("*.ttf"):
        font = TTFont(path)
        units, metrics = font["head"].unitsPerEm, font["hmtx"]
        theirs = {code: metrics[glyph][0] / units for code, glyph in font.getBestCmap().items()}
        ours = typefaces._advances(path)
        assert {code: ours[code] for code in theirs} == theirs


def test_figures_have_one_width_and_isolates_none():
    assert (
        typefaces.width("1111", 10) == typefaces.width("0000", 10) == typefaces.width("1\u20661\u206911", 10)
    )


def test_lines_keep_every_word_and_the_room():
    text = "many words that go on for a while and then one Donaudampfschifffahrtsgesellschaftskapitän ends it"
    made = typefaces.lines(text, 8, 100)
    assert "".join(made).replace(" ", "") == text.replace(" ", "")
    assert all(typefaces.width(line, 8) <= 100 for line in made)


def test_what_does_not_fit_on_one_line_ends_with_an_ellipsis():
    assert typefaces.fitted("short", 8, 100) == "short"
    cut = typefaces.fitted("a text that is rather too long for this", 8, 60)
    assert cut.endswith("…") and typefaces.width(cut, 8) <= 60


def test_only_what_no_font_has_is_replaced():
    assert typefaces.replace_missing("Ann, Łódź, Ωμέγα, Жук, عربي, ₹ € → ⁦x⁩") == (
        "Ann, Łódź, Ωμέγα, Жук, عربي, ₹ € → ⁦x⁩",
        "",
    )
    assert typefaces.replace_missing("漢a字") == ("□a□", "字漢")
