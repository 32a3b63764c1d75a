import { describe, expect, it } from 'vitest';
import type { Dependency } from '../chart/chart.ts';
import { lockDigest, oldLockDigest } from './lock.ts';

const repository = 'http://127.0.0.1:8765';
const web: Dependency = { name: 'web', version: '0.1.0', repository };

// What helm 3.21 wrote into Chart.lock for these.
describe('lockDigest', () => {
  it.each<[string, Dependency[], Dependency[], string]>([
    [
      'one chart',
      [web],
      [web],
      'sha256:29900f695c8e8fb6d3909e8be8872047a739b589d452d97ec703bf52f24c1259',
    ],
    [
      'escapes, aliases, conditions and tags',
      [
        { name: 'web', version: '>=1', repository },
        { ...web, alias: 'old' },
        {
          name: 'sib',
          version: '*',
          repository: 'file://../sib',
          condition: 'sib.enabled',
          tags: ['x'],
        },
      ],
      [
        { name: 'web', version: '1.2.3', repository },
        web,
        { name: 'sib', version: '0.3.0', repository: 'file://../sib' },
      ],
      'sha256:140a189deab06e38b80143ae555a313091113cec682084b9b90cd3a2014e5cf7',
    ],
  ])('%s', (_name, asked, locked, digest) => {
    expect(lockDigest(asked, locked)).toBe(digest);
  });

  it('of Helm 2 has only what was asked for', () => {
    expect(oldLockDigest([web])).not.toBe(lockDigest([web], [web]));
    expect(oldLockDigest([web])).not.toBe(oldLockDigest([{ ...web, version: '0.2.0' }]));
  });
});
