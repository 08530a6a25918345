#!/usr/bin/env node
// The command `adgen`. It does everything itself, signals and output included; JavaScript waits for its exit code.
'use strict';

process.exitCode = require('../lib/native.js').native().main(['adgen', ...process.argv.slice(2)]);
