"""All checks together: order, context, risk, and laws that hold for every text."""

import gc
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.judge import judge, risk
from service.judging.model import ORDER, Context, Finding, Rules
from service.judging.sharing import Shared
from service.judging.text import clean, hidden
from service.judging.vietnamese.known import Known
from tests.judging.corpora import rows
from tests.judging.test_text import HOSTILE

RULES = Rules(
    blocked_domains=("an.com", "lừađảo.vn", "xấu.org"),
    banned_words=("ngu", "óc chó", "vay tiền", "ba bốn năm"),
    suspect_words=("casino", "lồn", "một hai"),
)
PIECES = st.sampled_from(
    [
        *("ngu", "n.g.u", "óc ch0", "oc cho", "vay tiền", "v4y", "casino", "ba", "bốn", "năm", "một", "hai"),
        *("an.com", "an . com", "abc[.]vn", "https://a.vn/b", "www.", "0912.345.678", "không chín", "zalo:"),
        *(
            "@abc_12",
            "a@b.com",
            "stk",
            "NỔ HŨ",
            "ａｂｃ",
            "𝐧𝐨",
            "n\u0433u",
            "\u200b",
            "👩\u200d🌾",
            "z\u0335\u0336",
        ),
        *("\n", " ", ".", ", ", "!!!!!!!!!!!", "aaaaaaaaa", "Tôi thấy", "toi thay", "tieesng Vieejt"),
    ]
)
WOVEN = st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map(" ".join)


@given(WOVEN | HOSTILE)
def test_every_span_lies_in_the_text_and_none_overlap(raw: str) -> None:
    text = clean(raw)
    for finding in judge(text, RULES).findings:
        assert 0.0 <= finding.score <= 1.0
        last = 0
        for start, end in finding.spans:
            assert last <= start < end <= len(text), finding
            last = end


@given(WOVEN | HOSTILE)
def test_composed_and_decomposed_texts_get_one_verdict(raw: str) -> None:
    text = clean(raw)
    assert judge(clean(unicodedata.normalize("NFD", text)), RULES) == judge(text, RULES)


@given(WOVEN)
def test_the_same_text_is_judged_the_same_again(raw: str) -> None:
    assert judge(clean(raw), RULES) == judge(clean(raw), RULES)


@given(WOVEN | HOSTILE)
def test_what_is_flagged_stands_above_what_is_not(raw: str) -> None:
    judgement = judge(clean(raw), RULES)
    assert (judgement.risk >= 0.5) == bool(judgement.findings)


@given(HOSTILE)
def test_what_hides_is_always_found_unless_it_is_a_stray_selector(raw: str) -> None:
    text = clean(raw)
    if any(text[place] not in "\ufe0e\ufe0f" for place in hidden(text)):
        assert "hidden_characters" in {finding.code for finding in judge(text).findings}


def test_findings_come_in_the_order_of_the_contract() -> None:
    text = "NGU QUÁ, VÀO AN.COM HOẶC W88.TOP GỌI 0912345678 ĐỂ VAY TIỀN!!!!!!!!!!!!!"
    context = Context(author_banned=True, duplicate=1.0, flooding=True)
    codes = [finding.code for finding in judge(text, RULES, context).findings]
    assert codes == sorted(codes, key=ORDER.index)
    seen = {
        "banned_author",
        "banned_word",
        "blocked_link",
        "spam",
        "link",
        "contact",
        "shouting",
        "repetition",
    }
    assert seen | {"duplicate", "flood"} <= set(codes)


def test_a_banned_word_and_a_suspect_word_are_two_findings() -> None:
    found = {finding.code: finding.spans for finding in judge("ngu mà đòi vào casino", RULES).findings}
    assert found["banned_word"] == ((0, 3),)
    assert found["suspect_word"] == ((15, 21),)


@pytest.mark.parametrize(
    ("context", "code", "escalated"),
    [
        (Context(author_banned=True), "banned_author", False),
        (Context(flooding=True), "flood", False),
        (Context(duplicate=0.9), "duplicate", False),
        (Context(repeats_itself=True), "duplicate", True),
    ],
)
def test_what_is_known_beside_the_text_is_a_finding(context: Context, code: str, escalated: bool) -> None:
    (finding,) = judge("Bài viết rất hay", Rules(), context).findings
    assert (finding.code, finding.escalated) == (code, escalated)


def test_texts_that_are_hardly_alike_are_no_duplicates() -> None:
    assert judge("Bài viết rất hay", Rules(), Context(duplicate=0.4)).findings == ()


def test_spam_is_escalated_from_the_threshold_of_the_rules_on() -> None:
    ad = "Nổ hũ đổi thưởng uy tín, nạp đầu tặng 100%, vào ngay nohu77.club"

    def escalated(rules: Rules) -> list[bool]:
        return [finding.escalated for finding in judge(ad, rules).findings if finding.code == "spam"]

    assert escalated(Rules()) == [True]
    assert escalated(Rules(spam_reject_from=1.0)) == [False]
    assert escalated(Rules(spam_flag_from=1.0, spam_reject_from=1.0)) == []


def test_links_up_to_the_number_allowed_pass() -> None:
    text = "Xem https://a.vn và https://b.vn"
    assert "link" in {finding.code for finding in judge(text, Rules(links_allowed=1)).findings}
    assert "link" not in {finding.code for finding in judge(text, Rules(links_allowed=2)).findings}


def test_trusted_domains_and_those_below_them_are_not_counted() -> None:
    rules = Rules(trusted_domains=("vnexpress.net", "https://www.tuoitre.vn/"))
    text = "Theo vnexpress.net, https://video.vnexpress.net/a và tuoitre.vn"
    assert "link" not in {finding.code for finding in judge(text, rules).findings}
    assert "link" in {finding.code for finding in judge("Theo xvnexpress.net", rules).findings}


@pytest.mark.parametrize(
    "text",
    [
        *("vào an.com nhé", "vào An . Com nhé", "vào an[.]com nhé", "vào https://an.com/x", "vào www.an.com"),
        *(
            "vào m.an.com nhé",
            "vào an (dot) com nhé",
            "vào an chấm com nhé",
            "vào an．com nhé",
            "vào xấu.org",
        ),
    ],
)
def test_a_blocked_domain_is_found_in_every_dress(text: str) -> None:
    assert "blocked_link" in {finding.code for finding in judge(text, RULES).findings}


@pytest.mark.parametrize("text", ["bình an. Com ngon", "xan.com", "an.comm", "an com nguội", "an.com.vn"])
def test_what_only_resembles_a_blocked_domain_is_not(text: str) -> None:
    assert "blocked_link" not in {finding.code for finding in judge(text, RULES).findings}


def test_harm_comes_before_form_and_certainty_before_doubt() -> None:
    toxic, doubtful = Finding("toxic", "toxic", 1.0), Finding("toxic", "toxic", 0.5)
    shouting = Finding("shouting", "shouting", 1.0)
    assert risk([toxic, shouting]) > risk([toxic]) > risk([doubtful]) > risk([shouting]) >= 0.5
    assert 0.5 > risk([], suspicion=0.9) > risk([], suspicion=0.1) > risk([])


@pytest.mark.parametrize("code", ORDER)
def test_every_code_of_the_contract_has_its_weight_in_the_risk(code: str) -> None:
    assert risk([Finding(code, code, 1.0)]) > 0.5


def test_rules_that_are_equal_are_one_key() -> None:
    many = tuple(f"từ {n}" for n in range(5_000))
    assert hash(Rules(banned_words=many)) == hash(Rules(banned_words=(*many[:9], *many[9:])))
    assert Rules(banned_words=many) != Rules(banned_words=many[:-1])


def test_a_long_list_finds_no_less_than_a_short_one() -> None:
    many = tuple(f"tuyệt mật {re.sub('[0-9]', lambda d: chr(97 + int(d[0])), str(n))}" for n in range(5_000))
    text = "chuyện này là tuyệt mật bcd đấy"
    (finding,) = [one for one in judge(text, Rules(banned_words=many)).findings if one.code == "banned_word"]
    assert text[slice(*finding.spans[0])] == "tuyệt mật bcd"


def test_a_comment_with_several_faults_keeps_them_apart() -> None:
    text = "Đồ ngu! Gọi 0912 345 678 hoặc vào nohu88.club"
    spans = {finding.code: finding.spans for finding in judge(text, RULES).findings}
    assert [text[a:b] for a, b in spans["banned_word"]] == ["ngu"]
    assert [text[a:b] for a, b in spans["contact"]] == ["0912 345 678"]
    assert [text[a:b] for a, b in spans["link"]] == ["nohu88.club"]


@pytest.mark.parametrize("text", [row[2] for row in rows("spam") if row[0] == "ad"][::10])
def test_hiding_a_character_in_an_advertisement_hides_nothing(text: str) -> None:
    text = clean(text)
    place = len(text) // 2
    disguised = text[:place] + "\u200b" + text[place:]
    codes = {finding.code for finding in judge(disguised).findings}
    assert {"spam", "hidden_characters"} <= codes


@pytest.mark.parametrize(
    "text",
    [
        "toi di ngu som nen khong biet",
        "buoi sang hom nay troi dep qua",
        "mua cho con cai ao moi di",
        "gia nha ngay cang lon, rat kho mua",
        "cac chau hoc gioi lam",
        "cho toi hoi cac bac si o day",
        "Nhà tôi ở gần trường. Toi thay cac chau rat vui, cho di choi buoi toi",
    ],
)
def test_ordinary_words_without_their_marks_are_no_insult(text: str) -> None:
    judged = judge(text)
    assert "toxic" not in [finding.code for finding in judged.findings]
    assert judged.suspicion < 0.5


@pytest.mark.parametrize("text", ["do ngu, dit me may", "may la thang cho", "do ngu nhu bo"])
def test_an_insult_without_its_marks_is_one(text: str) -> None:
    assert "toxic" in [finding.code for finding in judge(text).findings]


@pytest.mark.parametrize(
    "text", ["Xe mang số KX4711 vừa chạy ngang.", "xe mang so KX4711 vua chay ngang qua day"]
)
def test_nothing_of_a_text_is_kept(text: str) -> None:
    judge(text)
    gc.collect()
    assert [kept for kept in gc.get_objects() if isinstance(kept, Shared)] == []
    known = [kept for kept in gc.get_objects() if isinstance(kept, Known)]
    assert known
    assert [words for words in known if "kx4711" in words or "4711" in words] == []


def test_as_much_vietnamese_as_there_is_of_another_script_is_judged() -> None:
    """The odds of its language are beyond what an exponential reaches."""
    found = judge("中" * 2_600 + " được" * 480, RULES).findings
    assert "not_vietnamese" in {finding.code for finding in found}
