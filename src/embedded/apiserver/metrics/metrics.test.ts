import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { createHistogram, labelText } from './series.ts';

let test: TestServer;
beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const maps = '/api/v1/namespaces/default/configmaps';
const text = async (): Promise<string> => (await test.call('GET', '/metrics')).text;

it('counts requests by verb, resource and code, and what is stored', async () => {
  for (const name of ['a', 'b']) await test.call('POST', maps, { metadata: { name } });
  await test.call('POST', maps, { metadata: { name: 'a' } });
  await test.call('GET', `${maps}/a`);
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  await test.call('PATCH', `${maps}/a?fieldManager=m&dryRun=All`, applied, {
    'content-type': 'application/apply-patch+yaml',
  });
  const found = await text();
  const of = (
    code: number,
    verb: string,
    more = 'dry_run="",group="",resource="configmaps",scope="namespace"',
  ): string =>
    `apiserver_request_total{code="${code}",component="apiserver",${more},subresource="",verb="${verb}",version="v1"}`;
  expect(found).toContain(`${of(201, 'POST')} 2\n`);
  expect(found).toContain(`${of(409, 'POST')} 1\n`);
  const one = 'group="",resource="configmaps",scope="resource"';
  expect(found).toContain(`${of(200, 'GET', `dry_run="",${one}`)} 1\n`);
  expect(found).toContain(`${of(200, 'APPLY', `dry_run="All",${one}`)} 1\n`);
  expect(found).toContain('apiserver_storage_objects{resource="configmaps"} 2\n');
  expect(found).toContain('apiserver_current_inflight_requests{request_kind="mutating"} 0\n');
  expect(found).toMatch(
    /apiserver_request_duration_seconds_bucket\{.*verb="POST".*le="0.005"\} 3\n/,
  );
  expect(found).toMatch(/process_resident_memory_bytes \d{7,}\n/);
});

it('knows the watches that are open', async () => {
  const frames = await test.watch(`${maps}?watch=1`);
  const open =
    'apiserver_longrunning_requests{component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="WATCH",version="v1"}';
  expect(await text()).toContain(`${open} 1\n`);
  frames.stop();
  expect(await text()).toContain(`${open} 0\n`);
});

it('writes what Prometheus reads', () => {
  expect(labelText({ a: 'x"y\\z\n' })).toBe(String.raw`a="x\"y\\z\n"`);
  const histogram = createHistogram('h', 'help', [0.5, 1]);
  for (const seconds of [0.1, 0.7, 3]) histogram.observe('a="b"', seconds);
  expect(histogram.text().split('\n').slice(2)).toEqual([
    'h_bucket{a="b",le="0.5"} 1',
    'h_bucket{a="b",le="1"} 2',
    'h_bucket{a="b",le="+Inf"} 3',
    'h_sum{a="b"} 3.8',
    'h_count{a="b"} 3',
    '',
  ]);
});
