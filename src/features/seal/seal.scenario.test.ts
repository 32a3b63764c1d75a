import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { annotations, sealedSecretCrd, sealedSecretKind } from '../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../api/sealed-secret/index.ts';
import { createLogger, systemClock } from '../../base/index.ts';
import type { Kind } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { sealingKeyOf } from './crypto/certificate.ts';
import { sealSecret, sealValue, startSeal } from './index.ts';
import type { SealSettings, SecretObject } from './index.ts';

// The real API server in memory and the real controller, with keys of 1024 bits to be quick.
const read = (name: string): string =>
  readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8');
const secretKind = kinds.Secret as Kind<SecretObject>;
const keyLabel = 'sealedsecrets.bitnami.com/sealed-secrets-key';
const db = { namespace: 'dev', name: 'db' };

let api: ApiServer;
let cluster: Cluster;
let stop: AbortController;
let seal: ReturnType<typeof startSeal>;
let log: string[];

const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (let round = 0; round < 500; round += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`it did not happen:\n${log.slice(-10).join('\n')}`);
};

function start(settings: Partial<SealSettings> = {}): void {
  stop = new AbortController();
  seal = startSeal({
    cluster,
    clock: systemClock,
    log: createLogger({ clock: systemClock, write: (line) => log.push(line) }),
    signal: stop.signal,
    settings: { keySizeBits: 1024, maxRetries: 1, ...settings },
  });
}

beforeEach(async () => {
  log = [];
  api = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: createLogger({ clock: systemClock, write: () => {} }),
  });
  cluster = connect({ transport: api.transport });
  await cluster.create(kinds.CustomResourceDefinition, sealedSecretCrd);
  for (const name of ['dev', 'kube-system']) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.create(kinds.Namespace, namespace).catch(() => {});
  }
});

afterEach(async () => {
  stop.abort();
  await api.close();
});

const ask = (
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  Promise.resolve(
    seal.handle(
      new Request(`http://seal${path}`, {
        headers,
        ...(body === undefined ? {} : { method: 'POST', body }),
      }),
    ),
  );
const certificate = async (): Promise<string> => (await ask('/v1/cert.pem')).text();
const sealed = async (
  stringData: Record<string, string>,
  edit: (sealed: SealedSecret) => void = () => {},
): Promise<SealedSecret> => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { ...db }, stringData };
  const made = sealSecret(secret, sealingKeyOf(await certificate(), new Date()));
  edit(made);
  return made;
};
const values = async (): Promise<Record<string, string> | undefined> => {
  const { data } = (await cluster.get(secretKind, db)) ?? {};
  return (
    data &&
    Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  );
};
const synced = async (): Promise<[string, string] | undefined> => {
  const live = await cluster.get(sealedSecretKind, db);
  const condition = live?.status?.conditions?.[0];
  return condition && [condition.status, condition.message ?? ''];
};
const has = (wanted: Record<string, string>) => async (): Promise<boolean> =>
  isDeepStrictEqual(await values(), wanted);
const fails = (text: string) => async (): Promise<boolean> => {
  const [status, message] = (await synced()) ?? [];
  return status === 'False' && (message ?? '').includes(text);
};
const events = async (): Promise<string> =>
  JSON.stringify((await cluster.list(kinds.Event, { namespace: 'dev' })).items);

describe('keys', () => {
  it('makes one at the start, as the original controller would', async () => {
    start();
    const pem = await certificate();
    const { subject, issuer, validFromDate, validToDate, publicKey } = new X509Certificate(pem);
    expect([subject, issuer]).toEqual([undefined, undefined]);
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
    const years = (validToDate.getTime() - validFromDate.getTime()) / 86_400_000 / 365;
    expect(years).toBeCloseTo(10, 1);
    const query = { namespace: 'kube-system', labelSelector: `${keyLabel}=active` };
    const [secret, ...more] = (await cluster.list(kinds.Secret, query)).items;
    expect(more).toEqual([]);
    expect(secret?.type).toBe('kubernetes.io/tls');
    expect(secret?.metadata.name).toMatch(/^sealed-secrets-key[a-z0-9]{5}$/);
    const data = secret?.data as Record<string, string>;
    const key = Buffer.from(data['tls.key'] ?? '', 'base64').toString();
    expect(key).toContain('BEGIN RSA PRIVATE KEY');
    expect(log.join('\n')).not.toContain('PRIVATE KEY');
    expect(log.join('\n')).toContain('BEGIN CERTIFICATE');
  });

  it('uses the one that is there, also after a restart, and seals with a newer one', async () => {
    start();
    const first = await certificate();
    stop.abort();
    start();
    expect(await certificate()).toBe(first);
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await seal.renewKey();
    await until(async () => (await certificate()) !== first);
    await until(has({ a: '1' }));
  });

  it('takes a key that is added by hand at once, and opens what waited for it', async () => {
    start();
    await certificate();
    const other = JSON.parse(read('kubeseal-cluster-wide.json')) as SealedSecret;
    other.metadata = { ...other.metadata, ...db };
    delete other.spec.template;
    await cluster.create(sealedSecretKind, other);
    await until(fails('no key could decrypt secret (password, user)'));
    const data = { 'tls.key': read('key.pem'), 'tls.crt': read('cert.pem') };
    await cluster.create(secretKind, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'mine', namespace: 'kube-system', labels: { [keyLabel]: 'active' } },
      type: 'kubernetes.io/tls',
      stringData: data,
    });
    await until(has({ password: 'my-db-pass', user: 'my-db-user' }));
  });

  it('renews when the current one is older than the period', async () => {
    start({ keyRenewPeriodMs: 1500 });
    const first = await certificate();
    await until(async () => (await certificate()) !== first);
  });
});

describe('controller', () => {
  it('makes the Secret, owned, with status and event, and no value anywhere else', async () => {
    start();
    await cluster.create(sealedSecretKind, await sealed({ password: 'swordfish' }));
    await until(has({ password: 'swordfish' }));
    const live = await until(async () => {
      const each = await cluster.get(sealedSecretKind, db);
      return each?.status && each;
    });
    expect(live.status).toMatchObject({
      observedGeneration: 1,
      conditions: [{ type: 'Synced', status: 'True' }],
    });
    const secret = await cluster.get(secretKind, db);
    expect(secret?.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'bitnami.com/v1alpha1',
        kind: 'SealedSecret',
        name: 'db',
        uid: live.metadata.uid,
        controller: true,
      },
    ]);
    await until(async () => (await events()).includes('SealedSecret unsealed successfully'));
    const told = [
      ...log,
      await events(),
      JSON.stringify(live),
      await (await ask('/metrics')).text(),
    ];
    expect(told.join('\n')).not.toMatch(/swordfish|c3dvcmRmaXNo/);
  });

  it('follows a change of the spec, and leaves a changed label alone', async () => {
    start();
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(has({ a: '1' }));
    const next = await sealed({ a: '2', b: '3' });
    await cluster.patch(sealedSecretKind, db, { spec: next.spec }, { type: 'merge' });
    await until(has({ a: '2', b: '3' }));
    await until(async () => {
      const { status } = (await cluster.get(sealedSecretKind, db)) ?? {};
      return status?.observedGeneration === 2;
    });
    const label = { metadata: { labels: { x: 'y' } } };
    const before = log.filter((line) => line.includes('Updating')).length;
    await cluster.patch(sealedSecretKind, db, label, { type: 'merge' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(log.filter((line) => line.includes('Updating'))).toHaveLength(before);
  });

  it('brings a deleted Secret back', async () => {
    start();
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(has({ a: '1' }));
    await cluster.delete(secretKind, db);
    await until(has({ a: '1' }));
  });

  it('does not bring it back when told so', async () => {
    start({ skipsRecreate: true });
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(has({ a: '1' }));
    await cluster.delete(secretKind, db);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await values()).toBeUndefined();
  });

  const plant = (carried: Record<string, string>): Promise<SecretObject> =>
    cluster.create(secretKind, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...db, annotations: carried, labels: { old: 'label' } },
      stringData: { old: 'value' },
    });

  it('keeps its hands off a Secret that is not its own', async () => {
    start();
    await plant({});
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(
      fails('failed update: Resource "db" already exists and is not managed by SealedSecret'),
    );
    expect(await values()).toEqual({ old: 'value' });
    expect(await events()).toContain('ErrUpdateFailed');
  });

  it.each([
    ['managed', { [annotations.managed]: 'true' }, { a: '1' }, true],
    ['patch', { [annotations.patch]: 'true' }, { a: '1', old: 'value' }, false],
    [
      'both',
      { [annotations.managed]: 'true', [annotations.patch]: 'true' },
      { a: '1', old: 'value' },
      true,
    ],
  ])('takes over a Secret annotated %s', async (_what, carried, wanted, isOwned) => {
    start();
    await plant(carried);
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(has(wanted));
    const { metadata } = (await cluster.get(secretKind, db))!;
    expect(metadata.ownerReferences !== undefined).toBe(isOwned);
  });

  it('tells of an immutable Secret and gives up at once', async () => {
    start();
    const edit = (each: SealedSecret): void => {
      each.spec.template = { immutable: true };
    };
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }, edit));
    await until(has({ a: '1' }));
    const next = await sealed({ a: '2' }, edit);
    await cluster.patch(sealedSecretKind, db, { spec: next.spec }, { type: 'merge' });
    await until(async () => (await events()).includes('the target Secret is immutable'));
    expect(await values()).toEqual({ a: '1' });
  });

  it('says of every bad object why, and goes on with the others', async () => {
    start();
    const foreign = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const good = (await sealed({ a: '1' })).spec.encryptedData.a!;
    const cut = Buffer.from(good, 'base64');
    const strange = sealValue(foreign, Buffer.from('1'), Buffer.from('dev/foreign'));
    const bad: Record<string, [Record<string, unknown>, string]> = {
      'no-length': [{ a: 'AA==' }, 'SealedSecret data is too short (a)'],
      'half-key': [{ a: cut.subarray(0, 90).toString('base64') }, 'data is too short (a)'],
      'half-tag': [
        { a: cut.subarray(0, -1).toString('base64') },
        'no key could decrypt secret (a)',
      ],
      'odd-base64': [{ a: '%%' }, 'illegal base64 data at input byte 0 (a)'],
      'swapped-name': [{ a: good }, 'no key could decrypt secret (a)'],
      foreign: [{ a: strange.toString('base64') }, 'no key could decrypt secret (a)'],
      empty: [{ a: '' }, 'SealedSecret data is too short (a)'],
      half: [{ a: good, b: '%%' }, 'no key could decrypt secret (a)\nillegal base64 data at'],
    };
    for (const [name, [encryptedData]] of Object.entries(bad)) {
      const metadata = { name, namespace: 'dev' };
      const object = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata };
      await cluster.create(sealedSecretKind, { ...object, spec: { encryptedData } } as never);
    }
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(has({ a: '1' }));
    for (const [name, [, message]] of Object.entries(bad)) {
      const key = { namespace: 'dev', name };
      const condition = await until(
        async () => (await cluster.get(sealedSecretKind, key))?.status?.conditions?.[0],
      );
      expect(condition).toMatchObject({ status: 'False', type: 'Synced' });
      expect(condition.message).toContain(message);
      expect(await cluster.get(kinds.Secret, key)).toBeUndefined();
    }
    expect(await events()).toContain('Failed to unseal: SealedSecret data is too short (a)');
  });

  it('watches the namespaces it was given, and says which of them is not there', async () => {
    start({ namespaces: ['kube-system', 'dev', 'later'] });
    await cluster.create(sealedSecretKind, await sealed({ a: '1' }));
    await until(has({ a: '1' }));
    const told = log.filter((line) => line.includes("namespace doesn't exist"));
    expect(told).toEqual([expect.stringContaining('later')]);
  });
});

describe('endpoints', () => {
  it('says whether an object opens, and no more', async () => {
    start({ rateLimit: 1000, rateLimitBurst: 1000 });
    const good = await sealed({ a: '1' });
    const moved = { ...good, metadata: { ...good.metadata, name: 'other' } };
    const table: Array<[string, number]> = [
      [JSON.stringify(good), 200],
      [JSON.stringify(moved), 409],
      ['kind: Secret\napiVersion: v1\n', 500],
      ['{', 500],
      [`${JSON.stringify(good)}\n---\n${JSON.stringify(good)}`, 500],
    ];
    for (const [body, status] of table) {
      const answer = await ask('/v1/verify', body);
      expect([answer.status, await answer.text()]).toEqual([status, '']);
    }
    const large = { ...good, spec: { encryptedData: { a: 'A'.repeat(10 * 1024 * 1024) } } };
    expect((await ask('/v1/verify', JSON.stringify(large))).status).toBe(400);
    expect(await (await ask('/healthz')).text()).toBe('ok\n');
    expect((await ask('/v1/other')).status).toBe(404);
  });

  it('lets one caller ask only so often', async () => {
    start();
    await certificate();
    const statuses = [];
    for (let round = 0; round < 4; round += 1) {
      statuses.push((await ask('/v1/verify', '{}', { 'x-forwarded-for': 'a' })).status);
    }
    expect(statuses).toEqual([500, 500, 500, 429]);
    expect((await ask('/v1/verify', '{}', { 'x-forwarded-for': 'b' })).status).toBe(500);
    const refused = await ask('/v1/verify', '{}', { 'x-forwarded-for': 'a' });
    expect(refused.headers.get('retry-after')).toBe('1');
  });

  it('seals anew with the newest key', async () => {
    start();
    const old = await sealed({ a: '1' });
    const answer = await ask('/v1/rotate', JSON.stringify(old));
    expect(answer.headers.get('content-type')).toBe('application/json');
    const again = (await answer.json()) as SealedSecret;
    expect(again.spec.encryptedData.a).not.toBe(old.spec.encryptedData.a);
    await cluster.create(sealedSecretKind, again);
    await until(has({ a: '1' }));
    expect((await ask('/v1/rotate', '{}')).status).toBe(500);
  });
});
