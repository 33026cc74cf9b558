<?php
// Pages: there are none but one; and the beginning of a login by an app, which tells how links are made.

declare(strict_types=1);

require __DIR__ . '/lib/answering.php';

$config = opened();
if (!$config->installed()) {
    header('Content-Type: text/html; charset=utf-8');
    exit('<p>Whoever reads this may install it.</p>');
}
if (str_ends_with((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/login/v2')) {
    answer(200, [
        'poll' => ['token' => bin2hex(random_bytes(32)), 'endpoint' => url($config) . '/login/v2/poll'],
        'login' => url($config) . '/login/v2/flow/' . bin2hex(random_bytes(32)),
    ]);
}
header('Content-Type: text/html; charset=utf-8');
echo '<p>A stub of Nextcloud.</p>';
