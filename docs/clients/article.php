<?php
// The comments below an article, and the form: a page to begin with. It needs codau.php beside it and, in the
// environment, CODAU_URL, CODAU_KEY, and CODAU_CACHE: a folder of this website's own, outside what it serves.
declare(strict_types=1);
require __DIR__ . '/codau.php';
session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax']);
header("Content-Security-Policy: default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'");

$codau = new Codau(getenv('CODAU_URL'), getenv('CODAU_KEY'));
$thread = 'doi-song/4711'; // whatever names the article on your website
$form = ['key' => '', 'comment' => '', 'name' => $_SESSION['name'] ?? '', 'body' => ''];
$notice = '';

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (parse_url($_SERVER['HTTP_ORIGIN'] ?? '', PHP_URL_HOST) !== parse_url("//$_SERVER[HTTP_HOST]", PHP_URL_HOST)) {
        http_response_code(403); // a form on another website
        exit;
    }
    $form = array_map('strval', array_filter(array_intersect_key($_POST, $form), 'is_string')) + $form;
    if (!preg_match('/^[0-9a-f]{32}$/D', $form['key'])) {
        $form['key'] = new_key();
    }
    try {
        $comment = $form['comment'] === '' ? send($codau, $thread, $form) : revise($codau, $form);
        $_SESSION['sent'][$comment['id']] = true;
        header("Location: $_SERVER[SCRIPT_NAME]", true, 303);
        exit;
    } catch (CodauProblem $problem) {
        http_response_code($problem->status);
        $notice = explain($problem);
        if ($problem->problem === 'idempotency_conflict') {
            $form['key'] = new_key(); // that key's comment has arrived: this one is another
        }
    }
}

/** Made with the form and sent along in it: two clicks make one comment. */
function new_key(): string
{
    return bin2hex(random_bytes(16));
}

function send(Codau $codau, string $thread, array $form): array
{
    $_SESSION['name'] = $form['name'];
    $author = ['name' => $form['name'], 'ip' => $_SERVER['REMOTE_ADDR'], 'user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? ''];
    $author['user_agent'] = substr($author['user_agent'], 0, 512);
    return $codau->submit(['thread' => $thread, 'body' => $form['body'], 'author' => $author], $form['key']);
}

/** A browser may revise what it sent, and nothing else. */
function revise(Codau $codau, array $form): array
{
    if (!isset($_SESSION['sent'][$form['comment']])) {
        throw new CodauProblem(404, 'not_found');
    }
    return $codau->revise($form['comment'], $form['body']);
}

/** What a reader is told, with what to do next; the text stays in the form. */
function explain(CodauProblem $problem): string
{
    return [
        'rate_limited' => "Bạn gửi hơi nhanh. Vui lòng chờ $problem->retryAfterS giây rồi gửi lại.",
        'invalid_request' => 'Vui lòng ghi tên và nội dung (không quá 5.000 ký tự) rồi gửi lại.',
        'idempotency_conflict' => 'Ý kiến trước của bạn đã tới tòa soạn. Bấm gửi lần nữa để gửi thành ý kiến mới.',
        'claimed' => 'Biên tập viên đang đọc ý kiến này nên chưa thể sửa. Vui lòng thử lại sau vài phút.',
        'invalid_transition' => 'Tòa soạn đã xử lý ý kiến này nên không sửa được nữa.',
        'thread_closed' => 'Bài viết này đã đóng bình luận.',
        'unavailable' => 'Hệ thống bình luận đang tạm gián đoạn. Vui lòng gửi lại; ý kiến không bị đăng hai lần.',
    ][$problem->problem] ?? 'Tòa soạn chưa nhận được ý kiến này. Vui lòng thử lại.';
}

/** What is published, asked for with the ETag of what was kept; null while the service is away. */
function published(Codau $codau, string $thread): ?array
{
    $file = getenv('CODAU_CACHE') . '/' . hash('sha256', $thread) . '.json';
    $known = is_file($file) ? json_decode(file_get_contents($file), true) : null;
    try {
        $page = $codau->thread($thread, $known, 'newest');
    } catch (CodauProblem) {
        return null;
    }
    if ($page !== $known) {
        file_put_contents($file, json_encode($page), LOCK_EX);
    }
    return $page['document'];
}

/** The reader's own comments, newest first. */
function own(Codau $codau): array
{
    $found = [];
    foreach (array_slice(array_reverse(array_keys($_SESSION['sent'] ?? [])), 0, 5) as $id) {
        try {
            $found[] = $codau->comment((string) $id);
        } catch (CodauProblem) {
            continue; // it will be there again with the service
        }
    }
    return $found;
}

function text(?string $text): string
{
    return htmlspecialchars($text ?? '', ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

function state(array $comment): string
{
    $needsMarks = in_array($comment['reason'], ['missing_diacritics', 'raw_keystrokes'], true);
    return [
        'published' => 'Đã đăng',
        'rejected' => $needsMarks ? 'Cần gõ có dấu' : 'Không được đăng',
        'erased' => 'Đã xóa',
    ][$comment['state']] ?? 'Đang chờ biên tập';
}

/** Comments as a list; `html` is escaped by the service, the rest is escaped here. */
function tree(array $comments): string
{
    $items = array_map(fn (array $one): string => '<li id="b-' . text($one['id']) . '">' . (
        $one['author'] ? '<b>' . text($one['author']['name']) . '</b><div>' . $one['html'] . '</div>' : '<i>Bình luận này không còn hiển thị.</i>'
    ) . tree($one['replies']) . '</li>', $comments);
    return $items ? '<ol>' . implode('', $items) . '</ol>' : '';
}

$page = published($codau, $thread);
$form['key'] = $form['key'] ?: new_key();
$own = $page ? own($codau) : []; // a service that is away is not asked again
?>
<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bình luận</title>
<h1><?= $page ? text((string) $page['count']) : '' ?> bình luận</h1>
<?php if ($notice): ?><p role="alert"><?= text($notice) ?></p><?php endif ?>
<form method="post">
  <p>Ý kiến của bạn sẽ được biên tập trước khi đăng. Vui lòng gõ tiếng Việt có dấu.</p>
  <input type="hidden" name="key" value="<?= text($form['key']) ?>">
  <p><label>Tên <input name="name" value="<?= text($form['name']) ?>" maxlength="80" required></label></p>
  <p><label>Ý kiến <textarea name="body" rows="4" cols="36" maxlength="5000" required><?= text($form['comment'] === '' ? $form['body'] : '') ?></textarea></label></p>
  <p><button>Gửi ý kiến</button></p>
</form>
<?php foreach ($own as $one): ?>
<section>
  <h2><?= text(state($one)) ?></h2>
  <p><?= text($one['message']) ?></p>
  <p><?= nl2br(text($one['body'])) ?></p>
  <?php if ($one['state'] === 'rejected' && $one['suggestion']): ?>
  <form method="post">
    <input type="hidden" name="comment" value="<?= text($one['id']) ?>">
    <p><label>Gợi ý có dấu <textarea name="body" rows="4" cols="36"><?= text($form['comment'] === $one['id'] ? $form['body'] : $one['suggestion']) ?></textarea></label></p>
    <p><button>Gửi bản có dấu</button></p>
  </form>
  <?php endif ?>
</section>
<?php endforeach ?>
<?= $page ? tree($page['comments']) : '<p>Chưa tải được bình luận. Vui lòng mở lại trang sau ít phút.</p>' ?>
