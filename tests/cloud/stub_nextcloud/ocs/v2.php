<?php
// The capabilities that everybody may read, as recorded, cut to what a deployment asks for. All else is of people.

declare(strict_types=1);

require dirname(__DIR__) . '/lib/people.php';
require dirname(__DIR__) . '/version.php';

$config = opened();
answer_of_people($config);
if (($_SERVER['HTTP_OCS_APIREQUEST'] ?? '') !== 'true') {
    answer(412, ['message' => 'CSRF check failed']);
}
if ($config->get('maintenance', false)) {
    answer(503, ['ocs' => ['meta' => ['status' => 'failure', 'statuscode' => 503, 'message' => 'Service unavailable'], 'data' => []]]);
}
if (!str_ends_with((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/cloud/capabilities')) {
    answer(404, ['ocs' => ['meta' => ['status' => 'failure', 'statuscode' => 998, 'message' => 'Invalid query'], 'data' => []]]);
}
$apps = new AppConfig(database($config));
$capabilities = ['theming' => ['name' => 'Nextcloud', 'logo' => url($config) . '/core/img/logo/logo.svg?v=0']];
if (isset($apps->enabled()['spreed'])) {
    $capabilities['spreed'] = [
        'features' => ['conversation-v4'],
        'config' => ['signaling' => ['session-ping-limit' => 200, 'hello-v2-token-key' => $apps->get('spreed', 'signaling_token_pubkey_es256', 'stub')]],
        'version' => $apps->enabled()['spreed'],
    ];
}
answer(200, ['ocs' => [
    'meta' => ['status' => 'ok', 'statuscode' => 200, 'message' => 'OK'],
    'data' => ['version' => ['major' => 34, 'minor' => 0, 'micro' => 2, 'string' => $OC_VersionString, 'edition' => $OC_Edition], 'capabilities' => $capabilities],
]]);
