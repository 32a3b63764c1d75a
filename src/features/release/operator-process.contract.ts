// An operator as a process of its own, to be killed: `node operator-process.contract.ts URL NAMESPACE DIR`.
// The server at URL is the cluster, and below /charts it is the chart repository.
import { createBus, silentLogger, systemClock } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import { connect } from '../../lib/kube/index.ts';
import { startRelease } from './index.ts';

const [url = '', namespace = '', dataDir = ''] = process.argv.slice(2);

/** Sends what is meant for the cluster, or for a host that tests name, to the server. */
const transport: Transport = (request) => {
  const { pathname, search, hostname } = new URL(request.url);
  const path = hostname === 'charts.test' ? `/charts${pathname}` : pathname;
  return fetch(new Request(`${url}${path}${search}`, request));
};

await startRelease({
  cluster: connect({ transport }),
  bus: createBus<Events>(),
  clock: systemClock,
  log: silentLogger,
  signal: new AbortController().signal,
  dataDir,
  render: {},
  transport,
  namespace,
  settings: { chartsSyncIntervalMs: 100 },
}).done;
