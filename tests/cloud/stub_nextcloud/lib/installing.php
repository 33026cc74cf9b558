<?php
// maintenance:install: tables, the first account, and at last the note that it is installed.

declare(strict_types=1);

const TABLES = [
    'CREATE TABLE oc_migrations (app VARCHAR(255), version VARCHAR(255), PRIMARY KEY (app, version))',
    'CREATE TABLE oc_appconfig (appid VARCHAR(32), configkey VARCHAR(64), configvalue LONGTEXT, type VARCHAR(8), PRIMARY KEY (appid, configkey))',
    'CREATE TABLE oc_users (uid VARCHAR(64) PRIMARY KEY, password VARCHAR(255))',
    'CREATE TABLE oc_authtoken (id INT AUTO_INCREMENT PRIMARY KEY, uid VARCHAR(64), name TEXT)',
];

function install(Config $config, array $options, string $root): void
{
    if (!is_file("$root/config/CAN_INSTALL")) {
        throw new RuntimeException('Nextcloud is not allowed to be installed: config/CAN_INSTALL is missing');
    }
    foreach (['database-name', 'database-user', 'database-pass', 'admin-pass'] as $needed) {
        if (($options[$needed] ?? '') === '') {
            // It would ask for it, and nobody is there.
            throw new RuntimeException("The option --$needed is missing");
        }
    }
    $data = $options['data-dir'] ?? "$root/data";
    if (!is_dir($data) && !@mkdir($data, 0770, true) || !is_writable($data)) {
        throw new RuntimeException("Cannot create or write into the data directory $data");
    }
    $config->set([
        'passwordsalt' => bin2hex(random_bytes(15)),
        'secret' => bin2hex(random_bytes(24)),
        'trusted_domains' => ['localhost'],
        'datadirectory' => $data,
        'dbtype' => 'mysql',
        'version' => '34.0.2.1',
        'dbname' => $options['database-name'],
        'dbhost' => $options['database-host'] ?? 'localhost',
        'dbuser' => $options['database-user'],
        'dbpassword' => $options['database-pass'],
        'instanceid' => 'oc' . bin2hex(random_bytes(5)),
    ]);
    $database = database($config, $options['database-user'], $options['database-pass']);
    foreach (TABLES as $table) {
        $database->exec($table);
        if (getenv('STUB_BREAKS_OFF')) {
            throw new RuntimeException('The installation was broken off');
        }
    }
    $admin = $options['admin-user'] ?? 'admin';
    $database->prepare('INSERT INTO oc_users VALUES (?, ?)')->execute([$admin, password_hash($options['admin-pass'], PASSWORD_DEFAULT)]);
    $apps = new AppConfig($database);
    $apps->set('core', 'backgroundjobs_mode', 'ajax');
    $config->set(['installed' => true]);
    unlink("$root/config/CAN_INSTALL");
}
