"""What a reader is told when the comment service refuses, in Vietnamese, with what to do next."""

from __future__ import annotations

from examples.newspaper.client import ApiProblem

KEPT = "Nội dung của bạn vẫn còn bên dưới."

BY_CODE = {
    "thread_closed": "Bài viết này đã đóng bình luận nên tòa soạn không nhận thêm ý kiến. " + KEPT,
    "invalid_parent": "Bình luận bạn muốn trả lời không còn hiển thị. "
    "Bấm “Gửi ý kiến” lần nữa để gửi thành ý kiến riêng. " + KEPT,
    "idempotency_conflict": "Ý kiến trước của bạn đã tới tòa soạn, còn nội dung này khác với bản đó. "
    "Bấm “Gửi ý kiến” lần nữa để gửi thành một ý kiến mới. " + KEPT,
    "too_large": "Ý kiến dài quá mức cho phép. Vui lòng rút gọn rồi gửi lại. " + KEPT,
    "claimed": "Biên tập viên đang đọc ý kiến này nên chưa thể sửa. Vui lòng thử lại sau vài phút. " + KEPT,
    "invalid_transition": "Tòa soạn đã xử lý ý kiến này nên không sửa được nữa. "
    "Bạn có thể gửi một ý kiến mới. " + KEPT,
    "not_found": "Không tìm thấy ý kiến này nữa. Bạn có thể gửi một ý kiến mới. " + KEPT,
    "unavailable": "Hệ thống bình luận đang tạm gián đoạn. Vui lòng gửi lại sau ít phút; "
    "gửi lại không làm ý kiến bị đăng hai lần. " + KEPT,
}

BY_FIELD = {
    "body": "Ý kiến cần có nội dung và không dài quá 5.000 ký tự. Vui lòng sửa rồi gửi lại. " + KEPT,
    "author.name": "Vui lòng cho biết tên, không quá 80 ký tự. " + KEPT,
}

UNEXPECTED = "Tòa soạn chưa nhận được ý kiến này. Vui lòng thử lại. " + KEPT


def explain(problem: ApiProblem) -> str:
    """Say to a reader what happened and what to do."""
    if problem.code == "rate_limited":
        wait = f"{problem.retry_after_s} giây" if problem.retry_after_s else "ít phút"
        return f"Bạn gửi hơi nhanh. Vui lòng chờ {wait} rồi gửi lại. {KEPT}"
    for field in problem.fields:
        if field in BY_FIELD:
            return BY_FIELD[field]
    return BY_CODE.get(problem.code, UNEXPECTED)
