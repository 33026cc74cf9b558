<?php
// integrity:check-*: the files of a directory, compared with the checksums in its signature.json.

declare(strict_types=1);

/** @return array<string, array<string, array>> what differs, by kind and file, as Nextcloud tells it */
function differences(string $directory, string $signature): array
{
    if (!is_file($signature)) {
        return [];
    }
    $found = [];
    foreach (json_decode(file_get_contents($signature), true)['hashes'] as $file => $hash) {
        if (!is_file("$directory/$file")) {
            $found['FILE_MISSING'][$file] = ['expected' => $hash, 'current' => ''];
        } elseif (hash_file('sha512', "$directory/$file") !== $hash) {
            $found['INVALID_HASH'][$file] = ['expected' => $hash, 'current' => hash_file('sha512', "$directory/$file")];
        }
    }
    return $found;
}
