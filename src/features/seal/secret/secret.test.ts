import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import { annotations, parseSealedSecret } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { privateKeyOf } from '../crypto/certificate.ts';
import { createKeyRing } from '../crypto/key-ring.ts';
import { sealValue } from '../crypto/sealed-value.ts';
import { templateRenderer } from './render-template.ts';
import { resealSecret } from './reseal-secret.ts';
import { sealSecret } from './seal-secret.ts';
import type { SecretObject } from './secret-object.ts';
import { unsealSecret } from './unseal-secret.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'utf8');
const key = privateKeyOf(read('key.pem'));
const publicKey = createPublicKey(key);
const ring = createKeyRing([key]);
const render = templateRenderer(systemClock);
const options = { ring, render };

const secret = (extra: Partial<SecretObject> = {}, metadata: object = {}): SecretObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'dev', ...metadata },
  data: { user: 'bWU=' },
  ...extra,
});
const decoded = ({ data = {} }: SecretObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
  );

describe('what the original kubeseal sealed', () => {
  it.each(['strict', 'namespace-wide', 'cluster-wide'])('opens: %s', async (scope) => {
    const sealed = parseSealedSecret(JSON.parse(read(`kubeseal-${scope}.json`)));
    const opened = await unsealSecret(sealed, options);
    expect(decoded(opened)).toEqual({ user: 'my-db-user', password: 'my-db-pass' });
    expect(opened.type).toBe('Opaque');
    expect(opened.metadata.labels).toEqual({ app: 'a<b' });
  });

  it.each([
    ['strict', { name: 'other' }, false],
    ['strict', { namespace: 'other' }, false],
    ['namespace-wide', { name: 'other' }, true],
    ['namespace-wide', { namespace: 'other' }, false],
    ['cluster-wide', { name: 'other', namespace: 'other' }, true],
  ])('%s, moved to %j: opens %s', async (scope, moved, opens) => {
    const sealed = parseSealedSecret(JSON.parse(read(`kubeseal-${scope}.json`)));
    Object.assign(sealed.metadata, moved);
    const opening = unsealSecret(sealed, options);
    if (opens) expect((await opening).metadata).toMatchObject(moved);
    else await expect(opening).rejects.toThrow('no key could decrypt secret (password, user)');
  });
});

describe('sealSecret', () => {
  it('gives the shape and order of the original', () => {
    const original = JSON.parse(read('kubeseal-namespace-wide.json')) as SealedSecret;
    const ours = sealSecret(
      secret(
        { data: { user: 'eA==', password: 'eA==' }, type: 'Opaque' },
        {
          creationTimestamp: null,
          name: 'db-credentials',
          namespace: 'openfaas-fn',
          labels: { app: 'a<b' },
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': '{}',
            note: 'x & y',
            [annotations.namespaceWide]: 'true',
          },
          ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u' }],
        },
      ),
      publicKey,
    );
    const blot = (object: SealedSecret): string =>
      JSON.stringify(object, (name, value: unknown) =>
        name === 'user' || name === 'password' ? 'sealed' : value,
      );
    expect(blot(ours)).toBe(blot(original));
  });

  it('lets stringData win, and seals the same value differently each time', async () => {
    const once = sealSecret(secret({ stringData: { user: 'you' } }), publicKey);
    expect(decoded(await unsealSecret(once, options))).toEqual({ user: 'you' });
    const again = sealSecret(secret({ stringData: { user: 'you' } }), publicKey);
    expect(again.spec.encryptedData.user).not.toBe(once.spec.encryptedData.user);
  });

  it.each([
    ['no namespace', secret({}, { namespace: undefined }), 'secret must declare a namespace'],
    ['bad base64', secret({ data: { a: '%' } }), 'illegal base64 data at input byte 0'],
  ])('refuses %s', (_what, given, text) => {
    expect(() => sealSecret(given, publicKey)).toThrow(text);
  });

  it('never invents a namespace for cluster-wide', () => {
    const wide = { namespace: undefined, annotations: { [annotations.clusterWide]: 'true' } };
    expect(sealSecret(secret({}, wide), publicKey).metadata).not.toHaveProperty('namespace');
  });
});

describe('unsealSecret', () => {
  const sealedOf = (edit: (sealed: SealedSecret) => void = () => {}): SealedSecret => {
    const sealed = sealSecret(
      secret({ stringData: { user: 'me', password: 'swordfish' }, type: 'Opaque' }),
      publicKey,
    );
    sealed.metadata.uid = 'u1';
    edit(sealed);
    return sealed;
  };

  it('is owned by the SealedSecret alone, with its own name whatever the template says', async () => {
    const sealed = sealedOf((each) => {
      each.spec.template = { metadata: { name: 'x', namespace: 'y', labels: { a: 'b' } } };
    });
    const { metadata } = await unsealSecret(sealed, options);
    expect(metadata).toEqual({
      name: 'db',
      namespace: 'dev',
      labels: { a: 'b' },
      ownerReferences: [
        {
          apiVersion: 'bitnami.com/v1alpha1',
          kind: 'SealedSecret',
          name: 'db',
          uid: 'u1',
          controller: true,
        },
      ],
    });
  });

  it('sets no owner when the template says so', async () => {
    const sealed = sealedOf((each) => {
      each.spec.template = {
        metadata: { annotations: { [annotations.skipSetOwnerReferences]: 'true' } },
      };
    });
    expect((await unsealSecret(sealed, options)).metadata).not.toHaveProperty('ownerReferences');
  });

  it('renders templates over the values, and lets an item be renamed', async () => {
    const sealed = sealedOf((each) => {
      const { user, ...rest } = each.spec.encryptedData;
      each.spec.encryptedData = { ...rest, name: user ?? '' };
      each.spec.template = { data: { url: 'db://{{ .name }}:{{ .password }}', gap: '{{ .no }}' } };
    });
    expect(decoded(await unsealSecret(sealed, options))).toEqual({
      name: 'me',
      password: 'swordfish',
      url: 'db://me:swordfish',
      gap: '<no value>',
    });
  });

  it('tells every failure with its keys, and gives nothing', async () => {
    const sealed = sealedOf((each) => {
      each.spec.encryptedData = {
        ...each.spec.encryptedData,
        foo: '%%',
        wrong: sealValue(publicKey, Buffer.from('x'), Buffer.from('other')).toString('base64'),
        worse: sealValue(publicKey, Buffer.from('x'), Buffer.from('other')).toString('base64'),
        short: 'AA==',
      };
    });
    await expect(unsealSecret(sealed, options)).rejects.toThrow(
      [
        'illegal base64 data at input byte 0 (foo)',
        'SealedSecret data is too short (short)',
        'no key could decrypt secret (worse, wrong)',
      ].join('\n'),
    );
  });

  it('never lets a value into the error of a template', async () => {
    const sealed = sealedOf((each) => {
      each.spec.template = { data: { a: '{{ fail .password }}' } };
    });
    const failure = await unsealSecret(sealed, options).catch((thrown: unknown) => thrown);
    expect(String(failure)).toContain('error calling fail: [hidden] (a)');
    expect(String(failure)).not.toContain('swordfish');
  });

  it.each([
    ['Sprig', '{{ .user | upper | b64enc }}', 'TUU='],
    ['index, for keys with a dash', '{{ index . "user" }}', 'me'],
    ['a missing key', '{{ .no }}', '<no value>'],
    ['a loop', '{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }}', 'password=swordfish;user=me;'],
  ])('knows %s', async (_what, text, rendered) => {
    const sealed = sealedOf((each) => {
      each.spec.template = { data: { out: text } };
    });
    expect(decoded(await unsealSecret(sealed, options)).out).toBe(rendered);
  });

  it.each([
    ['env', '{{ env "HOME" }}', 'function "env" not defined'],
    ['expandenv', '{{ expandenv "$HOME" }}', 'function "expandenv" not defined'],
    ['getHostByName', '{{ getHostByName "x" }}', 'function "getHostByName" not defined'],
    ['an open brace', '{{ .user', 'unclosed action'],
  ])('refuses %s and says where', async (_what, text, message) => {
    const sealed = sealedOf((each) => {
      each.spec.template = { data: { out: text } };
    });
    const failure = await unsealSecret(sealed, options).catch((thrown: unknown) => thrown);
    expect(String(failure)).toContain('template: out:1: ');
    expect(String(failure)).toContain(message);
    expect(String(failure)).toMatch(/\(out\)$/);
  });

  it('carries bytes that are no text through a template', async () => {
    const bytes = Buffer.from([0, 0xff, 0xc3, 0x28, 10]);
    const made = sealSecret(secret({ data: { raw: bytes.toString('base64') } }), publicKey);
    made.spec.template = { data: { copy: '{{ .raw }}' } };
    const { data } = await unsealSecret(made, options);
    expect(Buffer.from(data?.copy ?? '', 'base64')).toEqual(bytes);
  });

  it('blots out a value that a failing statement prints, however short', async () => {
    const sealed = sealedOf((each) => {
      each.spec.template = { data: { a: '{{ range .user }}{{ end }}' } };
    });
    await expect(unsealSecret(sealed, options)).rejects.toThrow(
      `executing "a" at <.user>: range can't iterate over [hidden] (a)`,
    );
  });

  it('opens the deprecated form when it may', async () => {
    const whole = JSON.stringify(secret({ type: 'Opaque' }, { name: 'inner', labels: { a: 'b' } }));
    const blob = sealValue(publicKey, Buffer.from(whole), Buffer.from('dev/db')).toString('base64');
    const sealed = sealedOf((each) => {
      each.spec = { encryptedData: {}, data: blob };
    });
    const opened = await unsealSecret(sealed, options);
    expect(decoded(opened)).toEqual({ user: 'me' });
    expect(opened.metadata).toMatchObject({ name: 'db', labels: { a: 'b' } });
    await expect(unsealSecret(sealed, { ...options, acceptV1Data: false })).rejects.toThrow(
      "using deprecated 'data' field, use 'encryptedData' or flip the feature flag",
    );
    sealed.spec.encryptedData = { a: 'b' };
    await expect(unsealSecret(sealed, options)).rejects.toThrow('at the same time');
  });
});

describe('resealSecret', () => {
  const [clusterWide, strict] = [{ [annotations.clusterWide]: 'true' }, {}];

  it('keeps the scope that the values are bound to, whatever annotations say', async () => {
    const sealed = sealSecret(secret(), publicKey);
    for (const claimed of [clusterWide, strict]) {
      sealed.metadata.annotations = claimed;
      sealed.spec.template = { metadata: { annotations: clusterWide } };
      const again = await resealSecret(sealed, ring, publicKey);
      expect(again.metadata.annotations ?? {}).toEqual({});
      expect(decoded(await unsealSecret(again, options))).toEqual({ user: 'me' });
      const moved = { ...again, metadata: { ...again.metadata, namespace: 'attacker' } };
      await expect(
        unsealSecret({ ...moved }, { ...options, scope: 'cluster-wide' }),
      ).rejects.toThrow('no key could');
    }
  });

  it.each(['namespace-wide', 'cluster-wide'])('keeps %s', async (scope) => {
    const sealed = parseSealedSecret(JSON.parse(read(`kubeseal-${scope}.json`)));
    const again = await resealSecret(sealed, ring, publicKey);
    expect(again.metadata).toEqual(sealed.metadata);
    expect(decoded(await unsealSecret(again, options)).user).toBe('my-db-user');
  });

  it('refuses what it cannot open and what it would lose', async () => {
    const sealed = sealSecret(secret(), publicKey);
    await expect(resealSecret(sealed, createKeyRing(), publicKey)).rejects.toThrow('no key could');
    sealed.spec.template = { data: { a: 'x' } };
    await expect(resealSecret(sealed, ring, publicKey)).rejects.toThrow('spec.template.data');
  });
});
