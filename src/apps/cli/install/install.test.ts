import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRecord, systemClock } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { parseManifests } from '../../../lib/manifest/index.ts';
import { program as check } from '../check/index.ts';
import { program as helm } from '../helm/index.ts';
import type { CliIo, Program } from '../io.ts';
import { program as install } from './index.ts';

const chart = fileURLToPath(new URL('../../../../charts/trice', import.meta.url));
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-install-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function run(
  program: Program,
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: { isTTY: false, write: (chunk) => void (err += String(chunk)) },
    env: { HOME: dir },
    cwd: dir,
    signal: new AbortController().signal,
    clock: systemClock,
  };
  const code = await program(argv, io);
  return { code, out, err };
}

function objects(text: string): KubeObject[] {
  const { manifests, failures } = parseManifests([{ path: 'out.yaml', text }]);
  expect(failures).toEqual([]);
  return manifests.map(({ object }) => object);
}

function named(text: string): string[] {
  return objects(text).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

function args(text: string): string[] {
  const deployment = objects(text).find(({ kind }) => kind === 'Deployment');
  let at: unknown = deployment?.['spec'];
  for (const step of ['template', 'spec', 'containers', 0, 'args']) {
    at = isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[step] : undefined;
  }
  return at as string[];
}

describe('the chart, with the values of the Flux chart', () => {
  /** `--set` of each. */
  const template = (...values: string[]) =>
    run(
      helm,
      'template',
      'flux',
      chart,
      '--namespace',
      'fluxcd',
      ...values.flatMap((each) => ['--set', each]),
    );

  it('needs nothing but the URL of a repository', async () => {
    const { code, out } = await template('git.url=git@github.com:me/openfaas-flux');
    expect(code).toBe(0);
    expect(named(out).toSorted()).toEqual([
      'ClusterRole/flux',
      'ClusterRoleBinding/flux',
      'Deployment/flux',
      'Secret/flux-git-deploy',
      'Service/flux',
      'Service/sealed-secrets-controller',
      'ServiceAccount/flux',
    ]);
    expect(args(out)).toEqual(
      expect.arrayContaining([
        'operator',
        '--git-url=git@github.com:me/openfaas-flux',
        '--k8s-secret-name=flux-git-deploy',
        '--sync-interval=5m',
        '--namespace=fluxcd',
      ]),
    );
    expect(out).toContain('path: /api/flux/v6/identity.pub');
  });

  it('takes the values file of a guide that has CI write to git', async () => {
    const values = path.join(dir, 'values.yaml');
    writeFileSync(
      values,
      `image:
  tag: 1.19.0
git:
  url: git@github.com:me/gitops
  path: releases/staging,releases/production
  readonly: true
  pollInterval: 5s
registry:
  disableScanning: true
memcached:
  enabled: false
manifestGeneration: true
`,
    );
    const { out } = await run(helm, 'template', 'flux', chart, '--values', values);
    const given = args(out);
    expect(given).toEqual(
      expect.arrayContaining([
        '--git-path=releases/staging,releases/production',
        '--git-readonly',
        '--git-poll-interval=5s',
        '--sync-interval=5s',
        '--registry-disable-scanning',
        '--manifest-generation=true',
      ]),
    );
    expect(given.join(' ')).not.toContain('--git-user');
  });

  it('takes the line of a guide of 2018', async () => {
    const { out } = await template(
      'rbac.create=true',
      'helmOperator.create=true',
      'git.url=ssh://git@github.com/me/gitops-helm',
      'git.chartsPath=charts',
    );
    expect(args(out)).toContain('--git-charts-path=charts');
  });

  it('mounts more host keys, and names a Secret of your own', async () => {
    const { out } = await template(
      'ssh.known_hosts=host ssh-rsa AAAA',
      'git.secretName=my-key',
      'allowedNamespaces={a,b}',
      'syncGarbageCollection.enabled=true',
    );
    expect(named(out)).toContain('ConfigMap/flux-ssh-config');
    expect(named(out).some((name) => name.startsWith('Secret/'))).toBe(false);
    expect(args(out)).toEqual(
      expect.arrayContaining([
        '--ssh-known-hosts=/etc/trice/ssh/known_hosts',
        '--k8s-secret-name=my-key',
        '--k8s-allow-namespace=a,b',
        '--sync-garbage-collection',
      ]),
    );
  });

  it('makes flags only that the operator knows', async () => {
    const { flags } = await import('../operator/flags.ts');
    const known = new Set(flags.map(({ name }) => name));
    const tpl = readFileSync(path.join(chart, 'templates/_helpers.tpl'), 'utf8');
    const used = [...tpl.matchAll(/^- --([a-z0-9-]+)/gm)].map(([, name]) => name ?? '');
    expect(used.length).toBeGreaterThan(30);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('trice install', () => {
  const given = ['--git-url=git@github.com:me/repo', '--git-email=me@example.com'];

  it('prints manifests that can be applied', async () => {
    const { code, out, err } = await run(install, ...given, '--namespace=flux', '--git-path=a,b');
    expect([code, err]).toEqual([0, '']);
    expect(named(out)).toContain('Deployment/flux');
    const namespaces = new Set(objects(out).map(({ metadata }) => metadata.namespace));
    expect(namespaces).toEqual(new Set([undefined, 'flux']));
    expect(args(out)).toEqual(
      expect.arrayContaining(['--git-label=flux', '--git-user=Flux', '--git-path=a,b']),
    );
    expect(out).toContain('runAsNonRoot: true');
  });

  it('prints what trice check finds nothing wrong with', async () => {
    const { out } = await run(install, ...given);
    writeFileSync(path.join(dir, 'all.yaml'), out);
    expect(await run(check, 'all.yaml', '--strict')).toMatchObject({ code: 0 });
  });

  it('leaves the security context out when told to', async () => {
    const { out } = await run(install, ...given, '--add-security-context=false');
    expect(out).not.toContain('securityContext');
  });

  it('writes a file for each part into a folder that is there', async () => {
    const { code, err } = await run(install, ...given, '-o', '.');
    expect(code).toBe(0);
    expect(readdirSync(dir).toSorted()).toEqual([
      'flux-account.yaml',
      'flux-deployment.yaml',
      'flux-secret.yaml',
      'flux-service.yaml',
    ]);
    expect(err).toContain(`writing ${path.join(dir, 'flux-account.yaml')}\n`);
    const missing = await run(install, ...given, '-o', 'nowhere');
    expect(missing).toMatchObject({ code: 1, err: 'Error: nowhere is not a directory\n' });
  });

  it('asks for what it needs', async () => {
    const { code, err } = await run(install);
    expect(code).toBe(1);
    expect(err).toBe('Error: please supply a valid --git-url argument\n');
  });
});
