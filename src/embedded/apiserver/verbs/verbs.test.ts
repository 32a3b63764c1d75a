import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.server.close());

const pod = (name: string): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});

describe('create', () => {
  it('fills in what only the server sets, and takes kind and version from the URL', async () => {
    const { status, body } = await test.call('POST', maps, {
      metadata: { name: 'made', uid: 'mine', creationTimestamp: '2000-01-01T00:00:00Z' },
      data: { a: '1' },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'made', namespace: 'default', creationTimestamp: '2026-01-02T03:04:05Z' },
      data: { a: '1' },
    });
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
  });

  it('makes up a name from generateName', async () => {
    const { body } = await test.call('POST', maps, { metadata: { generateName: 'gen-' } });
    expect(body.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('a dry run stores nothing and has no resourceVersion', async () => {
    const { status, body } = await test.call('POST', `${maps}?dryRun=All`, {
      metadata: { name: 'dry' },
    });
    expect(status).toBe(201);
    expect(body.metadata.uid).toBeDefined();
    expect(body.metadata.resourceVersion).toBeUndefined();
    expect((await test.call('GET', `${maps}/dry`)).status).toBe(404);
  });

  it.each([
    [
      'an absent namespace',
      '/api/v1/namespaces/none/configmaps',
      { metadata: { name: 'a' } },
      404,
      'namespaces "none" not found',
    ],
    [
      'another namespace in the body',
      maps,
      { metadata: { name: 'a', namespace: 'x' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'a resourceVersion',
      maps,
      { metadata: { name: 'a', resourceVersion: '1' } },
      400,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'another version',
      maps,
      { apiVersion: 'v2', metadata: { name: 'a' } },
      400,
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
    [
      'a name that is taken',
      maps,
      { metadata: { name: 'made' } },
      409,
      'configmaps "made" already exists',
    ],
    [
      'a bad dry run',
      `${maps}?dryRun=foo`,
      { metadata: { name: 'a' } },
      422,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"foo"}: supported values: "All"',
    ],
  ])('refuses %s', async (...[, path, body, status, message]) => {
    const answer = await test.call('POST', path, body);
    expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', message, code: status });
    expect(answer.status).toBe(status);
  });

  it('warns of unknown and repeated fields, or refuses them when asked', async () => {
    const text = '{"metadata":{"name":"w1"},"data":{"a":"1","a":"2"},"foo":1}';
    const warned = await test.call('POST', maps, text);
    expect(warned.status).toBe(201);
    expect(warned.headers.get('warning')).toBe(
      '299 - "unknown field \\"foo\\"", 299 - "duplicate field \\"data.a\\""',
    );
    const strict = await test.call('POST', `${maps}?fieldValidation=Strict`, text);
    expect(strict.status).toBe(400);
    expect(strict.body.message).toContain(
      'strict decoding error: unknown field "foo", duplicate field "data.a"',
    );
    const ignored = await test.call(
      'POST',
      `${maps}?fieldValidation=Ignore`,
      text.replace('w1', 'w2'),
    );
    expect(ignored.headers.get('warning')).toBeNull();
    const legacy = await startTestServer({ profile: 'legacy' });
    const old = await legacy.call('POST', `${maps}?fieldValidation=Strict`, text);
    expect([old.status, old.headers.get('warning')]).toEqual([201, null]);
    await legacy.server.close();
  });

  it('takes YAML, and refuses forms nobody knows', async () => {
    const yaml = await test.call('POST', maps, 'metadata:\n  name: yaml\ndata:\n  a: "1"\n', {
      'content-type': 'application/yaml',
    });
    expect(yaml.body).toMatchObject({ data: { a: '1' } });
    const other = await test.call('POST', maps, 'x', { 'content-type': 'text/plain' });
    expect(other.status).toBe(415);
  });
});

describe('update', () => {
  it('is refused with an old version, taken with the present one or none', async () => {
    const made = await test.call('POST', maps, { metadata: { name: 'u' }, data: { n: '0' } });
    const version = made.body.metadata.resourceVersion;
    const second = await test.call('PUT', `${maps}/u`, {
      metadata: { name: 'u', resourceVersion: version },
      data: { n: '1' },
    });
    expect(second.status).toBe(200);
    const late = await test.call('PUT', `${maps}/u`, {
      metadata: { name: 'u', resourceVersion: version },
      data: { n: '2' },
    });
    expect(late.status).toBe(409);
    expect(late.body.message).toBe(
      'Operation cannot be fulfilled on configmaps "u": the object has been modified; please apply your changes to the latest version and try again',
    );
    const free = await test.call('PUT', `${maps}/u`, { metadata: { name: 'u' }, data: { n: '3' } });
    expect(free.status).toBe(200);
    expect(free.body.metadata.uid).toBe(made.body.metadata.uid);
  });

  it('of two with the same version exactly one wins', async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const made = await test.call('POST', leases, {
      metadata: { name: 'l' },
      spec: { holderIdentity: '' },
    });
    const put = (who: string): Promise<{ status: number }> =>
      test.call('PUT', `${leases}/l`, { ...made.body, spec: { holderIdentity: who } });
    const answers = await Promise.all([put('a'), put('b'), put('c')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  it('that changes nothing writes nothing', async () => {
    const made = await test.call('POST', maps, { metadata: { name: 'same' }, data: { n: '0' } });
    await test.clock.advance(5000);
    const again = await test.call('PUT', `${maps}/same`, {
      metadata: { name: 'same' },
      data: { n: '0' },
    });
    expect(again.body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion);
  });

  it('to an absent name is 404, but creates for kinds that allow it', async () => {
    expect((await test.call('PUT', `${maps}/none`, { metadata: { name: 'none' } })).status).toBe(
      404,
    );
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/put';
    expect((await test.call('PUT', path, { metadata: { name: 'put' }, spec: {} })).status).toBe(
      201,
    );
  });

  it('of the status leaves the spec, of the object leaves the status', async () => {
    await test.call('POST', pods, pod('st'));
    const live = (await test.call('GET', `${pods}/st`)).body;
    const status = await test.call('PUT', `${pods}/st/status`, {
      ...live,
      metadata: { ...live.metadata, labels: { seen: 'yes' }, ownerReferences: [] },
      spec: { ...(live['spec'] as object), hostname: 'other' },
      status: { phase: 'Running' },
    });
    expect(status.body).toMatchObject({ status: { phase: 'Running' }, spec: live['spec'] });
    expect(status.body['spec']).not.toHaveProperty('hostname');
    // Labels of most kinds are taken there, as a real server does.
    expect(status.body.metadata['labels']).toEqual({ seen: 'yes' });
    const main = await test.call('PATCH', `${pods}/st`, {
      metadata: { labels: { yes: 'yes' } },
      status: { phase: 'Failed' },
    });
    expect(main.body).toMatchObject({
      metadata: { labels: { yes: 'yes' } },
      status: { phase: 'Running' },
    });
  });
});

describe('delete', () => {
  it('answers with a Status that names what went', async () => {
    const made = await test.call('POST', maps, { metadata: { name: 'gone' } });
    const { status, body } = await test.call('DELETE', `${maps}/gone`);
    expect(status).toBe(200);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'gone', kind: 'configmaps', uid: made.body.metadata.uid },
    });
    expect((await test.call('DELETE', `${maps}/gone`)).body.message).toBe(
      'configmaps "gone" not found',
    );
  });

  it('waits for finalizers; emptying them removes the object', async () => {
    await test.call('POST', maps, { metadata: { name: 'fin', finalizers: ['a.b/c'] } });
    const first = await test.call('DELETE', `${maps}/fin`);
    expect(first.body).toMatchObject({
      kind: 'ConfigMap',
      metadata: { deletionTimestamp: expect.any(String) as string, deletionGracePeriodSeconds: 0 },
    });
    const second = await test.call('DELETE', `${maps}/fin`);
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    expect((await test.call('GET', `${maps}/fin`)).status).toBe(200);
    expect(
      (await test.call('PATCH', `${maps}/fin`, { metadata: { finalizers: null } })).status,
    ).toBe(200);
    expect((await test.call('GET', `${maps}/fin`)).status).toBe(404);
  });

  it.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
  ])('%s leaves a finalizer for the collector', async (propagationPolicy, finalizers) => {
    const name = propagationPolicy.toLowerCase();
    await test.call('POST', maps, { metadata: { name } });
    const { body } = await test.call('DELETE', `${maps}/${name}`, { propagationPolicy });
    expect(body.metadata['finalizers']).toEqual(finalizers);
  });

  it('a Job is orphaned unless told otherwise', async () => {
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
    for (const name of ['j1', 'j2'])
      await test.call('POST', jobs, { metadata: { name }, spec: { template } });
    expect((await test.call('DELETE', `${jobs}/j1`)).body.metadata['finalizers']).toEqual([
      'orphan',
    ]);
    expect(
      (await test.call('DELETE', `${jobs}/j2?propagationPolicy=Background`)).body,
    ).toMatchObject({ kind: 'Status' });
  });

  it('checks preconditions', async () => {
    const made = await test.call('POST', maps, { metadata: { name: 'pre' } });
    const uid = made.body.metadata.uid;
    const wrong = await test.call('DELETE', `${maps}/pre`, { preconditions: { uid: 'other' } });
    expect(wrong.status).toBe(409);
    expect(wrong.body.message).toContain(
      `the UID in the precondition (other) does not match the UID in record (${uid})`,
    );
    expect((await test.call('DELETE', `${maps}/pre`, { preconditions: { uid } })).status).toBe(200);
  });

  it('a pod that runs is given its grace, which can only be shortened', async () => {
    await test.call('POST', pods, pod('grace'));
    await test.call('POST', `${pods}/grace/binding`, { target: { kind: 'Node', name: 'n' } });
    const first = await test.call('DELETE', `${pods}/grace`, { gracePeriodSeconds: 20 });
    expect(first.body.metadata).toMatchObject({
      deletionGracePeriodSeconds: 20,
      deletionTimestamp: expect.any(String) as string,
    });
    const longer = await test.call('DELETE', `${pods}/grace`, { gracePeriodSeconds: 60 });
    expect(longer.body.metadata['deletionGracePeriodSeconds']).toBe(20);
    const now = await test.call('DELETE', `${pods}/grace`, { gracePeriodSeconds: 0 });
    expect(now.body).toMatchObject({ kind: 'Pod' });
    expect((await test.call('GET', `${pods}/grace`)).status).toBe(404);
  });

  it('of a pod that is bound nowhere is at once', async () => {
    await test.call('POST', pods, pod('unbound'));
    await test.call('DELETE', `${pods}/unbound`);
    expect((await test.call('GET', `${pods}/unbound`)).status).toBe(404);
  });

  it('a dry run deletes nothing', async () => {
    await test.call('POST', maps, { metadata: { name: 'kept' } });
    expect((await test.call('DELETE', `${maps}/kept`, { dryRun: ['All'] })).status).toBe(200);
    expect((await test.call('GET', `${maps}/kept`)).status).toBe(200);
  });

  it('of a collection honours selectors and lists what went', async () => {
    for (const name of ['d1', 'd2', 'd3'])
      await test.call('POST', maps, {
        metadata: { name, labels: { set: name === 'd3' ? 'b' : 'a' } },
      });
    const { body } = await test.call('DELETE', `${maps}?labelSelector=set%3Da`);
    expect(body.kind).toBe('ConfigMapList');
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['d1', 'd2']);
    expect((await test.call('GET', `${maps}/d3`)).status).toBe(200);
  });

  it('three namespaces stay forever, others wait for their content', async () => {
    const no = await test.call('DELETE', '/api/v1/namespaces/default');
    expect(no.body.message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'leaving' } });
    const leaving = await test.call('DELETE', '/api/v1/namespaces/leaving');
    expect(leaving.body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
    const late = await test.call('POST', '/api/v1/namespaces/leaving/configmaps', {
      metadata: { name: 'x' },
    });
    expect(late.status).toBe(403);
    expect(late.body.message).toBe(
      'configmaps "x" is forbidden: unable to create new content in namespace leaving because it is being terminated',
    );
    const last = { ...leaving.body, spec: { finalizers: [] } };
    expect((await test.call('PUT', '/api/v1/namespaces/leaving/finalize', last)).status).toBe(200);
    expect((await test.call('GET', '/api/v1/namespaces/leaving')).status).toBe(404);
  });
});

describe('list', () => {
  it('comes in pages of one snapshot', async () => {
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'pages' } });
    const path = '/api/v1/namespaces/pages/configmaps';
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await test.call('POST', path, { metadata: { name } });
    const first = await test.call('GET', `${path}?limit=2`);
    expect(first.body.metadata).toMatchObject({ remainingItemCount: 3 });
    const token = first.body.metadata.continue!;
    expect(JSON.parse(Buffer.from(token, 'base64url').toString())).toEqual({
      v: 'meta.k8s.io/v1',
      rv: Number(first.body.metadata.resourceVersion),
      start: 'b\0',
    });
    await test.call('DELETE', `${path}/c`);
    await test.call('POST', path, { metadata: { name: 'bb' } });
    const rest = await test.call('GET', `${path}?limit=10&continue=${token}`);
    expect(rest.body.items.map(({ metadata }) => metadata.name)).toEqual(['c', 'd', 'e']);
    expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    expect(rest.body.metadata.continue).toBeUndefined();
  });

  it.each([
    ['labelSelector=a%3D%3D%3D', 400, 'unable to parse requirement'],
    [
      'fieldSelector=spec.foo%3D1',
      400,
      '"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['continue=abc', 400, 'continue key is not valid'],
    [
      'resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersionMatch=Foo&resourceVersion=1',
      422,
      'resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      422,
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    ['resourceVersion=999999', 504, 'Timeout: Too large resource version: 999999, current: '],
    [
      'continue=abc&resourceVersion=3',
      400,
      'specifying resource version is not allowed when using continue',
    ],
  ])('refuses ?%s', async (query, status, message) => {
    const answer = await test.call('GET', `${maps}?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
  });

  it('selects by field', async () => {
    const { body } = await test.call(
      'GET',
      '/api/v1/namespaces?fieldSelector=metadata.name%3Dkube-system',
    );
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['kube-system']);
  });

  it('of an absent namespace is empty, not an error', async () => {
    const { status, body } = await test.call('GET', '/api/v1/namespaces/nowhere/pods');
    expect([status, body.items]).toEqual([200, []]);
  });
});

describe('paths', () => {
  it.each([
    ['GET', '/apis/none.example/v1/foos', 404, '404 page not found\n'],
    ['GET', '/nothing', 404, '404 page not found\n'],
    ['GET', '/api/v1/foos', 404, 'the server could not find the requested resource'],
    ['POST', `${maps}/x`, 405, 'the server does not allow this method on the requested resource'],
    ['GET', `${pods}/absent`, 404, 'pods \\"absent\\" not found'],
    [
      'GET',
      '/apis/apps/v1/namespaces/default/deployments/d',
      404,
      'deployments.apps \\"d\\" not found',
    ],
  ])('%s %s is %i', async (method, path, status, text) => {
    const answer = await test.call(method, path, method === 'POST' ? {} : undefined);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it('health and version need nobody', async () => {
    const handle = async (path: string): Promise<string> =>
      (await test.server.handle(new Request(`http://test${path}`))).text();
    expect(await handle('/readyz')).toBe('ok');
    expect(await handle('/readyz?verbose')).toMatch(/\[\+\]ping ok\n[^]*readyz check passed\n/);
    expect(JSON.parse(await handle('/version'))).toMatchObject({ major: '1', minor: '33' });
    expect(await handle('/api/v1/pods')).toContain('Unauthorized');
  });
});

describe('forms', () => {
  it('a Table has columns, cells and metadata', async () => {
    const { body } = await test.call('GET', '/api/v1/namespaces', undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect((body['columnDefinitions'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'Name',
      'Status',
      'Age',
    ]);
    expect((body['rows'] as { cells: unknown[] }[])[0]?.cells.slice(0, 2)).toEqual([
      'default',
      'Active',
    ]);
  });

  it('metadata alone, of an object and of a list', async () => {
    const one = await test.call('GET', '/api/v1/namespaces/default', undefined, {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
    expect(Object.keys(one.body)).toEqual(['kind', 'apiVersion', 'metadata']);
    const list = await test.call('GET', '/api/v1/namespaces', undefined, {
      accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    });
    expect(list.body.kind).toBe('PartialObjectMetadataList');
    const wrong = await test.call('GET', '/api/v1/namespaces/default', undefined, {
      accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    });
    expect(wrong.status).toBe(406);
  });

  it('YAML when asked, JSON when protobuf cannot be had, 406 when nothing can', async () => {
    const accept = (value: string): Promise<{ status: number; text: string }> =>
      test.call('GET', '/api/v1/namespaces/default', undefined, { accept: value });
    expect((await accept('application/yaml')).text).toMatch(/^apiVersion: v1\nkind: Namespace\n/);
    expect((await accept('application/vnd.kubernetes.protobuf,application/json')).status).toBe(200);
    expect((await accept('application/vnd.kubernetes.protobuf')).status).toBe(406);
  });
});
