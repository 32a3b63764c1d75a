import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';
import {
  createKeyRing,
  privateKeyOf,
  resealSecret,
  sealValue,
} from '../../../features/seal/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { listen } from '../../../lib/http/index.ts';
import { parse } from '../../../lib/yaml/index.ts';
import { program } from './index.ts';

const testdata = (name: string): string =>
  fileURLToPath(new URL(`../../../features/seal/testdata/${name}`, import.meta.url));
const secret = JSON.stringify({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: {
    name: 'db-credentials',
    creationTimestamp: null,
    labels: { app: 'a<b' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x & y' },
  },
  data: { user: 'bXktZGItdXNlcg==', password: 'bXktZGItcGFzcw==' },
  type: 'Opaque',
});

let cwd: string;
const closing: Array<() => Promise<unknown>> = [];
beforeEach(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'kubeseal-'));
  for (const name of ['cert.pem', 'key.pem']) await copyFile(testdata(name), path.join(cwd, name));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(cwd, { recursive: true });
});
const file = (name: string, text: string): Promise<void> => writeFile(path.join(cwd, name), text);
const fileText = (name: string): Promise<string> => readFile(path.join(cwd, name), 'utf8');

interface Ran {
  code: number;
  out: string;
  err: string;
}
async function run(
  args: string,
  stdin = '',
  extra: { clock?: Clock; env?: Record<string, string> } = {},
): Promise<Ran> {
  const written = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    isTTY: false,
    write: (chunk: string | Uint8Array) => {
      written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const code = await program(args.split(' ').filter(Boolean), {
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: to('out'),
    stderr: to('err'),
    env: { HOME: cwd, ...extra.env },
    cwd,
    signal: new AbortController().signal,
    clock: extra.clock ?? systemClock,
  });
  return { code, ...written };
}

/** The text with every sealed value replaced, so that two sealings can be compared. */
const blotted = (text: string): string =>
  text.replaceAll(/A[QgI][A-Za-z0-9+/]{200,}={0,2}/g, 'SEALED');

describe('sealing', () => {
  it.each([
    ['strict', 'json'],
    ['namespace-wide', 'json'],
    ['cluster-wide', 'json'],
    ['strict', 'yaml'],
    ['namespace-wide', 'yaml'],
    ['cluster-wide', 'yaml'],
  ])('prints what the original prints: %s, %s', async (scope, format) => {
    const { code, out, err } = await run(
      `--cert cert.pem --scope ${scope} --format ${format} -n openfaas-fn`,
      secret,
    );
    expect([code, err]).toEqual([0, '']);
    const golden = await readFile(testdata(`kubeseal-${scope}.${format}`), 'utf8');
    expect(blotted(out)).toBe(blotted(golden));
  });

  it('opens again, and takes what kubectl makes of a dry run', async () => {
    const sealed = await run('--cert=cert.pem --format=yaml', secret);
    expect(sealed.out).toContain('namespace: default');
    const opened = await run('--recovery-unseal --recovery-private-key key.pem', sealed.out);
    expect((JSON.parse(opened.out) as { data: object }).data).toEqual({
      password: 'bXktZGItcGFzcw==',
      user: 'bXktZGItdXNlcg==',
    });
  });

  it('seals each object of a stream, JSON or YAML', async () => {
    const two = `${secret}\n${secret.replaceAll('db-credentials', 'other')}`;
    const { out } = await run('--cert cert.pem -o yaml', two);
    expect(out.match(/^---$/gm)).toHaveLength(2);
    const yaml = '---\n\n---\nmetadata: {name: a}\nstringData: {n: 1, yes: true}\n---\n# nothing\n';
    const again = await run('--cert cert.pem -o yaml', yaml);
    expect(parse(again.out.slice(4))).toMatchObject({
      metadata: { name: 'a', namespace: 'default' },
    });
  });

  it('takes the namespace of the kubeconfig', async () => {
    await file(
      'kc',
      'clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}]\ncontexts: [{name: a, context: {cluster: a, user: a, namespace: team}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n',
    );
    expect((await run('--cert cert.pem --kubeconfig kc', secret)).out).toContain(
      '"namespace": "team"',
    );
    const { out } = await run('--cert cert.pem -n mine --kubeconfig kc', secret);
    expect(out).toContain('"namespace": "mine"');
  });

  it('reads flags from the environment; the command line wins', async () => {
    const env = { SEALED_SECRETS_CERT: 'cert.pem', SEALED_SECRETS_FORMAT: 'yaml' };
    expect((await run('', secret, { env })).out).toMatch(/^---\n/);
    expect((await run('--format json', secret, { env })).out).toMatch(/^\{/);
  });

  it('writes a file only when all went well, as YAML by its name', async () => {
    await run('--cert cert.pem -w out.yaml', secret);
    const written = await fileText('out.yaml');
    expect(written).toMatch(/^---\napiVersion/);
    const failed = await run('--cert cert.pem -w out.yaml', '{"metadata":{"name":"a"}}');
    expect(failed.code).toBe(1);
    expect(await fileText('out.yaml')).toBe(written);
  });

  it('reads -f', async () => {
    await file('s.json', secret);
    expect((await run('--cert cert.pem -f s.json')).code).toBe(0);
  });

  it('takes the certificate from a URL', async () => {
    const server = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: async (request) =>
        new URL(request.url).pathname === '/cert'
          ? new Response(await fileText('cert.pem'))
          : new Response('', { status: 404, statusText: 'Not Found' }),
    });
    closing.push(() => server.close());
    const url = `http://127.0.0.1:${server.port}`;
    expect((await run(`--cert ${url}/cert`, secret)).code).toBe(0);
    expect((await run(`--cert ${url}/no`, secret)).err).toContain(
      `error: cannot fetch "${url}/no": 404`,
    );
    expect((await run(`--cert file://${cwd}/cert.pem --fetch-cert`)).out).toBe(
      await fileText('cert.pem'),
    );
  });
});

describe('a certificate behind a proxy', () => {
  const asked: string[] = [];
  let url = '';
  beforeEach(async () => {
    asked.length = 0;
    const pem = await fileText('cert.pem');
    const proxy = http.createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(pem);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    closing.push(async () => void proxy.close());
  });

  it.each([
    ['http://certs.invalid/cert.pem', 'HTTP_PROXY', '', ['http://certs.invalid/cert.pem']],
    ['http://certs.invalid/cert.pem', 'http_proxy', '', ['http://certs.invalid/cert.pem']],
    ['http://localhost:1/cert.pem', 'HTTP_PROXY', '', []],
    ['http://certs.invalid/cert.pem', 'HTTP_PROXY', '.invalid', []],
    ['http://certs.invalid/cert.pem', 'HTTPS_PROXY', '', []],
  ])('%s with %s and NO_PROXY=%s', async (cert, name, noProxy, expected) => {
    const env = { [name]: url, NO_PROXY: noProxy };
    const { code } = await run(`--cert ${cert} --fetch-cert`, '', { env });
    expect([asked, code]).toEqual([expected, expected.length > 0 ? 0 : 1]);
  });
});

describe('refusals, in the words of the original', () => {
  const empty = '{"kind":"Secret","metadata":{"name":"a"}}';
  it.each([
    [
      'no input',
      '--cert cert.pem',
      '',
      'no secrets found. Ensure the input is valid and UTF-8 encoded',
    ],
    ['broken YAML', '--cert cert.pem', 'a: [', 'no secrets found. Ensure the input is valid'],
    ['broken JSON', '--cert cert.pem', '{"a":', 'no secrets found. Ensure the input is valid'],
    [
      'no data',
      '--cert cert.pem',
      empty,
      'secret.data is empty in input Secret, assuming this is an error and aborting. To work with empty data, --allow-empty-data can be used',
    ],
    [
      'no name',
      '--cert cert.pem',
      '{"stringData":{"x":"1"}}',
      'missing metadata.name in input Secret',
    ],
    [
      'bad base64',
      '--cert cert.pem',
      '{"metadata":{"name":"a"},"data":{"x":"%%"}}',
      'illegal base64 data at input byte 0',
    ],
    [
      'another namespace',
      '--cert cert.pem -n y',
      '{"metadata":{"name":"a","namespace":"x"},"stringData":{"x":"1"}}',
      'namespace mismatch: input secret is in namespace "x" but "y" was specified',
    ],
    ['an unknown format', '--cert cert.pem --format xml', secret, 'unsupported output format: xml'],
    ['no such certificate', '--cert nope.pem', secret, 'open nope.pem: no such file or directory'],
    [
      'a key for a certificate',
      '--cert key.pem',
      secret,
      'data does not contain any valid RSA or ECDSA certificates',
    ],
    ['--from-file alone', '--cert cert.pem --from-file x', '', '--from-file requires --raw'],
    [
      '-f that is not there',
      '--cert cert.pem -f nope',
      '',
      'Could not read file specified with --secret-file',
    ],
    [
      '--raw without a name',
      '--cert cert.pem --raw',
      'x',
      'must provide the --name flag with --raw and --scope strict',
    ],
    [
      '--raw with two files',
      '--cert cert.pem --raw --name a --from-file a,b',
      '',
      'must provide only one --from-file when encrypting a single item with --raw',
    ],
    [
      'recovery of a Secret',
      '--recovery-unseal',
      secret,
      'converting (v1.Secret) to (v1alpha1.SealedSecret): unknown conversion',
    ],
    [
      'recovery with no key file',
      '--recovery-unseal --recovery-private-key nope',
      '',
      'open nope: no such file or directory',
    ],
    [
      'recovery with a Secret that is no key',
      '--recovery-unseal --recovery-private-key s.json',
      '',
      "secret must contain a 'tls.data' key",
    ],
  ])('%s', async (_what, args, stdin, text) => {
    await file('s.json', secret);
    const { code, out, err } = await run(args, stdin);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error: /);
    expect(err).toContain(text);
    expect(err.endsWith('\n')).toBe(true);
  });

  it('says which keys did not open', async () => {
    const sealed = (await run('--cert cert.pem', secret)).out;
    const { err } = await run('--recovery-unseal', sealed);
    expect(err).toBe('error: no key could decrypt secret (password, user)\n');
  });

  it('does not seal with an expired certificate', async () => {
    const clock = { ...systemClock, now: () => new Date('2200-01-01') };
    const { err } = await run('--cert cert.pem', secret, { clock });
    expect(err).toBe('error: failed to encrypt using an expired certificate on October 27, 2126\n');
  });

  it('never repeats a secret that is not well formed', async () => {
    const { err } = await run('--cert cert.pem', '{"stringData":{"p": swordfish}}');
    expect(err).not.toContain('swordfish');
  });

  it.each([
    ['--nope', 'unknown flag: --nope'],
    ['-w', "flag needs an argument: 'w' in -w"],
    ['-zz', "unknown shorthand flag: 'z' in -zz"],
    [
      '--raw=maybe',
      'invalid argument "maybe" for "--raw" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      '--scope foo',
      'invalid argument "foo" for "--scope" flag: must be one of: strict, namespace-wide, cluster-wide',
    ],
  ])('%s: usage and code 2', async (args, text) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toBe('Usage of kubeseal:\n');
    expect(out.endsWith(`\n${text}\n`)).toBe(true);
  });
});

describe('--raw', () => {
  it.each([
    ['strict', 'dev', 'db', 'dev', 'db', true],
    ['strict', 'dev', 'db', 'dev', 'other', false],
    ['namespace-wide', 'dev', 'db', 'dev', 'other', true],
    ['namespace-wide', 'dev', 'db', 'prod', 'db', false],
    ['cluster-wide', 'dev', 'db', 'prod', 'other', true],
  ])('%s of %s/%s opens as %s/%s: %s', async (...row) => {
    const [scope, namespace, name, ns, other, opens] = row;
    const { out } = await run(
      `--cert cert.pem --raw --scope ${scope} -n ${namespace} --name ${name}`,
      'value\n',
    );
    expect(out).not.toContain('\n');
    const annotations =
      scope === 'strict' ? {} : { [`sealedsecrets.bitnami.com/${scope}`]: 'true' };
    const sealed = {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: { name: other, namespace: ns, annotations },
      spec: { encryptedData: { foo: out } },
    };
    const opened = await run(
      '--recovery-unseal --recovery-private-key key.pem',
      JSON.stringify(sealed),
    );
    expect(opened.code).toBe(opens ? 0 : 1);
    if (opens) expect(opened.out).toContain(Buffer.from('value\n').toString('base64'));
  });

  it('reads one item from a file or from standard input', async () => {
    await file('item', 'x');
    for (const from of ['item', 'key=item', '/dev/stdin']) {
      const { code, out } = await run(`--cert cert.pem --raw --name a --from-file ${from}`, 'x');
      expect([code, Buffer.from(out, 'base64').length]).toEqual([0, 2 + 256 + 1 + 16]);
    }
  });
});

describe('--merge-into', () => {
  it('adds items and labels; name, namespace and scope of the file hold', async () => {
    await copyFile(testdata('kubeseal-namespace-wide.yaml'), path.join(cwd, 'm.yaml'));
    const update = JSON.stringify({
      metadata: { name: 'ignored', labels: { new: 'label' } },
      stringData: { extra: 'value', user: 'you' },
    });
    const merged = await run(
      '--cert cert.pem --merge-into m.yaml --format yaml --scope namespace-wide',
      update,
    );
    expect([merged.code, merged.out, merged.err]).toEqual([0, '', '']);
    const opened = await run(
      '--recovery-unseal --recovery-private-key key.pem',
      await fileText('m.yaml'),
    );
    const { data, metadata } = JSON.parse(opened.out) as {
      data: Record<string, string>;
      metadata: object;
    };
    expect(Object.keys(data)).toEqual(['extra', 'password', 'user']);
    expect(Buffer.from(data.user ?? '', 'base64').toString()).toBe('you');
    expect(metadata).toMatchObject({
      name: 'db-credentials',
      namespace: 'openfaas-fn',
      labels: { app: 'a<b', new: 'label' },
    });
  });

  it('leaves the file alone when something is wrong', async () => {
    await copyFile(testdata('kubeseal-strict.json'), path.join(cwd, 'm.json'));
    const before = await fileText('m.json');
    expect((await run('--cert cert.pem --merge-into m.json', '')).code).toBe(1);
    expect(await fileText('m.json')).toBe(before);
  });
});

describe('--recovery-unseal', () => {
  it('takes keys from a Secret, a stream and a List', async () => {
    const key = (name: string, pem: string): object => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      data: { 'tls.key': Buffer.from(pem).toString('base64') },
    });
    const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const pems = [
      other.export({ type: 'pkcs1', format: 'pem' }) as string,
      await fileText('key.pem'),
    ];
    const keys = pems.map((pem, at) => key(`k${at}`, pem));
    await file('one.json', JSON.stringify(keys[1]));
    await file('stream.yaml', keys.map((each) => `---\n${JSON.stringify(each)}\n`).join(''));
    await file('list.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: keys }));
    const sealed = await readFile(testdata('kubeseal-strict.json'), 'utf8');
    for (const from of ['one.json', 'stream.yaml', 'list.json', 'cert.pem,key.pem']) {
      const opened = await run(`--recovery-unseal -o yaml --recovery-private-key ${from}`, sealed);
      expect(opened.out).toMatch(/^---\napiVersion: v1\ndata:\n {2}password: bXktZGItcGFzcw==/);
    }
  });
});

describe('with a controller behind the service proxy', () => {
  let answers: Record<string, (body: string) => Promise<Response> | Response>;
  let seen: string[];
  beforeEach(async () => {
    seen = [];
    const root = '/api/v1/namespaces/adm/services';
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'sealed-secrets' },
      spec: { ports: [{ name: 'http', port: 8080 }] },
    };
    answers = {
      [`${root}/sealed-secrets`]: () => Response.json(service),
      [`${root}/http:sealed-secrets:http/proxy/v1/cert.pem`]: async () =>
        new Response(await fileText('cert.pem')),
    };
    const server = http.createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url}`);
        void (async () => {
          const answer =
            (await answers[request.url ?? '']?.(String(Buffer.concat(parts)))) ??
            Response.json(
              { kind: 'Status', message: 'services "x" not found', code: 404 },
              { status: 404 },
            );
          response.writeHead(answer.status, Object.fromEntries(answer.headers));
          response.end(Buffer.from(await answer.arrayBuffer()));
        })();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    await file(
      'kc',
      `clusters: [{name: a, cluster: {server: "http://127.0.0.1:${port}"}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n`,
    );
  });
  const at = '--kubeconfig kc --controller-namespace adm --controller-name sealed-secrets';
  const proxied = (endpoint: string): string =>
    `/api/v1/namespaces/adm/services/http:sealed-secrets:http/proxy${endpoint}`;

  it('fetches the certificate as the guide does', async () => {
    const { out, err, code } = await run(`--fetch-cert ${at}`);
    expect([code, err, out]).toEqual([0, '', await fileText('cert.pem')]);
  });

  it('says which flags name the controller when it is not there', async () => {
    const { err } = await run('--fetch-cert --kubeconfig kc');
    expect(err).toContain('error: cannot get sealed secret service: ');
    expect(err).toContain('Please, use the flag --controller-name and --controller-namespace');
    const down = await run(`--fetch-cert --server http://127.0.0.1:1`);
    expect(down.err).toContain('error: cannot get sealed secret service: ');
  });

  it('tells a failure of the controller', async () => {
    answers[proxied('/v1/cert.pem')] = () => new Response('no endpoints', { status: 503 });
    expect((await run(`--fetch-cert ${at}`)).err).toBe(
      'error: cannot fetch certificate: no endpoints\n',
    );
  });

  it('validates', async () => {
    const sealed = (await run('--cert cert.pem', secret)).out;
    const answer = (status: number) => {
      answers[proxied('/v1/verify')] = () => new Response(null, { status });
      return run(`--validate ${at}`, sealed);
    };
    expect(await answer(200)).toEqual({ code: 0, out: '', err: '' });
    expect((await answer(409)).err).toBe(
      'error: unable to decrypt sealed secret: db-credentials\n',
    );
    expect((await answer(500)).err).toContain('error: cannot validate sealed secret: ');
    expect((await run(`--validate ${at}`, secret)).err).toBe(
      'error: unable to decrypt sealed secret\n',
    );
  });

  it('re-encrypts a file in place', async () => {
    const key = privateKeyOf(await fileText('key.pem'));
    answers[proxied('/v1/rotate')] = async (body) =>
      Response.json(
        await resealSecret(
          JSON.parse(body) as SealedSecret,
          createKeyRing([key]),
          createPublicKey(key),
        ),
      );
    await copyFile(testdata('kubeseal-strict.yaml'), path.join(cwd, 's.yaml'));
    const before = await fileText('s.yaml');
    const { code, out, err } = await run(`--re-encrypt -f s.yaml ${at} -o yaml`);
    expect([code, out, err]).toEqual([0, '', '']);
    const after = await fileText('s.yaml');
    expect(after).not.toBe(before);
    expect(blotted(after)).toBe(blotted(before));
    answers[proxied('/v1/rotate')] = () => new Response(null, { status: 409 });
    const refused = await run(`--rotate -f s.yaml ${at}`);
    expect(refused.err).toBe(
      'Flag --rotate has been deprecated, please use --re-encrypt instead\nerror: unable to rotate secret\n',
    );
    expect(await fileText('s.yaml')).toBe(after);
  });
});

describe('without a cluster', () => {
  const nowhere = '--server http://127.0.0.1:1';

  it('says what a certificate alone can tell', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const sealed = (await run('--cert cert.pem', secret)).out;
    expect(await run(`--validate --cert cert.pem ${nowhere}`, sealed)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    const foreign = JSON.parse(sealed) as SealedSecret;
    foreign.spec.encryptedData.user = sealValue(
      publicKey,
      Buffer.from('x'),
      Buffer.alloc(0),
    ).toString('base64');
    const refused = await run(`--validate --cert cert.pem ${nowhere}`, JSON.stringify(foreign));
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /^error: unable to decrypt sealed secret: db-credentials: sealed for a key of 1024 bits, not of \d+ \(user\)\n$/,
    );
    foreign.metadata.annotations = { 'sealedsecrets.trice.dev/sealed-for': 'SHA256:x' };
    const other = await run(`--validate --cert cert.pem ${nowhere}`, JSON.stringify(foreign));
    expect(other.err).toContain('sealed for the key SHA256:x, not for SHA256:');
  });

  it('re-encrypts with keys at hand, scope from the values', async () => {
    const flags = `--re-encrypt --recovery-private-key key.pem ${nowhere}`;
    const sealed = (await run('--cert cert.pem', secret)).out;
    const again = await run(`${flags} --cert cert.pem`, sealed);
    expect([again.code, again.err]).toEqual([0, '']);
    expect(again.out).not.toBe(sealed);
    expect(blotted(again.out)).toBe(blotted(sealed));
    // Whoever widens the annotations does not widen the scope (CVE-2026-22728).
    const widened = JSON.parse(sealed) as SealedSecret;
    const wide = { 'sealedsecrets.bitnami.com/cluster-wide': 'true' };
    widened.metadata.annotations = wide;
    widened.spec.template = { metadata: { ...widened.spec.template?.metadata, annotations: wide } };
    const { out } = await run(`${flags} --cert cert.pem`, JSON.stringify(widened));
    expect(out).not.toContain('cluster-wide');
    expect((await run(flags, sealed)).err).toBe(
      'error: must provide the --cert flag with --recovery-private-key\n',
    );
  });
});

describe('help', () => {
  it('prints version and flags', async () => {
    expect((await run('--version')).out).toMatch(/^kubeseal version: v\d+\.\d+\.\d+\n$/);
    const { out, code } = await run('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage of kubeseal:\n {6}--add_dir_header /);
    expect(out).toContain(
      '  -o, --format string                    Output format for sealed secret. Either json or yaml (default "json")\n',
    );
    expect(out).not.toContain('--rotate');
    expect((await run('-h')).code).toBe(0);
  });
});

const original = (process.env.PATH ?? '')
  .split(path.delimiter)
  .map((dir) => path.join(dir, 'kubeseal'))
  .find((each) => existsSync(each));
describe('the original kubeseal', () => {
  it.skipIf(!original)('opens what we sealed (needs kubeseal)', async () => {
    await file('sealed.json', (await run('--cert cert.pem -n dev', secret)).out);
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(
        original ?? '',
        ['--recovery-unseal', '--recovery-private-key', 'key.pem', '-f', 'sealed.json'],
        { cwd },
        (error, out) => (error ? reject(error) : resolve(out)),
      );
    });
    expect(stdout).toContain('bXktZGItcGFzcw==');
  });
});
