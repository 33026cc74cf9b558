<?php
// What is kept in the database, and the caches that must be there.

declare(strict_types=1);

function database(Config $config, ?string $user = null, ?string $password = null): PDO
{
    [$host, $socket] = array_pad(explode(':', (string) $config->get('dbhost', 'localhost'), 2), 2, '');
    $place = str_starts_with($socket, '/') ? "unix_socket=$socket" : "host=$host" . ($socket ? ";port=$socket" : '');
    return new PDO(
        "mysql:$place;dbname={$config->get('dbname')};charset=utf8mb4",
        $user ?? $config->get('dbuser'),
        $password ?? $config->get('dbpassword'),
        [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION],
    );
}

/** Raises what every request of Nextcloud ends with where a cache of the settings cannot be used. */
function require_caches(Config $config): void
{
    foreach (['memcache.local', 'memcache.distributed', 'memcache.locking'] as $key) {
        $class = ltrim((string) $config->get($key, ''), '\\');
        $module = ['OC\Memcache\APCu' => 'apcu', 'OC\Memcache\Redis' => 'redis'][$class] ?? '';
        if ($class !== '' && ($module === '' || !extension_loaded($module))) {
            throw new RuntimeException("Memcache $class not available for " . substr($key, 9) . ' cache');
        }
    }
    if (str_contains((string) $config->get('memcache.locking', ''), 'Redis')) {
        $settings = $config->get('redis', []);
        $redis = new Redis();
        $redis->connect($settings['host'] ?? '127.0.0.1', $settings['port'] ?? 6379, $settings['timeout'] ?? 0.0);
        if (($settings['password'] ?? '') !== '') {
            $redis->auth($settings['password']);
        }
        $redis->set('stub', 'there');
        if ($redis->get('stub') !== 'there') {
            throw new RuntimeException('Redis server went away');
        }
    }
}

final class AppConfig
{
    public function __construct(private PDO $database)
    {
    }

    public function all(string $app): array
    {
        $query = $this->database->prepare('SELECT configkey, configvalue FROM oc_appconfig WHERE appid = ?');
        $query->execute([$app]);
        return $query->fetchAll(PDO::FETCH_KEY_PAIR);
    }

    public function get(string $app, string $key, string $default = ''): string
    {
        return $this->all($app)[$key] ?? $default;
    }

    /** Values have types since Nextcloud 29. One that was kept as any may become another, and no other may. */
    public function set(string $app, string $key, string $value, string $type = 'mixed'): void
    {
        $query = $this->database->prepare('SELECT type FROM oc_appconfig WHERE appid = ? AND configkey = ?');
        $query->execute([$app, $key]);
        $old = $query->fetchColumn();
        if ($old !== false && $old !== 'mixed' && $old !== $type) {
            throw new RuntimeException("conflict between new type ($type) and old type ($old)");
        }
        $this->database->prepare('REPLACE INTO oc_appconfig VALUES (?, ?, ?, ?)')->execute([$app, $key, $value, $type]);
    }

    public function delete(string $app, string $key): void
    {
        $this->database->prepare('DELETE FROM oc_appconfig WHERE appid = ? AND configkey = ?')->execute([$app, $key]);
    }

    /** @return array<string, string> the apps that are enabled, with their releases */
    public function enabled(): array
    {
        $query = $this->database->query("SELECT appid, configvalue FROM oc_appconfig WHERE configkey = 'installed_version'");
        $releases = $query->fetchAll(PDO::FETCH_KEY_PAIR);
        return array_filter($releases, fn ($app) => $this->get($app, 'enabled') === 'yes', ARRAY_FILTER_USE_KEY);
    }
}
