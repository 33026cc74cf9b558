<?php
// Work behind the scenes: there is none, and it is noted that it was done.

declare(strict_types=1);

require __DIR__ . '/lib/config.php';
require __DIR__ . '/lib/store.php';

$config = new Config(__DIR__ . '/config');
if ($config->installed() && !$config->get('maintenance', false)) {
    require_caches($config);
    (new AppConfig(database($config)))->set('core', 'lastcron', (string) time());
}
