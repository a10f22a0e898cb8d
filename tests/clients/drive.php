<?php
// Do with the PHP client what the lines of standard input say; see `calling.py`.
declare(strict_types=1);

[, $folder, $url, $key] = $argv;
require "$folder/codau.php";
$codau = new Codau($url, $key);

while (($line = fgets(STDIN)) !== false) {
    [$name, $arguments] = json_decode($line, true);
    try {
        $said = ['answer' => $name === 'verify'
            ? Codau::verify($arguments[0], $arguments[1], ...$arguments[2])
            : $codau->$name(...$arguments)];
    } catch (CodauNotSigned) {
        $said = ['not_signed' => true];
    } catch (CodauProblem $problem) {
        $said = ['problem' => [
            'status' => $problem->status,
            'code' => $problem->problem,
            'detail' => $problem->detail,
            'errors' => $problem->errors,
            'retry_after_s' => $problem->retryAfterS,
        ]];
    }
    echo json_encode($said), "\n";
}
