// Run by the crash test: serves a store in a file until it is killed; prints its port.
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer } from '../server.ts';

const server = await createApiServer({
  storePath: process.argv[2]!,
  clock: systemClock,
  log: silentLogger,
  auth: { anonymousIsAdmin: true },
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${port}\n`);
