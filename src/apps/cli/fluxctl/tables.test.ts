import { describe, expect, it } from 'vitest';
import { resultTable } from './job-output.ts';
import { imageTable } from './list-images.ts';
import type { WorkloadImages } from './list-images.ts';
import { workloadTable } from './list-workloads.ts';
import { policyUpdate } from './policy.ts';
import { tabulate } from './tabwriter.ts';

const available = (...tags: string[]) =>
  tags.map((tag, at) => ({
    ID: `stefanprodan/podinfo:${tag}`,
    CreatedAt: `2020-0${9 - at}-20T13:53:00Z`,
  }));

const podinfo = (current: string, ...tags: string[]): WorkloadImages[] => [
  {
    ID: 'demo:deployment/podinfo',
    Containers: [
      {
        Name: 'podinfod',
        Current: { ID: `stefanprodan/podinfo${current}` },
        Available: available(...tags),
      },
    ],
  },
];

const how = { limit: 10, hasHeader: true };

describe('list-images', () => {
  it('marks the running image', () => {
    expect(imageTable(podinfo(':3.1.0', '3.1.5', '3.1.0', '3.0.5'), how)).toBe(
      [
        'WORKLOAD                 CONTAINER  IMAGE                 CREATED',
        'demo:deployment/podinfo  podinfod   stefanprodan/podinfo  ',
        '                                    |   3.1.5             20 Sep 20 13:53 UTC',
        "                                    '-> 3.1.0             20 Aug 20 13:53 UTC",
        '                                        3.0.5             20 Jul 20 13:53 UTC',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what is over the limit, but not the running image', () => {
    const text = imageTable(podinfo(':1', '5', '4', '3', '2', '1'), { limit: 2, hasHeader: false });
    expect(text.split('\n').map((line) => line.replaceAll(/ {4,}/g, '  ').trim())).toEqual([
      'demo:deployment/podinfo  podinfod  stefanprodan/podinfo',
      '|   5  20 Sep 20 13:53 UTC',
      '|   4  20 Aug 20 13:53 UTC',
      ': (2 image(s) omitted)',
      "'-> 1  20 May 20 13:53 UTC",
      '',
    ]);
  });

  it('says what it does not know', () => {
    const text = imageTable(
      [
        { ID: 'demo:helmrelease/none', Containers: null },
        { ...podinfo('')[0]!, ID: 'demo:deployment/x' },
      ],
      how,
    );
    expect(
      text
        .split('\n')
        .slice(1)
        .map((line) => line.trimEnd()),
    ).toEqual([
      'demo:helmrelease/none',
      'demo:deployment/x      podinfod   stefanprodan/podinfo  image data not available',
      "                                  '-> (untagged)        ?",
      '',
    ]);
  });
});

describe('other tables', () => {
  it('list-workloads puts further containers on lines of their own', () => {
    const workload = {
      ID: 'demo:deployment/web',
      Containers: [
        { Name: 'web', Current: { ID: 'nginx:1' } },
        { Name: 'side', Current: { ID: 'quay.io/a/side:2' } },
      ],
      Status: 'ready',
      Automated: true,
      Locked: true,
      Ignore: false,
    };
    expect(workloadTable([workload as never], true)).toBe(
      [
        'WORKLOAD             CONTAINER  IMAGE             RELEASE  POLICY',
        'demo:deployment/web  web        nginx:1           ready    automated,locked',
        '                     side       quay.io/a/side:2           ',
        '',
      ].join('\n'),
    );
  });

  it('results show skipped and ignored workloads only when asked', () => {
    const result = {
      'demo:deployment/podinfo': {
        Status: 'success',
        PerContainer: [
          {
            Container: 'podinfod',
            Current: 'stefanprodan/podinfo:3.1.0',
            Target: 'stefanprodan/podinfo:3.1.5',
          },
        ],
      },
      'demo:deployment/old': { Status: 'skipped', Error: 'locked' },
      'demo:deployment/other': { Status: 'ignored', Error: 'not included' },
    };
    expect(resultTable(result, 0)).toBe(
      [
        'WORKLOAD                 STATUS   UPDATES',
        'demo:deployment/podinfo  success  podinfod: stefanprodan/podinfo:3.1.0 -> 3.1.5',
        '',
      ].join('\n'),
    );
    expect(resultTable(result, 1)).toContain('skipped  locked');
    expect(resultTable(result, 1)).not.toContain('ignored');
    expect(resultTable(result, 2)).toContain('ignored  not included');
  });

  it('columns end where a line has no such cell', () => {
    expect(tabulate([['long cell', 'x', ''], ['alone'], ['a', 'y', '']])).toBe(
      'long cell  x  \nalone\na  y  \n',
    );
  });
});

describe('policyUpdate', () => {
  const cause = { User: 'Me <me@x>', Message: 'because' };

  it.each([
    [{ automate: true }, { automated: 'true' }, []],
    [{ deautomate: true }, {}, ['automated']],
    [{ lock: true }, { locked: 'true', locked_user: 'Me <me@x>', locked_msg: 'because' }, []],
    [{ unlock: true }, {}, ['locked', 'locked_user', 'locked_msg']],
    [{ tagAll: 'master-*' }, { tag_all: 'glob:master-*' }, []],
    [
      { tags: ['app=semver:>=1.0, <2', 'side=*,c=1.*'] },
      { 'tag.app': 'semver:>=1.0, <2', 'tag.c': 'glob:1.*' },
      ['tag.side'],
    ],
  ])('%j', (wish, add, remove) => {
    const update = policyUpdate(wish, cause);
    expect(update.add).toEqual(add);
    expect(Object.keys(update.remove)).toEqual(remove);
  });

  it('refuses contradictions and pairs without =', () => {
    expect(() => policyUpdate({ automate: true, deautomate: true }, cause)).toThrow(
      'automate and deautomate both specified',
    );
    expect(() => policyUpdate({ lock: true, unlock: true }, cause)).toThrow(
      'lock and unlock both specified',
    );
    expect(() => policyUpdate({ tags: ['x'] }, cause)).toThrow(
      `invalid container/tag pair: "x". Expected format is 'container=filter'`,
    );
  });
});
