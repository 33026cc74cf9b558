<?php
// What requests are answered: JSON, or the errors that Nextcloud has before it begins.

declare(strict_types=1);

require_once __DIR__ . '/config.php';
require_once __DIR__ . '/store.php';

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json; charset=utf-8');
    echo json_encode($body, JSON_UNESCAPED_SLASHES);
    exit;
}

/** Return the settings, if the request is for a name of ours and all that it needs is there. */
function opened(): Config
{
    $config = new Config(dirname(__DIR__) . '/config');
    $host = preg_replace('/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? '');
    if ($config->installed() && !in_array($host, $config->get('trusted_domains', []), true)) {
        answer(400, ['error' => 'Trusted domain error.', 'code' => 15]);
    }
    try {
        require_caches($config);
        if ($config->installed()) {
            database($config)->query('SELECT 1');
        }
    } catch (Throwable $error) {
        error_log((string) $error);
        answer(500, ['error' => 'Internal Server Error', 'code' => 500]);
    }
    return $config;
}

function url(Config $config): string
{
    return rtrim((string) $config->get('overwrite.cli.url', 'http://localhost'), '/');
}
