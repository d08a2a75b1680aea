'use strict';

// Azurite's blobs, in memory: prints where it listens, and ends with its standard input.
process.argv.push(
  '--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent');
process.stdin.resume().on('end', () => process.exit());
require('azurite/dist/src/blob/main');
