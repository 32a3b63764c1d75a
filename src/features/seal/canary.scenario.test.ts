import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { annotations, sealedSecretCrd, sealedSecretKind } from '../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../api/sealed-secret/index.ts';
import { createLogger, systemClock } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';
import { createApiServer } from '../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { sealingKeyOf } from './crypto/certificate.ts';
import { labelOf, sealSecret, sealValue, startSeal } from './index.ts';

// A value that is looked for in every output of the controller, plain and in the forms it takes.
const canary = 'CANARY-4711';
const forms = [
  canary,
  Buffer.from(canary).toString('base64').replace(/=+$/, ''),
  Buffer.from(canary).toString('hex'),
];
const db = { namespace: 'dev', name: 'db' };

let api: ApiServer;
let cluster: Cluster;
let stop: AbortController;
let seal: ReturnType<typeof startSeal>;
let log: string[];

beforeEach(async () => {
  log = [];
  const note = createLogger({ clock: systemClock, write: (line) => log.push(line) });
  api = await createApiServer({ storePath: ':memory:', clock: systemClock, log: note });
  cluster = connect({ transport: api.transport });
  await cluster.create(kinds.CustomResourceDefinition, sealedSecretCrd);
  for (const name of ['dev', 'kube-system']) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.create(kinds.Namespace, namespace).catch(() => {});
  }
  stop = new AbortController();
  seal = startSeal({
    cluster,
    clock: systemClock,
    log: note,
    signal: stop.signal,
    settings: { keySizeBits: 1024, maxRetries: 1, rateLimit: 1000, rateLimitBurst: 1000 },
  });
});
afterEach(async () => {
  stop.abort();
  await api.close();
});

const ask = async (path: string, body?: string): Promise<string> => {
  const init = body === undefined ? {} : { method: 'POST', body };
  const answer = await seal.handle(new Request(`http://seal${path}`, init));
  return answer.text();
};
const publicKey = async () => sealingKeyOf(await ask('/v1/cert.pem'), new Date());

async function settled(): Promise<SealedSecret> {
  for (let round = 0; round < 500; round += 1) {
    const live = await cluster.get(sealedSecretKind, db);
    if (live?.status?.conditions?.[0] !== undefined) return live;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no status:\n${log.join('\n')}`);
}

/** Everything the controller has said so far, but for the Secret itself. */
async function told(): Promise<string> {
  const all = [
    ...log,
    JSON.stringify(await cluster.list(kinds.Event)),
    JSON.stringify(await cluster.list(sealedSecretKind)),
    await ask('/metrics'),
    await ask('/healthz'),
  ];
  return all.join('\n');
}

type Edit = (sealed: SealedSecret) => void;
const template =
  (text: string): Edit =>
  (sealed) => {
    sealed.spec.template = { ...sealed.spec.template, data: { conf: text } };
  };

describe('a sealed value never shows', () => {
  it.each<[string, string, Edit]>([
    ['when all is well', 'True', () => {}],
    ['in a rendered template', 'True', template('p={{ .password }}')],
    ['when a template fails with it', 'False', template('{{ fail .password }}')],
    ['when a function chokes on it', 'False', template('{{ index .password "x" }}')],
    ['when it is no number', 'False', template('{{ mustFromJson .password }}')],
    ['when it is taken for a template', 'False', template('{{ template .password }}')],
    [
      'when another value does not open',
      'False',
      ({ spec }) => void (spec.encryptedData.other = 'AA=='),
    ],
    [
      'when the server refuses the Secret for its key',
      'False',
      ({ spec }) => void (spec.encryptedData['a/b'] = spec.encryptedData.password!),
    ],
    [
      'when the server refuses the Secret for its type',
      'False',
      ({ spec }) =>
        void (spec.template = { ...spec.template, type: 'kubernetes.io/dockerconfigjson' }),
    ],
  ])('%s', async (_when, status, edit) => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: db,
      stringData: { password: canary },
    };
    const sealed = sealSecret(secret, await publicKey());
    edit(sealed);
    const answers = [
      await ask('/v1/verify', JSON.stringify(sealed)),
      await ask('/v1/rotate', JSON.stringify(sealed)),
    ];
    await cluster.create(sealedSecretKind, sealed);
    const live = await settled();
    expect(live.status?.conditions?.[0]?.status).toBe(status);
    const all = [await told(), ...answers].join('\n');
    for (const form of forms) expect(all).not.toContain(form);
  });

  it('when a Secret that is not ours is in the way, or one that cannot change', async () => {
    const mine = { password: Buffer.from(canary).toString('base64') };
    await cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...db, annotations: { [annotations.managed]: 'true' } },
      immutable: true,
      data: mine,
    });
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: db,
      stringData: { password: `${canary}-new` },
    };
    await cluster.create(sealedSecretKind, sealSecret(secret, await publicKey()));
    expect((await settled()).status?.conditions?.[0]?.status).toBe('False');
    const all = await told();
    for (const form of forms) expect(all).not.toContain(form);
  });

  it('when the deprecated whole object is no JSON', async () => {
    const label = labelOf(db, 'strict');
    const blob = sealValue(await publicKey(), Buffer.from(`{"data": ${canary}`), label);
    const object: JsonRecord = {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: db,
      spec: { data: blob.toString('base64'), encryptedData: {} },
    };
    await cluster.create(sealedSecretKind, object as unknown as SealedSecret);
    expect((await settled()).status?.conditions?.[0]?.status).toBe('False');
    const all = await told();
    for (const form of forms) expect(all).not.toContain(form);
  });
});
