<?php
/**
 * Có Dấu for PHP: one file to copy into your project. PHP 8.0 or newer with its curl extension, no framework.
 *
 *     require 'codau.php';
 *     $codau = new Codau('https://codau.example.vn', $key); // a key of the role `website`; it stays on your server
 *     $comment = $codau->submit(['thread' => 'doi-song/4711', 'body' => $text, 'author' => ['name' => $name]], $formKey);
 *
 * A comment that the checks turned down is no error: it comes back with `state` "rejected", with a `message` for the
 * reader, and often with a `suggestion` to send by `revise`. What the service refused is thrown as a `CodauProblem`.
 */
declare(strict_types=1);

/** The service refused a call, or did not answer (status 503, problem `unavailable`). */
final class CodauProblem extends RuntimeException
{
    /**
     * @param string $problem the `code` of the problem document
     * @param string $detail for developers
     * @param array $errors for 422, what is wrong with which field: [['field' => 'author.name', 'message' => '…']]
     * @param int $retryAfterS for 429 and 503, when to try again
     */
    public function __construct(
        public int $status,
        public string $problem,
        public string $detail = '',
        public array $errors = [],
        public int $retryAfterS = 0
    ) {
        parent::__construct("$status $problem: $detail", $status);
    }
}

/** A webhook's message is not from Có Dấu, or too old: answer 403, and use nothing of it. */
final class CodauNotSigned extends RuntimeException
{
}

final class Codau
{
    private const TRIES = 3;
    private const LONGEST_PAUSE_S = 2; // a reader is waiting: a longer Retry-After is for the next click
    private const TRY_S = 5; // for one try; a verdict is waited for up to 2 seconds of it
    private const READ_WITHIN_S = 3; // all tries together: an article must not wait for its comments
    private const SEND_WITHIN_S = 12;
    private const BUSY = [502, 503, 504];
    private const TOLERANCE_S = 300;
    private const COUNTS_AT_ONCE = 100; // the service takes 200; proxies take shorter lines

    public function __construct(private string $url, private string $key)
    {
        $this->url = rtrim($url, '/');
    }

    /**
     * Send a comment in; returns it judged, or `queued` where that takes more than 2 seconds.
     *
     * Make the key when the form is shown, and send it along in the form: however often the form comes, with the
     * same key there is one comment.
     */
    public function submit(array $comment, string $key): array
    {
        if (!preg_match('/^[!-~]{1,255}$/D', $key)) { // it came with a form: it may hold anything
            throw new CodauProblem(422, 'invalid_request', 'the Idempotency-Key is not 1 to 255 visible ASCII characters');
        }
        return $this->send('POST', '/v1/comments', $comment, ["Idempotency-Key: $key", 'Prefer: wait=2'])['document'];
    }

    /** Where a comment stands. */
    public function comment(string $id): array
    {
        return $this->send('GET', '/v1/comments/' . rawurlencode($id))['document'];
    }

    /** Send the reader's better text, mostly the suggested one, under the same id. */
    public function revise(string $id, string $body): array
    {
        $path = '/v1/comments/' . rawurlencode($id) . '/revise';
        return $this->send('POST', $path, ['body' => $body], ['Prefer: wait=2'])['document'];
    }

    /** Erase a comment and all that is known of its author, for good. */
    public function erase(string $id): void
    {
        $this->send('DELETE', '/v1/comments/' . rawurlencode($id));
    }

    /**
     * A page of what is published: ['etag' => …, 'document' => …]. Keep it, and hand it to the next call as
     * `known`: where nothing changed it is what comes back, at the cost of a 304.
     */
    public function thread(
        string $thread,
        ?array $known = null,
        string $sort = 'oldest',
        int $limit = 50,
        ?string $cursor = null
    ): array {
        $query = http_build_query(['sort' => $sort, 'limit' => $limit] + ($cursor === null ? [] : ['cursor' => $cursor]));
        $headers = $known === null ? [] : ['If-None-Match: ' . $known['etag']];
        $answer = $this->send('GET', '/v1/threads/' . rawurlencode($thread) . "/comments?$query", null, $headers);
        if ($known !== null && $answer['status'] === 304) {
            return $known;
        }
        return ['etag' => $answer['headers']['etag'], 'document' => $answer['document']];
    }

    /** How many comments are published in each thread: ['doi-song/4711' => 12]. */
    public function counts(array $threads): array
    {
        $counts = [];
        foreach (array_chunk($threads, self::COUNTS_AT_ONCE) as $some) {
            $query = implode('&', array_map(fn (string $thread): string => 'thread=' . rawurlencode($thread), $some));
            $counts += $this->send('GET', "/v1/counts?$query")['document']['counts'];
        }
        return $counts;
    }

    /** Every call here may be repeated: nothing is done twice that may be done once. */
    private function send(string $method, string $path, ?array $document = null, array $headers = []): array
    {
        $until = microtime(true) + ($method === 'GET' ? self::READ_WITHIN_S : self::SEND_WITHIN_S);
        for ($tried = 1; ; $tried++) {
            try {
                $within = min(self::TRY_S, max($until - microtime(true), 0.001));
                return $this->once($method, $path, $document, $headers, $within);
            } catch (CodauProblem $problem) {
                $pause = $problem->retryAfterS ?: 0.2 * 2 ** $tried;
                $isBusy = in_array($problem->status, self::BUSY, true);
                if (!$isBusy || $tried === self::TRIES || $pause > self::LONGEST_PAUSE_S) {
                    throw $problem;
                }
                if (microtime(true) + $pause >= $until) {
                    throw $problem;
                }
                usleep((int) (1e6 * $pause));
            }
        }
    }

    private function once(string $method, string $path, ?array $document, array $headers, float $within): array
    {
        $headers[] = "Authorization: Bearer $this->key";
        $headers[] = 'Accept-Language: vi';
        $seen = [];
        $curl = curl_init($this->url . $path);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT_MS => (int) (1000 * $within),
            CURLOPT_HEADERFUNCTION => function ($_, string $line) use (&$seen): int {
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                $seen[strtolower($name)] = trim($value);
                return strlen($line);
            },
        ]);
        if ($document !== null) {
            $flags = JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR;
            $headers[] = 'Content-Type: application/json';
            curl_setopt($curl, CURLOPT_POSTFIELDS, json_encode($document, $flags));
        }
        curl_setopt($curl, CURLOPT_HTTPHEADER, $headers);
        $content = curl_exec($curl);
        if ($content === false) {
            throw new CodauProblem(503, 'unavailable', curl_error($curl));
        }
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        $read = json_decode($content, true);
        if ($status >= 400) {
            throw self::problem($status, is_array($read) ? $read : [], $seen['retry-after'] ?? '');
        }
        return ['status' => $status, 'headers' => $seen, 'document' => $read];
    }

    /** A refusal; something in between, a proxy, may have written it. */
    private static function problem(int $status, array $said, string $after): CodauProblem
    {
        $problem = $said['code'] ?? (in_array($status, self::BUSY, true) ? 'unavailable' : 'unexpected');
        $wait = ctype_digit($after) ? (int) $after : 0;
        return new CodauProblem($status, $problem, $said['detail'] ?? '', $said['errors'] ?? [], $wait);
    }

    /**
     * The event in a webhook's message: ['type' => …, 'timestamp' => …, 'data' => the comment as it now stands].
     *
     * @param string $body file_get_contents('php://input'), before anything has read it as JSON
     * @param array $headers getallheaders()
     * @param string ...$secrets as they were shown (`whsec_…`); two while you change over to a new one
     * @throws CodauNotSigned answer 403
     */
    public static function verify(string $body, array $headers, string ...$secrets): array
    {
        $given = array_change_key_case($headers);
        $id = $given['webhook-id'] ?? '';
        $at = $given['webhook-timestamp'] ?? '';
        if (!ctype_digit($at) || abs(time() - (int) $at) > self::TOLERANCE_S) {
            throw new CodauNotSigned('the timestamp is missing, or more than five minutes off');
        }
        foreach (explode(' ', $given['webhook-signature'] ?? '') as $signature) {
            [$version, $value] = explode(',', $signature, 2) + [1 => ''];
            foreach ($version === 'v1' ? $secrets : [] as $secret) {
                $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
                if (hash_equals(base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true)), $value)) {
                    return json_decode($body, true, 512, JSON_THROW_ON_ERROR);
                }
            }
        }
        throw new CodauNotSigned('no signature fits');
    }
}
