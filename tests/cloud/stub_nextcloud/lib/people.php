<?php
// Accounts, conversations and calendars: there are none here, but a setting may name a stand-in of them, which is asked.

declare(strict_types=1);

require_once __DIR__ . '/answering.php';

const HANDED_ON = [
    'ACCEPT', 'AUTHORIZATION', 'CONTENT_TYPE', 'DEPTH', 'DESTINATION', 'HOST', 'IF_MATCH', 'IF_NONE_MATCH',
    'OCS_APIREQUEST', 'OVERWRITE', 'USER_AGENT',
];

/** Answer as the stand-in does, where there is one. */
function answer_of_people(Config $config): void
{
    $address = $config->get('stub_people', '');
    if ($address === '') {
        return;
    }
    $request = curl_init($address . $_SERVER['REQUEST_URI']);
    curl_setopt_array($request, [
        CURLOPT_CUSTOMREQUEST => $_SERVER['REQUEST_METHOD'],
        CURLOPT_HTTPHEADER => handed_on(),
        CURLOPT_POSTFIELDS => file_get_contents('php://input'),
        CURLOPT_NOBODY => $_SERVER['REQUEST_METHOD'] === 'HEAD',
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HEADERFUNCTION => fn ($_, string $line): int => handed_back($line),
    ]);
    $body = curl_exec($request);
    if ($body === false) {
        answer(502, ['error' => curl_error($request)]);
    }
    http_response_code(curl_getinfo($request, CURLINFO_RESPONSE_CODE));
    exit($body);
}

/** @return list<string> the headers as they came: those of the body have no HTTP_ before their names */
function handed_on(): array
{
    $lines = ['Expect:'];
    foreach (HANDED_ON as $name) {
        $value = $_SERVER["HTTP_$name"] ?? $_SERVER[$name] ?? '';
        $lines[] = strtr($name, '_', '-') . ':' . ($value === '' ? '' : " $value");
    }
    return $lines;
}

function handed_back(string $line): int
{
    if (preg_match('/^(?!Content-Length|Connection|Transfer-Encoding|Date|Server)[\w-]+:/i', $line)) {
        header(trim($line));
    }
    return strlen($line);
}

/** Have a command done by the stand-in, if there is one: its exit code, or null. */
function done_by_people(array $words, Config $config): ?int
{
    $address = $config->get('stub_people_occ', '');
    if ($address === '') {
        return null;
    }
    $connection = stream_socket_client($address);
    fwrite($connection, json_encode([$words, (string) stream_get_contents(STDIN)]) . "\n");
    [$code, $output] = json_decode((string) fgets($connection));
    fwrite(STDOUT, $output);
    return $code;
}
