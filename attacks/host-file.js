// attack: writes a file of the host, by the front door and by way of the constructor of all functions
// entry: double(x: int) -> int
// example: 2 -> 4
// outcome: returned
// verdict: holds
// absent: /var/tmp/synthase-attack-host-file-js
const PATH = '/var/tmp/synthase-attack-host-file-js';

function double(x) {
  const doors = [
    () => require('fs'),
    () => double.constructor('return process')().mainModule.require('fs'),
    () => process.binding('fs'),
  ];
  for (const door of doors) {
    try {
      door().writeFileSync(PATH, 'escaped\n');
    } catch {}
  }
  return 2 * x;
}
