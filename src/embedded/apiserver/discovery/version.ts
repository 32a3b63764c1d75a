import type { JsonRecord } from '../../../base/index.ts';
import type { Profile } from '../../kinds/index.ts';

const minors: Readonly<Record<Profile, { readonly minor: string; readonly patch: string }>> = {
  modern: { minor: '33', patch: '1' },
  legacy: { minor: '20', patch: '2' },
};

/** `v1.33.1`: the Kubernetes version whose behaviour a profile has. */
export function kubernetesVersion(profile: Profile): string {
  const { minor, patch } = minors[profile];
  return `v1.${minor}.${patch}`;
}

/** Body of `/version`. */
export function versionFacts(profile: Profile): JsonRecord {
  return {
    major: '1',
    minor: minors[profile].minor,
    gitVersion: `${kubernetesVersion(profile)}+trice`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: `${platforms[process.platform] ?? process.platform}/${architectures[process.arch] ?? process.arch}`,
  };
}

const platforms: Readonly<Record<string, string>> = { win32: 'windows' };
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
