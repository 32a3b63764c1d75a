// Prints how long the library takes to be imported, and to start in memory and answer.
const begun = performance.now();
const { silentLogger, systemClock } = await import('../../src/base/index.ts');
const { createApiServer } = await import('../../src/embedded/apiserver/index.ts');
const imported = performance.now();
const server = await createApiServer({
  storePath: ':memory:',
  clock: systemClock,
  log: silentLogger,
});
await server.transport(new Request('http://x/api/v1/namespaces/default'));
const started = performance.now();
process.stdout.write(JSON.stringify({ imported: imported - begun, started: started - imported }));
await server.close();
