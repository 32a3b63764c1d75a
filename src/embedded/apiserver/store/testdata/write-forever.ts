// Run by the crash test: writes until it is killed, printing each write that was acknowledged.
import { systemClock } from '../../../../base/index.ts';
import { openSqliteStore } from '../sqlite-store.ts';

const store = await openSqliteStore({ path: process.argv[2]!, clock: systemClock });
for (let round = 0; ; round++) {
  await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      const name = `n${round}-${at}`;
      const metadata = { name, namespace: 'default' };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
      const { revision } = store.put(`/core/configmaps/default/${name}`, object, 0);
      await store.durable();
      process.stdout.write(`${name} ${revision}\n`);
    }),
  );
}
