import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import { listen } from '../../../lib/http/index.ts';
import type { Listening } from '../../../lib/http/index.ts';
import type { CliIo } from '../io.ts';
import { program } from './index.ts';

/** What the daemon answers, by `METHOD path?query`. */
let answers: Record<string, Array<unknown>>;
let asked: string[];
let daemon: Listening;

beforeEach(async () => {
  answers = {};
  asked = [];
  daemon = await listen({
    host: '127.0.0.1',
    port: 0,
    handler: async (request) => {
      const url = new URL(request.url);
      const name = `${request.method} ${url.pathname.replace('/api/flux/', '')}${url.search}`;
      asked.push(`${name} ${await request.text()}`.trim());
      const waiting = answers[name] ?? [];
      const answer = waiting.length > 1 ? waiting.shift() : waiting[0];
      if (answer instanceof Response) return answer.clone();
      return answer === undefined
        ? new Response('404 page not found\n', { status: 404 })
        : Response.json(answer);
    },
  });
});

afterEach(() => daemon.close());

async function fluxctl(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => void (out += String(chunk)), isTTY: false },
    stderr: { write: (chunk) => void (err += String(chunk)), isTTY: false },
    env: { FLUX_URL: `http://127.0.0.1:${daemon.port}/api/flux` },
    cwd: '/',
    signal: new AbortController().signal,
    clock: systemClock,
  };
  return { code: await program(argv, io), out, err };
}

const config = {
  remote: { url: 'ssh://git@host/repo', branch: 'master', path: '' },
  status: 'ready',
  publicSSHKey: {
    key: 'ssh-rsa AAAA\n',
    fingerprints: { md5: { hash: 'aa:bb', randomart: '+--+' } },
  },
};
const revision = 'a'.repeat(40);

describe('fluxctl save', () => {
  const live = `---
apiVersion: v1
kind: Namespace
metadata: {name: demo, creationTimestamp: null}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: demo
  annotations: {deployment.kubernetes.io/revision: "3"}
spec: {template: {spec: {volumes: [{name: tmp, emptyDir: {}}], hostname: ""}}}
status: {replicas: 1}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick, namespace: demo}
`;
  const exported = (text: string): void => {
    answers = { 'GET v6/export': [Buffer.from(text).toString('base64')] };
  };

  it('prints the live objects without what the server notes', async () => {
    exported(live);
    const { code, out } = await fluxctl('save');
    expect(code).toBe(0);
    expect(out).toBe(`---
apiVersion: v1
kind: Namespace
metadata:
  name: demo
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: demo
spec:
  template:
    spec:
      volumes:
      - emptyDir: {}
        name: tmp
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: tick
  namespace: demo
`);
  });

  it('writes a file for each, and none outside the folder', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'trice-save-'));
    try {
      exported(live);
      const { out } = await fluxctl('save', '--out', dir);
      expect(out).toContain(`Saving Deployment 'web' to ${dir}/demo/web-dep.yaml\n`);
      expect(readdirSync(dir).toSorted()).toEqual(['demo', 'demo-ns.yaml']);
      expect(readdirSync(path.join(dir, 'demo')).toSorted()).toEqual([
        'tick-CronJob.yaml',
        'web-dep.yaml',
      ]);
      exported(live.replace('name: tick', 'name: ../../../tick'));
      expect(await fluxctl('save', '--out', dir)).toMatchObject({
        code: 1,
        err: expect.stringContaining('outside') as string,
      });
      expect(await fluxctl('save', '--out', path.join(dir, 'no'))).toMatchObject({ code: 1 });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('fluxctl release --watch', () => {
  const id = 'demo:deployment/web';
  const workload = (
    Status: string,
    Updated: number,
    Messages: string[] | null = null,
  ): unknown => ({
    ID: id,
    Containers: [{ Name: 'web', Current: { ID: 'web:2' } }],
    Status,
    Rollout: { Desired: 2, Updated, Ready: 1, Available: 1, Outdated: 1, Messages },
  });
  const release = async (...states: unknown[]) => {
    const result = { [id]: { Status: 'success', PerContainer: null } };
    answers = {
      'POST v9/update-manifests': ['job-1'],
      'GET v6/jobs?id=job-1': [
        { StatusString: 'succeeded', Err: '', Result: { revision, result } },
      ],
      [`GET v6/sync?ref=${revision}`]: [[]],
      'GET v11/services?services=demo%3Adeployment%2Fweb': states.map((each) => [each]),
    };
    return fluxctl('release', `--workload=${id}`, '--update-all-images', '-w', '-v', '-n', 'demo');
  };

  it('shows the rollout until all workloads are ready', async () => {
    const { code, out, err } = await release(workload('updating', 1), workload('ready', 2));
    expect(code).toBe(0);
    expect(out).toContain('web:2  updating  1/2 (1 outdated, 1 ready)\n');
    expect(out).toContain('web:2  ready    2/2 (1 outdated, 1 ready)\n');
    expect(err).toContain('Monitoring rollout ...\nAll workloads ready.\n');
  });

  it('ends with what is wrong', async () => {
    const { code, err } = await release(workload('error', 1, ['no such image']));
    expect(code).toBe(0);
    expect(err).toContain(`There was a problem releasing ${id}:\nno such image\n`);
  });

  it('has nothing to watch in a dry run', async () => {
    const refused = await fluxctl('release', '--all', '--update-all-images', '-w', '--dry-run');
    expect(refused).toMatchObject({ code: 1 });
  });
});

describe('fluxctl', () => {
  it('sync waits until the head is applied', async () => {
    answers = {
      'POST v9/git-repo-config': [config],
      'POST v9/update-manifests': ['job-1'],
      'GET v6/jobs?id=job-1': [
        { StatusString: 'running', Err: '', Result: {} },
        { StatusString: 'succeeded', Err: '', Result: { revision } },
      ],
      [`GET v6/sync?ref=${revision}`]: [[revision], []],
    };
    expect(await fluxctl('sync', '--k8s-fwd-ns', 'fluxcd')).toEqual({
      code: 0,
      out: '',
      err: 'Synchronizing with ssh://git@host/repo\nRevision of master to apply is aaaaaaa\nWaiting for aaaaaaa to be applied ...\nDone.\n',
    });
    expect(asked.filter((each) => each.includes('v6/sync'))).toHaveLength(2);
  });

  it.each([
    ['unconfigured', 'no git repository is configured'],
    ['unreachable', 'can not connect to git repository with URL ssh://git@host/repo'],
    ['new', 'git repository ssh://git@host/repo is not ready to sync'],
  ])('sync refuses a repository that is %s', async (status, text) => {
    answers = { 'POST v9/git-repo-config': [{ ...config, status, errors: 'why' }] };
    const { code, err } = await fluxctl('sync');
    expect([code, err]).toEqual([
      1,
      `Error: ${text}\n\nFull error message: why\nRun 'fluxctl sync --help' for usage.\n`,
    ]);
  });

  it('identity prints the key, or its fingerprint', async () => {
    answers = { 'POST v9/git-repo-config': [config] };
    expect((await fluxctl('identity')).out).toBe('ssh-rsa AAAA\n');
    expect((await fluxctl('identity', '-l')).out).toBe('aa:bb\n');
    expect((await fluxctl('identity', '-v')).out).toBe('aa:bb\n+--+\n');
    await fluxctl('identity', '-r');
    expect(asked.at(-1)).toBe('POST v9/git-repo-config true');
  });

  it('policy commands show the commit and do not wait for the sync', async () => {
    answers = {
      'POST v9/update-manifests': ['j'],
      'GET v6/jobs?id=j': [
        {
          StatusString: 'succeeded',
          Err: '',
          Result: { revision, result: { 'demo:deployment/app': { Status: 'success' } } },
        },
      ],
    };
    const { code, out, err } = await fluxctl(
      'automate',
      '-n',
      'demo',
      '-w',
      'deployment/app',
      '--user',
      'me',
    );
    expect([code, err]).toEqual([0, 'Commit pushed:\taaaaaaa\n']);
    expect(out).toBe('WORKLOAD             STATUS   UPDATES\ndemo:deployment/app  success  \n');
    expect(asked[0]).toBe(
      'POST v9/update-manifests {"type":"policy","cause":{"Message":"","User":"me"},"spec":{"demo:deployment/app":{"add":{"automated":"true"},"remove":{}}}}',
    );
    expect(asked.some((each) => each.includes('v6/sync'))).toBe(false);
  });

  it('release submits what the flags say', async () => {
    answers = {
      'POST v9/update-manifests': ['j'],
      'GET v6/jobs?id=j': [{ StatusString: 'succeeded', Err: '', Result: { result: {} } }],
    };
    const { code, err } = await fluxctl(
      'release',
      '--workload=demo:deployment/app',
      '--update-all-images',
      '--dry-run',
      '--user',
      'me',
      '-m',
      'now',
    );
    expect([code, err]).toEqual([0, 'Submitting dry-run release ...\n']);
    expect(asked[0]).toContain(
      '"spec":{"ServiceSpecs":["demo:deployment/app"],"ImageSpec":"<all latest>","Kind":"plan","Excludes":[],"Force":false}',
    );
    expect((await fluxctl('release', '--all')).err).toContain('please supply exactly one of');
    expect((await fluxctl('release', '-i', 'a:1')).err).toContain('please supply either --all');
  });

  it('shows errors of the daemon under a headline, and its own with a hint', async () => {
    const body = { type: 'user', error: 'short', help: 'Do this and that.' };
    answers = { 'POST v9/git-repo-config': [Response.json(body, { status: 422 })] };
    expect(await fluxctl('identity')).toMatchObject({
      code: 1,
      err: '== Error ==\n\nDo this and that.\n',
    });
    const extra = await fluxctl('list-workloads', 'what');
    expect(extra.code).toBe(1);
    expect(extra.err).toMatch(/^Error: .*\nRun 'fluxctl list-workloads --help' for usage\.\n$/s);
  });
});
