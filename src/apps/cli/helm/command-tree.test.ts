import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/index.ts';
import { program } from './index.ts';

/** Every command of Helm 3.21 with its own flags, as its help lists them; the first has the global ones. */
const tree: Readonly<Record<string, string>> = {
  '': 'burst-limit debug kube-apiserver kube-as-group kube-as-user kube-ca-file kube-context kube-insecure-skip-tls-verify kube-tls-server-name kube-token kubeconfig namespace/n qps registry-config repository-cache repository-config',
  completion: '',
  'completion bash': 'no-descriptions',
  'completion fish': 'no-descriptions',
  'completion powershell': 'no-descriptions',
  'completion zsh': 'no-descriptions',
  create: 'starter/p',
  dependency: '',
  'dependency build':
    'ca-file cert-file insecure-skip-tls-verify key-file keyring password plain-http skip-refresh username verify',
  'dependency list': 'max-col-width',
  'dependency update':
    'ca-file cert-file insecure-skip-tls-verify key-file keyring password plain-http skip-refresh username verify',
  env: '',
  get: '',
  'get all': 'revision template',
  'get hooks': 'revision',
  'get manifest': 'revision',
  'get metadata': 'output/o revision',
  'get notes': 'revision',
  'get values': 'all/a output/o revision',
  history: 'max output/o',
  install:
    'atomic ca-file cert-file create-namespace dependency-update description devel disable-openapi-validation dry-run enable-dns force generate-name/g hide-notes hide-secret insecure-skip-tls-verify key-file keyring labels/l name-template no-hooks output/o pass-credentials password plain-http post-renderer post-renderer-args render-subchart-notes replace repo set set-file set-json set-literal set-string skip-crds skip-schema-validation take-ownership timeout username values/f verify version wait wait-for-jobs',
  lint: 'kube-version quiet set set-file set-json set-literal set-string skip-schema-validation strict values/f with-subcharts',
  list: 'all/a all-namespaces/A date/d deployed failed filter/f max/m no-headers offset output/o pending reverse/r selector/l short/q superseded time-format uninstalled uninstalling',
  package:
    'app-version ca-file cert-file dependency-update/u destination/d insecure-skip-tls-verify key key-file keyring passphrase-file password plain-http sign username version',
  plugin: '',
  'plugin install': 'version',
  'plugin list': '',
  'plugin uninstall': '',
  'plugin update': '',
  pull: 'ca-file cert-file destination/d devel insecure-skip-tls-verify key-file keyring pass-credentials password plain-http prov repo untar untardir username verify version',
  push: 'ca-file cert-file insecure-skip-tls-verify key-file password plain-http username',
  registry: '',
  'registry login':
    'ca-file cert-file insecure key-file password/p password-stdin plain-http username/u',
  'registry logout': '',
  repo: '',
  'repo add':
    'allow-deprecated-repos ca-file cert-file force-update insecure-skip-tls-verify key-file no-update pass-credentials password password-stdin timeout username',
  'repo index': 'json merge url',
  'repo list': 'output/o',
  'repo remove': '',
  'repo update': 'fail-on-repo-update-fail timeout',
  rollback:
    'cleanup-on-fail dry-run force history-max no-hooks recreate-pods timeout wait wait-for-jobs',
  search: '',
  'search hub': 'endpoint fail-on-no-result list-repo-url max-col-width output/o',
  'search repo': 'devel fail-on-no-result max-col-width output/o regexp/r version versions/l',
  show: '',
  'show all':
    'ca-file cert-file devel insecure-skip-tls-verify key-file keyring pass-credentials password plain-http repo username verify version',
  'show chart':
    'ca-file cert-file devel insecure-skip-tls-verify key-file keyring pass-credentials password plain-http repo username verify version',
  'show crds':
    'ca-file cert-file devel insecure-skip-tls-verify key-file keyring pass-credentials password plain-http repo username verify version',
  'show readme':
    'ca-file cert-file devel insecure-skip-tls-verify key-file keyring pass-credentials password plain-http repo username verify version',
  'show values':
    'ca-file cert-file devel insecure-skip-tls-verify jsonpath key-file keyring pass-credentials password plain-http repo username verify version',
  status: 'output/o revision show-desc show-resources',
  template:
    'api-versions/a atomic ca-file cert-file create-namespace dependency-update description devel disable-openapi-validation dry-run enable-dns force generate-name/g hide-notes include-crds insecure-skip-tls-verify is-upgrade key-file keyring kube-version labels/l name-template no-hooks output-dir pass-credentials password plain-http post-renderer post-renderer-args release-name render-subchart-notes replace repo set set-file set-json set-literal set-string show-only/s skip-crds skip-schema-validation skip-tests take-ownership timeout username validate values/f verify version wait wait-for-jobs',
  test: 'filter hide-notes logs timeout',
  uninstall: 'cascade description dry-run ignore-not-found keep-history no-hooks timeout wait',
  upgrade:
    'atomic ca-file cert-file cleanup-on-fail create-namespace dependency-update description devel disable-openapi-validation dry-run enable-dns force hide-notes hide-secret history-max insecure-skip-tls-verify install/i key-file keyring labels/l no-hooks output/o pass-credentials password plain-http post-renderer post-renderer-args render-subchart-notes repo reset-then-reuse-values reset-values reuse-values set set-file set-json set-literal set-string skip-crds skip-schema-validation take-ownership timeout username values/f verify version wait wait-for-jobs',
  verify: 'keyring',
  version: 'short template',
};

/** What Helm has not. */
const ours: Readonly<Record<string, readonly string[]>> = { template: ['explain'] };

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await program(argv, {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => void (out += chunk.toString()), isTTY: false },
    stderr: { write: (chunk) => void (err += chunk.toString()), isTTY: false },
    env: { HOME: '/nonexistent', KUBECONFIG: '/nonexistent' },
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    clock: new FakeClock('2026-01-02T03:04:05.000Z'),
  });
  return { code, out, err };
}

function flagsIn(help: string, title: string): string[] {
  const section = help.split(`\n${title}:\n`)[1]?.split('\n\n')[0] ?? '';
  return [...section.matchAll(/^ +(?:-(\w), )?--([\w-]+)/gm)]
    .map(([, letter, name = '']) => (letter === undefined ? name : `${name}/${letter}`))
    .filter((name) => name !== 'help/h');
}

describe('the commands and flags are Helm’s', () => {
  it.each(Object.entries(tree))('helm %s', async (path, flags) => {
    const { code, out } = await run(...path.split(' ').filter(Boolean), '--help');
    expect(code).toBe(0);
    const own = flagsIn(out, 'Flags').filter((name) => !(ours[path] ?? []).includes(name));
    expect(own.toSorted()).toEqual(flags.split(' ').filter(Boolean).toSorted());
    const below = Object.keys(tree).filter(
      (each) => each !== '' && each.split(' ').slice(0, -1).join(' ') === path,
    );
    const listed = out.split('\nAvailable Commands:\n')[1]?.split('\n\n')[0] ?? '';
    const names = [...listed.matchAll(/^  (\S+)/gm)].map(([, name = '']) => name);
    expect(names.filter((name) => name !== 'help')).toEqual(
      below.map((each) => each.split(' ').at(-1) ?? '').toSorted(),
    );
  });
});

describe('what is not supported says so', () => {
  it.each<[string, string[]]>([
    ['--burst-limit', ['list', '--burst-limit', '5']],
    ['--qps', ['list', '--qps', '5']],
    ['--cleanup-on-fail', ['rollback', 'x', '--cleanup-on-fail']],
    ['--enable-dns', ['template', 'x', '--enable-dns']],
    ['--jsonpath', ['show', 'values', 'x', '--jsonpath', '{.a}']],
    ['--key', ['package', 'x', '--key', 'k']],
    ['--keyring', ['template', 'x', '--keyring', 'k']],
    ['--passphrase-file', ['package', 'x', '--passphrase-file', 'f']],
    ['--post-renderer', ['template', 'x', '--post-renderer', 'p']],
    ['--post-renderer-args', ['install', 'a', 'x', '--post-renderer-args', 'p']],
    ['--show-resources', ['status', 'x', '--show-resources']],
    ['--sign', ['package', 'x', '--sign']],
    ['--validate', ['template', '.', '--validate']],
    ['--verify', ['pull', 'a/x', '--verify']],
    ['--verify', ['dependency', 'build', '.', '--verify']],
    ['helm verify', ['verify', '.']],
    ['helm plugin install', ['plugin', 'install', 'x']],
    ['helm plugin uninstall', ['plugin', 'uninstall', 'x']],
    ['helm plugin update', ['plugin', 'update', 'x']],
    ['powershell', ['completion', 'powershell']],
  ])('%s in %j', async (name, argv) => {
    const { code, err } = await run(...argv);
    expect(code).toBe(1);
    expect(err).toContain(name);
    expect(err).toMatch(/not supported|there is no/);
  });
});
