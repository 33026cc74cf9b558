<?php
// Managed by jitsi-migrate: change migrate.toml and render again.
// All options: config/config.sample.php of Nextcloud. What stands here wins over config.php, which Nextcloud writes itself.

$CONFIG = [
    // --- Addresses ---------------------------------------------------------------------------------------------------

    // Requests for another name are refused.
    'trusted_domains' => ['cloud.example.org'],
    'overwrite.cli.url' => 'https://cloud.example.org',
    'overwritehost' => 'cloud.example.org',
    // Links in mails and in apps begin with https, whoever hands a request on.
    'overwriteprotocol' => 'https',
    // Whoever is not among these is not believed when it tells whose address a request is from.
    'trusted_proxies' => [],
    'htaccess.RewriteBase' => '/',

    // It trusts whom the host trusts, and so an authority of your own too; else it has a list of its own.
    'default_certificates_bundle_path' => '/etc/ssl/certs/ca-certificates.crt',

    // --- What is kept, and where -------------------------------------------------------------------------------------

    'datadirectory' => '/var/lib/nextcloud/data',
    'dbtype' => 'mysql',
    'dbhost' => 'localhost:/run/mysqld/mysqld.sock',
    'dbname' => 'nextcloud',
    'dbuser' => 'nextcloud',
    'dbpassword' => ‹secret:456ee5cf›,
    'mysql.utf8mb4' => true,

    // --- Apps --------------------------------------------------------------------------------------------------------

    // Those that playbooks bring belong to root, and nothing that is reached from outside can change them.
    'apps_paths' => [
        ['path' => '/var/www/nextcloud/apps', 'url' => '/apps', 'writable' => false],
    ],

    // --- Caches ------------------------------------------------------------------------------------------------------

    'memcache.local' => '\\OC\\Memcache\\APCu',
    'memcache.distributed' => '\\OC\\Memcache\\Redis',
    'memcache.locking' => '\\OC\\Memcache\\Redis',
    'redis' => [
        'host' => '/run/redis/redis-server.sock',
        'port' => 0,
        'password' => ‹secret:d131838a›,
        'timeout' => 1.5,
    ],

    // --- Quiet -------------------------------------------------------------------------------------------------------

    // Nextcloud would ask servers of others for apps and for new releases.
    'appstoreenabled' => false,
    'updatechecker' => false,
    // Off, it sends nothing to the servers by which telephones ring, and Talk does not ask for the STUN server of
    // Nextcloud's makers, which it does as soon as it knows no other.
    'has_internet_connection' => false,
    // On, it still offers nobody's address to all the world, and looks at no pages to see whether there is a way out.
    'lookup_server' => '',
    'connectivity_check_domains' => [],
    // Without links to the sellers of Nextcloud, and without its introduction.
    'knowledgebaseenabled' => false,
    // No previews from the address that somebody wrote: the server would fetch whatever it is.
    'reference_opengraph' => false,

    // --- Work --------------------------------------------------------------------------------------------------------

    // The program is changed by playbooks only.
    'upgrade.disable-web' => true,
    // Heavy work waits for this hour (UTC), and ends four hours later.
    'maintenance_window_start' => 1,
    // Also if there is none: Nextcloud copies into config.php what it reads here, and would go on by that.
    'default_phone_region' => '',
    // To the journal, warnings and errors.
    'log_type' => 'syslog',
    'loglevel' => 2,
];
