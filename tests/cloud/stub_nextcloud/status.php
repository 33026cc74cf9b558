<?php
// As recorded. The edition tells that it is a stub.

declare(strict_types=1);

require __DIR__ . '/lib/answering.php';
require __DIR__ . '/version.php';

$config = opened();
answer(200, [
    'installed' => $config->installed(),
    'maintenance' => (bool) $config->get('maintenance', false),
    'needsDbUpgrade' => false,
    'version' => implode('.', $OC_Version),
    'versionstring' => $OC_VersionString,
    'edition' => $OC_Edition,
    'productname' => 'Nextcloud',
    'extendedSupport' => false,
]);
