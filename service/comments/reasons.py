"""What readers are told, in Vietnamese and in English, and which of the two they prefer.

Programs go by codes; these sentences are for people. What a moderator writes by hand takes their place.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, get_args

Language = Literal["vi", "en"]

ModeratorReason = Literal[
    "spam",
    "offensive",
    "off_topic",
    "personal_information",
    "misinformation",
    "duplicate",
    "missing_diacritics",
    "other",
]
"""Why a moderator rejects a comment."""

MODERATOR_REASONS: tuple[str, ...] = get_args(ModeratorReason)

INVALID_REQUEST = "invalid_request"
"""The reason for a text that is no body at all, where the command line judges one."""

_FINDINGS: Mapping[str, tuple[str, str]] = {
    "banned_author": (
        "Hiện bạn chưa thể gửi bình luận trên trang này. Vui lòng liên hệ tòa soạn nếu có nhầm lẫn.",
        "You cannot comment on this site at present. Please write to the editors if this is a mistake.",
    ),
    "missing_diacritics": (
        "Vui lòng gõ tiếng Việt có dấu.",
        "Please write Vietnamese with its diacritical marks.",
    ),
    "raw_keystrokes": (
        "Có vẻ bộ gõ tiếng Việt đang tắt. Vui lòng bật bộ gõ và gõ lại bình luận có dấu.",
        "Your Vietnamese input method seems to be off. Please switch it on and type the comment again.",
    ),
    "partial_diacritics": (
        "Một số từ trong bình luận chưa có dấu. Vui lòng gõ đủ dấu tiếng Việt.",
        "Some words lack their diacritical marks. Please write Vietnamese with all its marks.",
    ),
    "not_vietnamese": (
        "Vui lòng viết bình luận bằng tiếng Việt.",
        "Please write your comment in Vietnamese.",
    ),
    "no_text": (
        "Bình luận chưa có chữ nào. Vui lòng viết ý kiến của bạn bằng lời.",
        "The comment has no words. Please say what you think in words.",
    ),
    "banned_word": (
        "Bình luận có từ ngữ không phù hợp với quy định của tòa soạn. Vui lòng diễn đạt lại.",
        "The comment has words that this site does not publish. Please put it differently.",
    ),
    "suspect_word": (
        "Bình luận có từ ngữ cần được biên tập viên xem lại.",
        "The comment has words that an editor needs to look at.",
    ),
    "blocked_link": (
        "Bình luận có liên kết đến một trang không được phép. Vui lòng bỏ liên kết này.",
        "The comment links to a site that is not allowed here. Please leave the link out.",
    ),
    "spam": (
        "Bình luận có nội dung quảng cáo hoặc mời chào. Vui lòng chỉ chia sẻ ý kiến của bạn về bài viết.",
        "The comment looks like advertising. Please share your thoughts on the article alone.",
    ),
    "toxic": (
        "Bình luận có lời lẽ có thể xúc phạm người khác. Vui lòng trao đổi trên tinh thần tôn trọng.",
        "The comment has language that may offend others. Please keep the discussion respectful.",
    ),
    "link": (
        "Bình luận có nhiều liên kết hơn mức cho phép. Vui lòng bỏ bớt liên kết.",
        "The comment has more links than are allowed. Please leave some out.",
    ),
    "contact": (
        "Vui lòng không để lại số điện thoại, tài khoản hay thông tin liên lạc trong bình luận.",
        "Please leave phone numbers, accounts and other contact details out of your comment.",
    ),
    "hidden_characters": (
        "Bình luận có ký tự ẩn hoặc khó đọc. Vui lòng gõ lại bằng chữ thông thường.",
        "The comment has hidden or unreadable characters. Please type it again in plain letters.",
    ),
    "lookalike_characters": (
        "Một số chữ trong bình luận được thay bằng ký tự khác. Vui lòng gõ lại bằng chữ thông thường.",
        "Some letters were replaced by look-alike characters. Please type the comment in plain letters.",
    ),
    "shouting": (
        "Vui lòng không viết cả bình luận bằng chữ in hoa.",
        "Please do not write the whole comment in capitals.",
    ),
    "repetition": (
        "Bình luận lặp lại một ký tự, một từ hoặc một câu quá nhiều lần. Vui lòng viết gọn lại.",
        "The comment repeats a character, a word or a line too often. Please shorten it.",
    ),
    "duplicate": (
        "Nội dung này đã được gửi trước đó. Vui lòng không gửi lại nhiều lần.",
        "This text was sent before. Please do not send it again.",
    ),
    "flood": (
        "Bạn đã gửi nhiều bình luận trong thời gian ngắn. Vui lòng chờ ít phút rồi gửi tiếp.",
        "You have sent many comments in a short time. Please wait a few minutes before the next.",
    ),
    "check_failed": (
        "Bình luận cần được biên tập viên xem trước khi đăng.",
        "An editor needs to look at the comment before it is published.",
    ),
}

_REASONS: Mapping[str, tuple[str, str]] = {
    "offensive": (
        "Bình luận có lời lẽ xúc phạm hoặc thiếu tôn trọng người khác nên không được đăng.",
        "The comment was not published because it is offensive or disrespectful.",
    ),
    "off_topic": (
        "Bình luận không liên quan đến nội dung bài viết nên không được đăng.",
        "The comment was not published because it is not about the article.",
    ),
    "personal_information": (
        "Bình luận có thông tin cá nhân nên không được đăng. Vui lòng bỏ thông tin này và gửi lại.",
        "The comment was not published because it has personal information. Please send it without.",
    ),
    "misinformation": (
        "Bình luận có thông tin chưa được kiểm chứng hoặc không chính xác nên không được đăng.",
        "The comment was not published because it has unverified or incorrect information.",
    ),
    "other": (
        "Bình luận chưa phù hợp với quy định của tòa soạn nên không được đăng.",
        "The comment was not published because it does not follow this site's rules.",
    ),
    INVALID_REQUEST: (
        "Bình luận bị trống, quá dài hoặc có ký tự không hợp lệ.",
        "The comment is empty, too long, or has characters that are not allowed.",
    ),
}

_MESSAGES = {**_FINDINGS, **_REASONS}
_COLUMN: Mapping[Language, int] = {"vi": 0, "en": 1}


def message(code: str, language: Language) -> str:
    """The sentence for a finding's code, a moderator's reason, or `invalid_request`; KeyError for others.

    >>> message("missing_diacritics", "vi")
    'Vui lòng gõ tiếng Việt có dấu.'
    """
    return _MESSAGES[code][_COLUMN[language]]


def prefers(accept_language: str | None) -> Language:
    """The language for a reader: Vietnamese, unless the header gives English the greater weight.

    Quality values are those of RFC 9110, 12.4.2 and 12.5.4; a range stands for all its regions, `*` for what
    is not named, and a part that cannot be read is passed over.

    >>> prefers("en-GB,en;q=0.9,vi;q=0.8"), prefers("fr, *;q=0.5"), prefers(None)
    ('en', 'vi', 'vi')
    """
    if not accept_language:
        return "vi"
    weights: dict[str, float] = {}
    for language, weight in _ranges(accept_language):
        weights[language] = max(weight, weights.get(language, 0.0))
    rest = weights.get("*", 0.0)
    return "en" if weights.get("en", rest) > weights.get("vi", rest) else "vi"


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Each range's primary subtag in lower case, and its weight."""
    for part in header.split(","):
        tag, *parameters = (piece.strip() for piece in part.lower().split(";"))
        weight = _weight(parameters)
        if weight is not None:
            yield tag.partition("-")[0], weight


def _weight(parameters: list[str]) -> float | None:
    """`q=0.5` as a number, 1 where it is left out, None where it is no quality value."""
    if not parameters:
        return 1.0
    name, _, written = parameters[0].partition("=")
    digits = written.replace(".", "", 1)
    if name != "q" or len(parameters) > 1 or len(written) > 5 or not (digits.isascii() and digits.isdigit()):
        return None
    weight = float(written)
    return weight if weight <= 1 else None
