import { describe, expect, it } from 'vitest';
import { readQuestion, types, writeAnswer } from './dns-message.ts';
import { lookUp } from './look-up.ts';
import type { ProxyState } from './state.ts';

const state: ProxyState = {
  dns: '10.0.0.2',
  listen: [],
  names: {
    'web.demo': { addresses: ['10.0.128.5'], ports: { '_http._tcp': 80 } },
    'db.demo': {
      addresses: ['10.0.0.7', '10.0.0.8'],
      hosts: { 'db-0': '10.0.0.7', 'db-1': '10.0.0.8' },
      ports: { '_sql._tcp': 5432 },
    },
    'far.demo': { alias: 'example.org' },
  },
};

const text = (name: string, type: number): string => {
  const answer = lookUp(state, name, type);
  if (answer === undefined) return 'not ours';
  if (answer.code === 3) return 'no such name';
  return answer.data
    .map((each) => {
      if (each.type === 'a') return each.address;
      return each.type === 'cname' ? `-> ${each.name}` : `${each.name}:${each.port}`;
    })
    .join(' ');
};

describe('names of the cluster', () => {
  it.each([
    ['web.demo.svc.cluster.local', types.a, '10.0.128.5'],
    ['web.demo.svc.cluster.local', types.aaaa, ''],
    ['web.other.svc.cluster.local', types.a, 'no such name'],
    ['db.demo.svc.cluster.local', types.a, '10.0.0.7 10.0.0.8'],
    ['db-1.db.demo.svc.cluster.local', types.a, '10.0.0.8'],
    ['db-2.db.demo.svc.cluster.local', types.a, 'no such name'],
    ['_http._tcp.web.demo.svc.cluster.local', types.srv, 'web.demo.svc.cluster.local:80'],
    [
      '_sql._tcp.db.demo.svc.cluster.local',
      types.srv,
      'db-0.db.demo.svc.cluster.local:5432 db-1.db.demo.svc.cluster.local:5432',
    ],
    ['_no._tcp.web.demo.svc.cluster.local', types.srv, 'no such name'],
    ['far.demo.svc.cluster.local', types.a, '-> example.org'],
    ['10-1-2-3.demo.pod.cluster.local', types.a, '10.1.2.3'],
    ['cluster.local', types.a, 'no such name'],
    ['example.org', types.a, 'not ours'],
    ['web.demo.svc', types.a, 'not ours'],
  ])('%s (%i): %s', (name, type, wanted) => {
    expect(text(name, type)).toBe(wanted);
  });
});

describe('messages', () => {
  const question = Buffer.concat([
    Buffer.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    Buffer.from('\x03Web\x04demo\0\0\x01\0\x01', 'latin1'),
  ]);
  it('are read and answered', () => {
    const asked = readQuestion(question);
    expect(asked).toMatchObject({ id: 0xabcd, name: 'web.demo', type: 1 });
    if (asked === undefined) return;
    const answer = writeAnswer(asked, { code: 0, data: [{ type: 'a', address: '1.2.3.4' }] });
    expect(answer.toString('hex')).toBe(
      'abcd85800001000100000000' +
        '035765620464656d6f0000010001' +
        'c00c0001000100000005000401020304',
    );
  });
  it('of any other form are left unanswered, wherever they are cut', () => {
    for (let length = 0; length < question.length; length += 1)
      expect(readQuestion(question.subarray(0, length))).toBe(undefined);
    const looped = Buffer.from(question);
    looped[12] = 0xc0;
    expect(readQuestion(looped)).toBe(undefined);
  });
});
