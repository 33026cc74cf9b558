<?php
// setupchecks: some of those that Nextcloud has, in the shape that was recorded.

declare(strict_types=1);

function check(string $name, string $severity, string $description): array
{
    return ['name' => $name, 'severity' => $severity, 'description' => $description, 'descriptionParameters' => null, 'linkToDoc' => null];
}

function setup_checks(Config $config, AppConfig $apps): array
{
    $last = (int) $apps->get('core', 'lastcron', '0');
    $minutes = intdiv(time() - $last, 60);
    $cron = match (true) {
        $last === 0 => check('Cron last run', 'error', 'Last background job execution ran 56 years ago. Something seems wrong.'),
        $minutes > 60 => check('Cron last run', 'error', "Last background job execution ran $minutes minutes ago. Something seems wrong."),
        default => check('Cron last run', 'success', "Last background job execution ran $minutes minutes ago."),
    };
    $https = str_starts_with((string) $config->get('overwrite.cli.url'), 'https://');
    return [
        'system' => [
            'OCA\Settings\SetupChecks\CronInfo' => $cron,
            'OCA\Settings\SetupChecks\LogErrors' => check('Errors in the log', 'success', 'No errors in the logs'),
        ],
        'network' => ['OCA\Settings\SetupChecks\InternetConnectivity' => check('Internet connectivity', 'success', 'Internet connectivity is disabled in configuration file.')],
        'security' => ['OCA\Settings\SetupChecks\HttpsUrlGeneration' => check('HTTPS access and URLs', $https ? 'success' : 'warning', $https ? 'Secure' : 'Insecure')],
        'talk' => ['OCA\Talk\SetupCheck\HighPerformanceBackend' => backend_check($apps)],
    ];
}

function backend_check(AppConfig $apps): array
{
    $servers = json_decode($apps->get('spreed', 'signaling_servers', '{}'), true)['servers'] ?? [];
    if ($servers === []) {
        return check('High-performance backend', 'warning', 'No High-performance backend configured - Running Nextcloud Talk without the High-performance backend only scales for very small calls (max. 2-3 participants).');
    }
    $welcome = @file_get_contents(rtrim($servers[0]['server'], '/') . '/api/v1/welcome');
    if ($welcome === false) {
        return check('High-performance backend', 'error', 'Error: Cannot connect to server');
    }
    return check('High-performance backend', 'warning', 'Error: Server seems to be missing features: changed-users');
}
