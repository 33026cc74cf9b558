<?php
// A stub, not Nextcloud: see README.md.
$OC_Version = [34, 0, 2, 1];
$OC_VersionString = '34.0.2';
$OC_Edition = 'stub';
$vendor = 'jitsi-migrate';
