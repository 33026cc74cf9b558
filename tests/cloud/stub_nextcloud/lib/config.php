<?php
// Settings: config.php and each *.config.php beside it, of which the later win; the first is the one that is written.

declare(strict_types=1);

final class Config
{
    private array $values = [];

    public function __construct(private string $directory)
    {
        $extra = glob("$directory/*.config.php") ?: [];
        sort($extra);
        foreach (["$directory/config.php", ...$extra] as $file) {
            if (is_file($file)) {
                $CONFIG = [];
                include $file;
                $this->values = array_merge($this->values, $CONFIG);
            }
        }
    }

    public function get(string $key, mixed $default = null): mixed
    {
        return $this->values[$key] ?? $default;
    }

    public function installed(): bool
    {
        return (bool) $this->get('installed', false);
    }

    /** Everything that is known is written, also what other files say: so does Nextcloud. */
    public function set(array $values): void
    {
        $this->values = array_merge($this->values, $values);
        $text = "<?php\n\$CONFIG = " . var_export($this->values, true) . ";\n";
        if (@file_put_contents("$this->directory/config.php", $text) === false) {
            throw new RuntimeException("Cannot write into \"config\" directory!");
        }
        chmod("$this->directory/config.php", 0640);
    }
}
