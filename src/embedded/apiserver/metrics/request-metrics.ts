import type { ServedResource } from '../resources/served-resource.ts';
import type { Call } from '../server-state.ts';
import { createCounter, createHistogram, labelText } from './series.ts';

/** Counts requests under the names that dashboards of an API server know. */
export interface RequestMetrics {
  /** A request begins; the function is told the status of its answer. */
  begin(call: Call, verb: string): (status: number) => void;
  /** A stream (a watch, a followed log) begins; the function ends it. */
  stream(call: Call, verb: string): () => void;
  text(): string;
}

const bounds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
];

/** Nothing counted yet. */
export function createRequestMetrics(): RequestMetrics {
  const total = createCounter(
    'apiserver_request_total',
    'counter',
    'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  );
  const duration = createHistogram(
    'apiserver_request_duration_seconds',
    'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    bounds,
  );
  const inflight = createCounter(
    'apiserver_current_inflight_requests',
    'gauge',
    'Number of requests being answered right now, per request kind.',
  );
  const streams = createCounter(
    'apiserver_longrunning_requests',
    'gauge',
    'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
  );
  for (const kind of [readOnly, mutating]) inflight.add(kind, 0);
  return {
    begin(call, verb) {
      const { clock } = call.state;
      const started = clock.now().getTime();
      const kind = call.request.method === 'GET' ? readOnly : mutating;
      const labels = labelsOf(call, verb);
      inflight.add(kind);
      return (status) => {
        inflight.add(kind, -1);
        total.add(`code="${status}",${labels}`);
        if (verb !== 'WATCH' && verb !== 'CONNECT')
          duration.observe(labels, (clock.now().getTime() - started) / 1000);
      };
    },
    stream(call, verb) {
      const labels = labelsOf(call, verb);
      streams.add(labels);
      return () => streams.add(labels, -1);
    },
    text: () => total.text() + duration.text() + inflight.text() + streams.text(),
  };
}

const readOnly = 'request_kind="readOnly"';
const mutating = 'request_kind="mutating"';

const labelTexts = new WeakMap<ServedResource, Map<string, string>>();

/** All but the code, put together once for each combination. */
function labelsOf(call: Call, verb: string): string {
  const { resource, target, query } = call;
  const known = labelTexts.get(resource) ?? new Map<string, string>();
  labelTexts.set(resource, known);
  const dryRun = query.get('dryRun') === 'All' ? 'All' : '';
  // Plurals, groups and versions are known ones: a caller cannot make series at will.
  const subresource = resource.subresources.find(({ name }) => name === target.subresource)?.name;
  const scope = scopeOf(target);
  const key = `${verb} ${scope} ${subresource ?? ''} ${dryRun}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const { group, plural, version } = resource;
  const text = labelText({
    component: 'apiserver',
    dry_run: dryRun,
    group,
    resource: plural,
    scope,
    subresource: subresource ?? '',
    verb,
    version,
  });
  known.set(key, text);
  return text;
}

function scopeOf({ name, namespace }: Call['target']): string {
  if (name !== undefined) return 'resource';
  return namespace === undefined ? 'cluster' : 'namespace';
}

/** The verb as these metrics name it. */
export function verbLabel(verb: string, { request, target }: Call): string {
  if (['exec', 'attach', 'portforward', 'proxy'].includes(target.subresource ?? ''))
    return 'CONNECT';
  const isApply =
    request.headers.get('content-type')?.startsWith('application/apply-patch') ?? false;
  if (verb === 'patch') return isApply ? 'APPLY' : 'PATCH';
  return { create: 'POST', update: 'PUT' }[verb] ?? verb.toUpperCase();
}
