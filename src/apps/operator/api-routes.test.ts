import { expect, it } from 'vitest';
import { createBus } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import { apiRoutes, joinedMetrics } from './api-routes.ts';

const bus = createBus<Events>();
const pushed: unknown[] = [];
bus.subscribe('image.pushed', (event) => pushed.push(event), new AbortController().signal);
const handler = apiRoutes({
  images: async (request) => (request.url.includes('/images') ? new Response('images') : undefined),
  sync: async (request) => new Response(`sync ${await request.text()}`),
  release: () => new Response('release'),
  bus,
});
const ask = async (path: string, body?: object): Promise<string> => {
  const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await handler(new Request(`http://here${path}`, how))).text();
};

it('one address answers for fluxd and the Helm Operator', async () => {
  expect(await ask('/healthz')).toBe('OK');
  expect(await ask('/api/v1/sync-git', {})).toBe('release');
  expect(await ask('/api/flux/v10/images')).toBe('images');
  expect(await ask('/api/flux/v11/services')).toBe('sync ');
});

it('a notice of an image is news, and the sync still reads it', async () => {
  const Source = { Name: { Domain: 'quay.io', Image: 'a/b' } };
  expect(await ask('/api/flux/v11/notify', { Kind: 'image', Source })).toContain('quay.io');
  await ask('/api/flux/v11/notify', { Kind: 'image', Source: { Name: { Image: 'c/d' } } });
  await ask('/api/flux/v11/notify', { Kind: 'git', Source: { URL: 'x' } });
  await ask('/api/flux/v11/notify', { Kind: 'image', Source: 3 });
  expect(pushed).toEqual([
    { repository: 'quay.io/a/b', tag: '', digest: '' },
    { repository: 'c/d', tag: '', digest: '' },
  ]);
});

it('metrics of several make one page', async () => {
  const page = (text: string) => () => new Response(text);
  const joined = await joinedMetrics([page('a 1\n'), page('b 2'), page('')]);
  expect((await joined.text()).trim().split('\n')).toEqual(['a 1', 'b 2']);
});
