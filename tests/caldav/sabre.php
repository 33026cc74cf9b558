<?php
// A CalDAV server as sabre/dav's own example sets it up, with passwords from a file. SABRE_ROOT names its directory.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
ini_set('display_errors', '0');
require '/usr/share/php/Sabre/autoload.php';

// What PHP's own server writes names no requests. No answer leaves before its line is written.
ob_start();
register_shutdown_function(function () {
    $line = sprintf("\"%s %s HTTP/1.1\" %d\n", $_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], http_response_code());
    file_put_contents(getenv('SABRE_ROOT') . '/access', $line, FILE_APPEND | LOCK_EX);
});

class Passwords extends \Sabre\DAV\Auth\Backend\AbstractBasic
{
    protected function validateUserPass($name, $password)
    {
        $users = json_decode(file_get_contents(getenv('SABRE_ROOT') . '/users.json'), true);
        return isset($users[$name]) && $users[$name] === $password;
    }
}

// Workers write at the same time: each waits for the others.
$database = new PDO('sqlite:' . getenv('SABRE_ROOT') . '/database', null, null, [PDO::ATTR_TIMEOUT => 30]);
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$database->exec('PRAGMA synchronous = OFF');
$principals = new \Sabre\DAVACL\PrincipalBackend\PDO($database);
$server = new \Sabre\DAV\Server([
    new \Sabre\CalDAV\Principal\Collection($principals),
    new \Sabre\CalDAV\CalendarRootNode($principals, new \Sabre\CalDAV\Backend\PDO($database)),
]);
$server->setBaseUri('/');
$server->addPlugin(new \Sabre\DAV\Auth\Plugin(new Passwords(), 'tests'));
$server->addPlugin(new \Sabre\DAVACL\Plugin());
$server->addPlugin(new \Sabre\CalDAV\Plugin());
$server->exec();
