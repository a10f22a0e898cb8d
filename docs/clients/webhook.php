<?php
// Where a webhook leads: https://your.website/webhook.php. It needs codau.php beside it and, in the environment,
// CODAU_WEBHOOK_SECRETS (two, with a blank between, while you change over to a new one) and CODAU_CACHE.
declare(strict_types=1);
require __DIR__ . '/codau.php';

try {
    $secrets = explode(' ', getenv('CODAU_WEBHOOK_SECRETS'));
    $event = Codau::verify(file_get_contents('php://input'), getallheaders(), ...$secrets);
} catch (CodauNotSigned $reason) {
    http_response_code(403);
    exit($reason->getMessage());
}
if (str_starts_with($event['type'], 'comment.')) { // `codau.test` has no comment
    note($event['data']);
}
http_response_code(204);

/** Keep the newest version of a comment: a message may come twice, and one of an older version after a newer. */
function note(array $comment): void
{
    $file = fopen(getenv('CODAU_CACHE') . '/comment-' . hash('sha256', $comment['id']) . '.json', 'c+');
    flock($file, LOCK_EX);
    $known = json_decode(stream_get_contents($file), true);
    if ($comment['version'] > ($known['version'] ?? 0)) {
        ftruncate($file, 0);
        rewind($file);
        fwrite($file, json_encode($comment));
    }
    fclose($file);
}
