<?php
// Calendars.

declare(strict_types=1);

require __DIR__ . '/lib/people.php';

answer_of_people(opened());
http_response_code(503);
