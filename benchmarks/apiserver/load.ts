// Writes ConfigMaps over a number of connections for a while and prints what it saw. Its own process.
import { readFileSync } from 'node:fs';
import { connect, post, type Target } from './connection.ts';

const [targetFile = '', connections = '1', seconds = '3', prefix = 'x'] = process.argv.slice(2);
const target = JSON.parse(readFileSync(targetFile, 'utf8')) as Target;
const filler = 'x'.repeat(200);
const path = '/api/v1/namespaces/default/configmaps';
const times: number[] = [];
let failed = 0;
let number = 0;
const opened = [];
for (let at = 0; at < Number(connections); at++) opened.push(await connect(target));
const begun = performance.now();
const warm = begun + 500;
const end = warm + Number(seconds) * 1000;
await Promise.all(
  opened.map(async (connection) => {
    for (let now = begun; now < end;) {
      const name = `${prefix}-${number++}`;
      const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","labels":{"app":"bench"}},"data":{"a":"${filler}"}}`;
      const { status } = await connection.send(post(path, body));
      const after = performance.now();
      if (status !== 201) failed++;
      if (now >= warm && after <= end) times.push(after - now);
      now = after;
    }
    connection.close();
  }),
);
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
const perSecond = times.length / Number(seconds);
process.stdout.write(
  `${JSON.stringify({ perSecond, p50: at(0.5), p99: at(0.99), failed, cpu: process.cpuUsage() })}\n`,
);
