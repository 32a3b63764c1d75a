import { describe, expect, it } from 'vitest';
import type { Release } from '../../../../lib/helm/index.ts';
import type { Call } from '../../cobra/index.ts';
import { formattedTime } from '../table.ts';
import { checkHideSecret, withoutSecrets } from './hide-secrets.ts';
import { releaseText } from './release-template.ts';

const release = {
  name: 'web',
  namespace: 'ns',
  version: 3,
  info: { status: 'deployed', first_deployed: '2026-01-02T03:04:05Z', notes: 'hello' },
  chart: { metadata: { name: 'c', version: '1.0.0', apiVersion: 'v2' } },
  config: { image: { tag: 'x' } },
  manifest:
    '---\n# Source: c/templates/s.yaml\napiVersion: v1\nkind: Secret\ndata: {a: Yg==}\n---\n# Source: c/templates/d.yaml\napiVersion: v1\nkind: ConfigMap\n',
  hooks: [{ name: 'h', last_run: { phase: 'Succeeded' } }],
} as unknown as Release;

const callWith = (flag: boolean): Call => ({ flags: { bool: () => flag } }) as unknown as Call;

describe('helm get all --template', () => {
  it.each([
    ['{{.Release.Name}} {{.Release.Version}} {{.Release.Namespace}}', 'web 3 ns'],
    ['{{.Release.Info.Status}} {{.Release.Info.FirstDeployed}}', 'deployed 2026-01-02T03:04:05Z'],
    ['{{.Release.Chart.Metadata.APIVersion}}', 'v2'],
    ['{{.Release.Config.image.tag}}', 'x'],
    ['{{range .Release.Hooks}}{{.Name}}={{.LastRun.Phase}}{{end}}', 'h=Succeeded'],
    ['{{printf "%d" .Release.Version}}', '3'],
  ])('%s', (template, wanted) => {
    expect(releaseText(template, release)).toBe(wanted);
  });

  it('knows no functions of Sprig', () => {
    expect(() => releaseText('{{ upper "a" }}', release)).toThrow('function "upper" not defined');
  });
});

describe('--hide-secret', () => {
  it('leaves nothing of a Secret, and the rest as it is', () => {
    expect(withoutSecrets(callWith(true), release).manifest).toBe(
      '---\n# Source: c/templates/s.yaml\n# HIDDEN: The Secret output has been suppressed\n---\n# Source: c/templates/d.yaml\napiVersion: v1\nkind: ConfigMap\n',
    );
    expect(withoutSecrets(callWith(false), release)).toBe(release);
  });

  it('is for dry runs', () => {
    expect(() => checkHideSecret(callWith(true), false)).toThrow('requires a dry-run mode');
    checkHideSecret(callWith(true), true);
  });
});

describe('list --time-format', () => {
  it.each([
    ['2026-01-02T03:04:05.678Z', '2006-01-02 15:04:05Z0700', '2026-01-02 03:04:05Z'],
    ['2026-01-02T03:04:05+02:00', '15:04 -0700', '03:04 +0200'],
  ])('%s as %s', (stored, layout, wanted) => {
    expect(formattedTime(stored, layout)).toBe(wanted);
  });
});
