import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createRegistry } from '../../../embedded/registry/index.ts';
import { listen } from '../../../lib/http/index.ts';
import type { Listening } from '../../../lib/http/index.ts';
import { gatewayUrl } from './gateway-url.ts';
import { program } from './index.ts';

let cwd: string;
let gateway: string;
let served: Listening;
let seen: Array<{ method: string; path: string; headers: Record<string, string>; body: string }>;
let answers: Record<string, () => Response>;
const closing: Array<() => Promise<unknown>> = [];

beforeEach(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'faas-cli-'));
  seen = [];
  answers = {};
  served = await listen({
    host: '127.0.0.1',
    port: 0,
    handler: async (request) => {
      const url = new URL(request.url);
      const at = url.pathname + url.search;
      const headers = Object.fromEntries(request.headers);
      seen.push({ method: request.method, path: at, headers, body: await request.text() });
      const answer =
        answers[`${request.method} ${at}`] ?? answers[`${request.method} ${url.pathname}`];
      return answer?.() ?? new Response('no such route', { status: 404 });
    },
  });
  gateway = `http://127.0.0.1:${served.port}`;
});
afterEach(async () => {
  await served.close();
  for (const close of closing.splice(0)) await close();
  await rm(cwd, { recursive: true });
});

interface Ran {
  code: number;
  out: string;
  err: string;
}
async function run(args: string | string[], stdin = ''): Promise<Ran> {
  const written = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    isTTY: false,
    write: (chunk: string | Uint8Array) => {
      written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const code = await program(typeof args === 'string' ? args.split(' ').filter(Boolean) : args, {
    stdin: (async function* () {
      if (stdin !== '') yield Buffer.from(stdin);
    })(),
    stdout: to('out'),
    stderr: to('err'),
    env: { HOME: cwd, PATH: process.env.PATH, OPENFAAS_URL: gateway, SIZE: 'large' },
    cwd,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, ...written };
}
const file = (name: string, text: string): Promise<void> => writeFile(path.join(cwd, name), text);
const fileText = (name: string): Promise<string> => readFile(path.join(cwd, name), 'utf8');
const bodyOf = (at: number): unknown => JSON.parse(seen[at]?.body ?? 'null');

const stack = `version: 1.0
provider:
  name: openfaas
  gateway: http://127.0.0.1:8080
functions:
  b:
    image: user/b
    lang: node
    handler: ./b
    environment:
      a_y: 1
      size: \${SIZE}
    secrets: [db]
    constraints: [a=b]
    labels: {l: v}
    annotations: {schedule: "* * * * *"}
    limits: {memory: 128Mi, cpu: 100m}
    requests: {memory: 64Mi}
    readonly_root_filesystem: true
  a:
    image: user/a:0.2
    lang: node
    handler: ./a
    namespace: team
`;

describe('gatewayUrl', () => {
  it.each([
    ['the default', '', '', undefined, 'http://127.0.0.1:8080'],
    ['the flag before all', 'https://F:1/', 'http://s', 'http://e', 'https://f:1'],
    ['a default flag says nothing', 'http://127.0.0.1:8080', 'http://s/', 'http://e', 'http://s'],
    ['the environment last', '', '', 'http://e:8080', 'http://e:8080'],
    ['http is added', 'host:80', '', undefined, 'http://host:80'],
    ['the path keeps its case', 'http://Host/Path/', '', undefined, 'http://host/Path'],
  ])('%s', (...row) => {
    const [, flag, inStack, env, url] = row;
    expect(gatewayUrl(flag, inStack, env)).toBe(url);
  });
});

describe('login and logout', () => {
  it('checks the password, keeps it for the owner alone, and uses it', async () => {
    answers['GET /system/functions'] = () => Response.json([]);
    const { code, out } = await run('login -u admin --password-stdin', 'pass word\n');
    expect([code, out]).toEqual([
      0,
      `Calling the OpenFaaS server to validate the credentials...\ncredentials saved for admin ${gateway}\n`,
    ]);
    const token = Buffer.from('admin:pass word').toString('base64');
    expect(seen[0]?.headers.authorization).toBe(`Basic ${token}`);
    expect(await fileText('.openfaas/config.yml')).toBe(
      `auths:\n- auth: basic\n  gateway: ${gateway}\n  token: ${token}\n`,
    );
    expect((await stat(path.join(cwd, '.openfaas/config.yml'))).mode & 0o777).toBe(0o600);
    await run('list');
    expect(seen[1]?.headers.authorization).toBe(`Basic ${token}`);
    expect((await run('logout')).out).toBe(`credentials removed for ${gateway}\n`);
    await run('list');
    expect(seen[2]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [
      'no password',
      'login',
      '',
      'Must provide a non-empty password via --password or --password-stdin\n',
    ],
    ['a wrong one', 'login -s', 'x', 'Unable to login, either username or password is incorrect\n'],
  ])('refuses %s, on standard output with a capital', async (_what, args, stdin, text) => {
    answers['GET /system/functions'] = () => new Response('', { status: 401 });
    const { code, out, err } = await run(args, stdin);
    expect([code, err]).toEqual([1, '']);
    expect(out.endsWith(text)).toBe(true);
  });

  it('says which gateway cannot be reached', async () => {
    const { code, out } = await run('login -s -g http://127.0.0.1:1', 'x');
    expect(code).toBe(1);
    expect(out).toContain('Cannot connect to OpenFaaS on URL: http://127.0.0.1:1\n');
  });
});

describe('deploy', () => {
  it('updates every function of the stack with all it says', async () => {
    await file('stack.yml', stack);
    answers['PUT /system/functions'] = () => new Response(null, { status: 202 });
    const { code, out } = await run('deploy -e extra=1 --label canary=true');
    expect(code).toBe(0);
    expect(out).toBe(
      `Deploying: a.\n\nDeployed. 202 Accepted.\nURL: ${gateway}/function/a.team\n\n` +
        `Deploying: b.\n\nDeployed. 202 Accepted.\nURL: ${gateway}/function/b\n\n`,
    );
    expect(bodyOf(1)).toEqual({
      service: 'b',
      image: 'user/b:latest',
      envProcess: 'node index.js',
      envVars: { a_y: '1', size: 'large', extra: '1' },
      constraints: ['a=b'],
      secrets: ['db'],
      labels: { l: 'v', canary: 'true' },
      annotations: { schedule: '* * * * *' },
      limits: { memory: '128Mi', cpu: '100m' },
      requests: { memory: '64Mi' },
      readOnlyRootFilesystem: true,
    });
  });

  it('creates what cannot be updated, and replaces when told so', async () => {
    answers['POST /system/functions'] = () => new Response(null, { status: 202 });
    answers['DELETE /system/functions'] = () => new Response(null, { status: 202 });
    expect((await run('deploy --image x:1 --name fn')).out).toContain('Deployed. 202 Accepted.');
    expect(seen.map(({ method }) => method)).toEqual(['PUT', 'POST']);
    await run('deploy --image x:1 --name fn --replace --update=false');
    expect(seen.slice(2).map(({ method }) => method)).toEqual(['DELETE', 'POST']);
  });

  it.each([
    [
      'both ways at once',
      'deploy --replace --update',
      'Cannot specify --update and --replace at the same time\n',
    ],
    [
      'nothing to deploy',
      'deploy',
      'To deploy a function give --yaml/-f or a --image and --name flag\n',
    ],
    [
      'a failure',
      'deploy --image x --name fn',
      "Function 'fn' failed to deploy with status code: 500\n",
    ],
    ['a filter that fits nothing', 'deploy -f stack.yml --filter z*', 'No functions matching'],
    ['a file that is not there', 'deploy -f no.yml', 'Open no.yml: no such file or directory\n'],
    ['an unknown command', 'deplo', 'Unknown command "deplo" for "faas-cli"'],
    ['the store', 'store list', 'Faas-cli store is not supported: there is no function store'],
  ])('refuses %s', async (_what, args, text) => {
    answers['PUT /system/functions'] = () => new Response('why', { status: 500 });
    if (args.includes('stack.yml')) await file('stack.yml', stack);
    const { code, out } = await run(args);
    expect(code).toBe(1);
    expect(out).toContain(text);
  });
});

describe('list, describe, remove', () => {
  const functions = [
    {
      name: 'b',
      image: 'x/b:1',
      invocationCount: 3,
      replicas: 1,
      createdAt: '2026-01-02T03:04:05Z',
    },
    { name: 'a', image: 'x/a:1' },
  ];
  it('lists by name, by calls, quietly, widely', async () => {
    answers['GET /system/functions'] = () => Response.json(functions);
    expect((await run('list')).out).toBe(
      `${'Function'.padEnd(30)}\t${'Invocations'.padEnd(15)}\tReplicas\n` +
        `${'a'.padEnd(30)}\t${'0'.padEnd(15)}\t0    \n${'b'.padEnd(30)}\t${'3'.padEnd(15)}\t1    \n`,
    );
    expect((await run('ls -q --sort invocations')).out).toBe('b\na\n');
    expect((await run('list -v')).out).toContain(
      `${'x/b:1'.padEnd(40)}\t${'3'.padEnd(15)}\t1    \t\t2026`,
    );
    expect((await run('list -n dev')).code).toBe(0);
    expect(seen.at(-1)?.path).toBe('/system/functions?namespace=dev');
  });

  it('says what to do without a login', async () => {
    answers['GET /system/functions'] = () => new Response('', { status: 401 });
    expect((await run('list')).out).toBe(
      'Unauthorized access, run "faas-cli login" to setup authentication for this server\n',
    );
  });

  it('describes', async () => {
    answers['GET /system/functions'] = () => Response.json(functions);
    answers['GET /system/function/b'] = () =>
      Response.json({
        ...functions[0],
        availableReplicas: 1,
        labels: { z: '1', faas_function: 'b' },
      });
    const { out } = await run('describe b');
    expect(out).toMatch(
      /^Name: +b\nStatus: +Ready\nReplicas: +1\nAvailable Replicas: +1\nInvocations: +3\n/,
    );
    expect(out).toMatch(
      /Function Process: +<default>\nURL: +http:\/\/127.0.0.1:\d+\/function\/b\n/,
    );
    expect(out).toMatch(/Labels: +faas_function: b\n +z: 1\n/);
    expect((await run('describe no')).out).toBe('No such function: no\n');
  });

  it('removes', async () => {
    answers['DELETE /system/functions'] = () => new Response(null, { status: 202 });
    expect((await run('remove fn')).out).toBe('Deleting: fn.\nRemoving old function.\n');
    expect(bodyOf(0)).toEqual({ functionName: 'fn' });
    answers = {};
    const { code, out } = await run('rm fn -n dev');
    expect([code, out]).toEqual([1, 'Deleting: fn.dev\nNo existing function to remove\n']);
  });
});

describe('invoke', () => {
  it('sends the body without credentials and prints the answer', async () => {
    answers['POST /function/fn.dev'] = () => new Response('hello');
    const { out } = await run('invoke fn -n dev --query a=1 -H X-A:b --sign X-Sig --key k', 'body');
    expect(out).toBe('hello');
    const [call] = seen;
    expect(call).toMatchObject({ path: '/function/fn.dev?a=1', body: 'body' });
    expect(call?.headers).toMatchObject({ 'x-a': 'b', 'content-type': 'text/plain' });
    expect(call?.headers['x-sig']).toMatch(/^sha1=[0-9a-f]{40}$/);
    expect(call?.headers).not.toHaveProperty('authorization');
  });

  it('tells a failure of the function', async () => {
    answers['POST /function/fn'] = () => new Response('broken', { status: 500 });
    const { code, out } = await run('invoke fn');
    expect([code, out]).toEqual([1, 'Server returned unexpected status code: 500 - broken\n']);
    answers['POST /async-function/fn'] = () => new Response(null, { status: 202 });
    expect((await run('invoke -a fn')).err).toBe('Function submitted asynchronously.\n');
  });

  it.each([
    ['invoke', 'Please provide a name for the function\n'],
    ['invoke fn --sign X', 'Signing requires both --sign <header-value> and --key <key-value>\n'],
    [
      'invoke fn -m TRACE',
      'The --method or -m flag must take one of these values (GET/POST/PUT/PATCH/DELETE)\n',
    ],
    ['invoke fn --query a', 'The --query flags must take the form of key=value (= not found)\n'],
    ['invoke fn -H a', 'The --header or -H flag must take the form of key=value\n'],
  ])('%s', async (args, text) => {
    expect(await run(args)).toEqual({ code: 1, out: text, err: '' });
  });
});

describe('generate', () => {
  it('prints what the original prints', async () => {
    await file('stack.yml', stack);
    const { out } = await run(['generate', '-n', '']);
    expect(out).toBe(`---
apiVersion: openfaas.com/v1
kind: Function
metadata:
  name: a
  namespace: team
spec:
  name: a
  image: user/a:0.2
---
apiVersion: openfaas.com/v1
kind: Function
metadata:
  name: b
spec:
  name: b
  image: user/b:latest
  environment:
    a_y: "1"
    size: large
  labels:
    l: v
  annotations:
    schedule: '* * * * *'
  limits:
    memory: 128Mi
    cpu: 100m
  requests:
    memory: 64Mi
    cpu: ""
  constraints:
  - a=b
  secrets:
  - db
  readOnlyRootFilesystem: true

`);
    expect((await run('generate --filter a')).out).toContain('  namespace: openfaas-fn\n');
    expect((await run('generate --api serving.knative.dev/v1')).out).toContain('is not supported');
  });
});

describe('secrets, namespaces, logs, version', () => {
  it('makes, lists and removes secrets', async () => {
    answers['POST /system/secrets'] = () =>
      new Response(null, { status: 202, statusText: 'Accepted' });
    const made = await run('secret create db', ' swordfish\n');
    expect(made.out).toBe('Creating secret: db\nCreated: 202 Accepted\n');
    expect(bodyOf(0)).toMatchObject({ name: 'db', value: 'swordfish' });
    answers['POST /system/secrets'] = () => new Response('', { status: 409 });
    expect((await run('secret create db --from-literal x')).out).toContain(
      'Secret with the name "db" already exists\n',
    );
    answers['GET /system/secrets'] = () => Response.json([]);
    expect((await run('secret ls')).out).toBe('No secrets found.\n');
    expect((await run('secret rm db')).out).toBe('Unable to find secret: db\n');
    expect((await run('secret create Bad_')).out).toContain('Invalid secret name "Bad_"');
  });

  it('prints namespaces and versions', async () => {
    answers['GET /system/namespaces'] = () => Response.json(['openfaas-fn', 'team']);
    expect((await run('namespaces')).out).toBe('Namespaces:\n - openfaas-fn\n - team\n');
    answers['GET /system/info'] = () =>
      Response.json({
        provider: {
          provider: 'faas-netes',
          orchestration: 'kubernetes',
          version: { release: '1' },
        },
        version: { release: '2', sha: 'abc' },
      });
    const { out } = await run('version');
    expect(out).toMatch(/^CLI:\n commit: +\n version: \d/);
    expect(out).toContain(`Gateway\n uri:     ${gateway}\n version: 2\n sha:     abc\n`);
    expect(out).toContain(' name:          faas-netes\n');
  });

  it('prints logs plainly, as keys and as JSON', async () => {
    const line =
      '{"name":"fn","namespace":"n","instance":"fn-1","timestamp":"2026-01-02T03:04:05.678Z","text":"hi"}';
    answers['GET /system/logs'] = () => new Response(`${line}\n`);
    expect((await run('logs fn --tail=false')).out).toBe('2026-01-02T03:04:05Z hi\n');
    expect((await run('logs fn --name --instance')).out).toBe(
      '2026-01-02T03:04:05Z fn (fn-1) hi\n',
    );
    expect((await run('logs fn -o keyvalue')).out).toBe(
      'timestamp="2026-01-02T03:04:05Z" text="hi" \n',
    );
    expect((await run('logs fn -o json --lines 5')).out).toBe(`${line}\n`);
    expect(seen.at(-1)?.path).toContain('tail=5');
  });
});

describe('new, build, push', () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd,
      encoding: 'utf8',
    });

  it('goes from nothing to an image in a registry, as the guide does', async () => {
    const registry = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: createRegistry({
        dir: path.join(cwd, '.registry'),
        log: silentLogger,
        clock: systemClock,
        onPush: () => {},
      }),
    });
    closing.push(() => registry.close());
    const prefix = `127.0.0.1:${registry.port}/demo`;
    const made = await run(`new myfn --lang node --prefix ${prefix}`);
    expect(made.out).toContain('Folder: myfn created.\n');
    expect(made.out).toContain('Function created in folder: myfn\nStack file written: myfn.yml\n');
    expect(await fileText('myfn.yml')).toContain(`image: ${prefix}/myfn:latest`);
    expect((await run('new myfn --lang node')).code).toBe(1);

    git('init', '-q', '-b', 'master');
    git('add', 'myfn', 'myfn.yml');
    git('commit', '-q', '-m', 'Init function');
    const sha = git('rev-parse', '--short', 'HEAD').trim();
    const image = `${prefix}/myfn:latest-master-${sha}`;
    const built = await run('build --tag branch -f myfn.yml');
    expect(built.out).toContain('[0] > Building myfn.\n');
    expect(built.out).toContain(`Image: ${image} built.\n`);
    expect(built.out).toMatch(/\[0\] < Building myfn done in \d+\.\d\ds\.\n\[0\] Worker done\.\n/);
    const pushed = await run('push --tag branch -f myfn.yml');
    expect(pushed.out).toBe(
      `[0] > Pushing myfn [${image}].\n[0] < Pushing myfn [${image}] done.\n[0] Worker done.\n`,
    );
    const tags = await fetch(`http://127.0.0.1:${registry.port}/v2/demo/myfn/tags/list`);
    expect(await tags.json()).toMatchObject({ tags: [`latest-master-${sha}`] });
    const generated = await run(['generate', '-n', '', '--tag', 'branch', '--yaml', 'myfn.yml']);
    expect(generated.out).toContain(`  image: ${image}\n`);
  }, 30_000);

  it('lists templates and refuses bad names', async () => {
    expect((await run('new --list')).out).toMatch(
      /^Languages available as templates:\n(- .*\n)*- node\n/,
    );
    expect((await run('template list')).out).toContain('node\n');
    expect((await run('new Bad_Name --lang node')).out).toBe(
      'Function name can only contain a-z, 0-9 and dashes\n',
    );
    expect((await run('new x')).out).toBe(
      'You must supply a function language with the --lang flag\n',
    );
  });

  it('does not push to Docker Hub by accident', async () => {
    await file('stack.yml', stack.replace('user/b', 'b'));
    const { code, out } = await run('push');
    expect(code).toBe(1);
    expect(out).toContain('Unable to push one or more of your functions to Docker Hub:\n- b\n');
  });

  it('gathers failures of builds and goes on', async () => {
    await file('stack.yml', stack);
    const { code, out } = await run('build');
    expect(code).toBe(1);
    expect(out).toContain('[0] < Building b done in');
    expect(out).toContain('Errors received during build:\n- a: ');
  });
});
