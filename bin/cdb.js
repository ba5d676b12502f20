#!/usr/bin/env node
// Old syntax only: this file must parse on any Node in order to say that it is too old.
var version = process.versions.node.split('.').map(Number);
var tooOld = version[0] < 20 || (version[0] === 20 && version[1] < 19);

function refuse(what, why, todo) {
  process.stderr.write(
    'error CDB-E0001: ' + what + '\ncause: ' + why + '\nfix:   ' + todo + '\ndocs:  README.md\n',
  );
  process.exitCode = 3;
}

if (tooOld) {
  refuse(
    'Cannot start cdb: Node 20.19 or newer is required, current is "' + process.version + '"',
    'cdb uses features that this Node does not have',
    'install Node 20.19, 22 or 24 and run the command again',
  );
} else {
  process.env.NODE_ENV = 'production';
  import('../dist/main.js').catch(function (fault) {
    if (fault.code !== 'ERR_MODULE_NOT_FOUND' || !/dist.main\.js/.test(fault.message)) throw fault;
    refuse(
      'Cannot start cdb: it is not built',
      'dist/main.js is missing',
      'npm ci (or npm run build)',
    );
  });
}
