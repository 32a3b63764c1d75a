// The API server as its own process, over HTTPS on a free port, durable in the folder given. The parent
// asks for figures on standard input (`memory`) and ends it by closing that.
import path from 'node:path';
import readline from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { createApiServer, createPki } from '../../src/embedded/apiserver/index.ts';

const dir = process.argv[2]!;
const pki = await createPki({ dir, clock: systemClock, hosts: [] });
const server = await createApiServer({
  storePath: path.join(dir, 'state.db'),
  clock: systemClock,
  log: silentLogger,
});
const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
const { port } = await server.listen({ host: '127.0.0.1', port: 0, tls });
const { caPem: ca, clientCertPem: cert, clientKeyPem: key } = pki;
say({ port, ca, cert, key });

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line !== 'memory') continue;
  collect();
  say({ rss: process.memoryUsage.rss(), heap: process.memoryUsage().heapUsed });
}
process.exit(0);

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
