import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../base/index.ts';
import { program } from '../index.ts';

let dir: string;
const servers: Server[] = [];

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'cli-registry-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(dir, { recursive: true, force: true });
});

/** Starts a server on the loopback address and gives `host:port`. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `localhost:${(server.address() as AddressInfo).port}`;
}

async function helm(
  argv: string[],
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await program(argv, {
    stdin: (async function* () {
      yield Buffer.from(input);
    })(),
    stdout: { write: (chunk) => void (out += chunk.toString()), isTTY: false },
    stderr: { write: (chunk) => void (err += chunk.toString()), isTTY: false },
    env: { HOME: dir },
    cwd: dir,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, out, err };
}

const kept = (): Promise<string> =>
  readFile(path.join(dir, '.config/helm/registry/config.json'), 'utf8');

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

const guarded = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.headers.authorization === basic('u:p')) {
    response.end('{}');
    return;
  }
  response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' });
  response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
};

describe('helm registry', () => {
  it('login asks the registry and keeps the login for its owner; logout forgets it', async () => {
    const host = await serve(guarded);
    const login = await helm(['registry', 'login', host, '-u', 'u', '--password-stdin'], 'p\n');
    expect(login).toEqual({ code: 0, out: '', err: 'Login Succeeded\n' });
    const auth = Buffer.from('u:p').toString('base64');
    expect(await kept()).toBe(
      `{\n\t"auths": {\n\t\t"${host}": {\n\t\t\t"auth": "${auth}"\n\t\t}\n\t}\n}`,
    );
    const file = await stat(path.join(dir, '.config/helm/registry/config.json'));
    expect(file.mode & 0o777).toBe(0o600);
    const logout = await helm(['registry', 'logout', host]);
    expect(logout.err).toBe(`Removing login credentials for ${host}\n`);
    expect(await kept()).toBe('{\n\t"auths": {}\n}');
  });

  it('a wrong password is told in ORAS’ words and not kept', async () => {
    const host = await serve(guarded);
    const { code, err } = await helm(['registry', 'login', host, '-u', 'u', '-p', 'no']);
    expect(code).toBe(1);
    expect(err).toBe(
      `WARNING: Using --password via the CLI is insecure. Use --password-stdin.\nError: authenticating to "${host}": GET "http://${host}/v2/": response status code 401: unauthorized: authentication required\n`,
    );
    await expect(kept()).rejects.toThrow('ENOENT');
  });

  it('other logins in the file stay', async () => {
    const host = await serve(guarded);
    const file = path.join(dir, 'own.json');
    await writeFile(file, '{"credsStore":"x","auths":{"else":{"auth":"YQ=="}}}');
    await helm(['registry', 'login', host, '-u', 'u', '-p', 'p', '--registry-config', file]);
    const data = JSON.parse(await readFile(file, 'utf8')) as { auths: object };
    expect(data).toMatchObject({ credsStore: 'x', auths: { else: { auth: 'YQ==' } } });
    expect(Object.keys(data.auths)).toEqual(['else', host]);
  });
});

describe('what a registry refuses is told in Helm’s words', () => {
  const errors = (code: string, message: string, detail?: unknown): string =>
    JSON.stringify({ errors: [{ code, message, detail }] });

  it.each<[string, number, string, string[], string]>([
    [
      'no such version',
      404,
      errors('MANIFEST_UNKNOWN', 'manifest unknown'),
      ['--version', '1.0.0'],
      'failed to perform "FetchReference" on source: HOST/a/x:1.0.0: not found',
    ],
    [
      'no such repository',
      404,
      errors('NAME_UNKNOWN', 'repository name not known', { name: 'a/x' }),
      [],
      'GET "http://HOST/v2/a/x/tags/list": response status code 404: name unknown: repository name not known: map[name:a/x]',
    ],
    [
      'not allowed',
      403,
      errors('DENIED', 'requested access to the resource is denied'),
      ['--version', '1.0.0'],
      'failed to perform "FetchReference" on source: GET "http://HOST/v2/a/x/manifests/1.0.0": response status code 403: denied: requested access to the resource is denied',
    ],
    [
      'not logged in',
      401,
      errors('UNAUTHORIZED', 'authentication required'),
      [],
      'GET "http://HOST/v2/a/x/tags/list": response status code 401: unauthorized: authentication required',
    ],
    [
      'broken',
      500,
      'boom',
      [],
      'GET "http://HOST/v2/a/x/tags/list": response status code 500: Internal Server Error',
    ],
  ])('%s', async (...row) => {
    const [, status, body, flags, wanted] = row;
    const host = await serve((_request, response) => {
      response.writeHead(status, { 'www-authenticate': 'Basic realm="r"' });
      response.end(body);
    });
    const { err } = await helm(['pull', `oci://${host}/a/x`, ...flags]);
    expect(err).toBe(`Error: ${wanted.replaceAll('HOST', host)}\n`);
  });
});

describe('credentials go to no other host', () => {
  /** A server that notes what it is told and answers as a stranger would. */
  async function stranger(): Promise<{ host: string; told: (string | undefined)[] }> {
    const told: (string | undefined)[] = [];
    const host = await serve((request, response) => {
      told.push(request.headers.authorization);
      response.writeHead(404);
      response.end('gone');
    });
    // Another name for the same address is another host.
    return { host: host.replace('localhost', '127.0.0.1'), told };
  }

  it('of a repository whose index names another host', async () => {
    const { host: other, told } = await stranger();
    const asked: (string | undefined)[] = [];
    const home = await serve((request, response) => {
      asked.push(request.headers.authorization);
      const entry = `{name: web, version: 1.0.0, apiVersion: v2, urls: ["http://${other}/web.tgz"]}`;
      response.end(`apiVersion: v1\nentries: {web: [${entry}]}\n`);
    });
    const login = ['--username', 'u', '--password', 'p'];
    await helm(['pull', 'web', '--repo', `http://${home}`, ...login]);
    expect(asked).toEqual([basic('u:p')]);
    expect(told).toEqual([undefined]);
    await helm(['pull', 'web', '--repo', `http://${home}`, ...login, '--pass-credentials']);
    expect(told).toEqual([undefined, basic('u:p')]);
  });

  it('of a repository that redirects', async () => {
    const { host: other, told } = await stranger();
    const home = await serve((_request, response) => {
      response.writeHead(302, { location: `http://${other}/index.yaml` });
      response.end();
    });
    const login = ['--username', 'u', '--password', 'p'];
    await helm(['pull', 'web', '--repo', `http://${home}`, ...login]);
    expect(told).toEqual([undefined]);
  });

  it('of a registry that redirects to its storage', async () => {
    const { host: other, told } = await stranger();
    const home = await serve((request, response) => {
      if (request.headers.authorization !== basic('u:p')) {
        guarded(request, response);
        return;
      }
      response.writeHead(307, { location: `http://${other}/blob` });
      response.end();
    });
    const login = ['--username', 'u', '--password', 'p'];
    await helm(['pull', `oci://${home}/a/x`, '--version', '1.0.0', ...login]);
    expect(told).toEqual([undefined]);
  });

  it('of one registry to another', async () => {
    const { host: other, told } = await stranger();
    await mkdir(path.join(dir, '.config/helm/registry'), { recursive: true });
    const auths = { 'localhost:1': { auth: Buffer.from('u:p').toString('base64') } };
    await writeFile(path.join(dir, '.config/helm/registry/config.json'), JSON.stringify({ auths }));
    await helm(['pull', `oci://${other}/a/x`, '--version', '1.0.0']);
    expect(told).toEqual([undefined]);
  });
});

describe('helm search hub', () => {
  const result = {
    id: 'stable/a',
    attributes: { description: 'words', repo: { name: 'stable', url: 'http://r' } },
    relationships: { latestChartVersion: { data: { version: '1.0.0', app_version: '2' } } },
  };

  it('asks the endpoint', async () => {
    let asked = '';
    const host = await serve((request, response) => {
      asked = request.url ?? '';
      response.end(JSON.stringify({ data: [result] }));
    });
    const { out } = await helm(['search', 'hub', 'a', 'b', '--endpoint', `http://${host}/hub`]);
    expect(asked).toBe('/hub/api/chartsvc/v1/charts/search?q=a+b');
    expect(out.split('\n')[1]).toMatch(/hub\/charts\/stable\/a\s+1\.0\.0\s+2\s+words/);
  });

  it.each<[string[], string, string]>([
    [[], 'No results found\n', ''],
    [['-o', 'json'], '[]\n', ''],
    [['--fail-on-no-result'], '', 'Error: no results found\n'],
  ])('nothing found, %j', async (flags, out, err) => {
    const host = await serve((_request, response) => response.end('{}'));
    const ran = await helm(['search', 'hub', 'a', '--endpoint', `http://${host}`, ...flags]);
    expect(ran).toMatchObject({ out, err });
  });
});

describe('helm env', () => {
  it('tells one or all', async () => {
    expect((await helm(['env', 'HELM_QPS'])).out).toBe('0.00\n');
    const { out } = await helm(['env', '--kube-context', 'c', '-n', 'ns']);
    expect(out).toContain('HELM_KUBECONTEXT="c"\n');
    expect(out).toContain('HELM_NAMESPACE="ns"\n');
    expect(out).toContain(`HELM_PLUGINS="${dir}/.local/share/helm/plugins"\n`);
  });
});

describe('helm create --starter', () => {
  it('takes the starter’s files and gives them the new name', async () => {
    const starter = path.join(dir, '.local/share/helm/starters/st');
    await mkdir(path.join(starter, 'templates'), { recursive: true });
    await writeFile(path.join(starter, 'Chart.yaml'), 'apiVersion: v2\nname: st\nversion: 9.9.9\n');
    await writeFile(path.join(starter, 'values.yaml'), 'name: <CHARTNAME> # kept\n');
    await writeFile(path.join(starter, 'templates/a.yaml'), 'a: <CHARTNAME>\n');
    await writeFile(path.join(starter, 'README.md'), '<CHARTNAME>\n');
    expect((await helm(['create', 'my', '-p', 'st'])).out).toBe('Creating my\n');
    const text = (name: string): Promise<string> => readFile(path.join(dir, 'my', name), 'utf8');
    expect(await text('values.yaml')).toBe('name: my # kept\n');
    expect(await text('templates/a.yaml')).toBe('a: my\n');
    expect(await text('README.md')).toBe('<CHARTNAME>\n');
    expect(await text('Chart.yaml')).toContain('name: my\ntype: application\nversion: 0.1.0\n');
    const { err } = await helm(['create', 'my', '-p', 'none']);
    expect(err).toContain('Error: could not load ');
  });
});
