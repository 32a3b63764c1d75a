import { expect, it } from 'vitest';
import { expand, serviceLinks } from './env.ts';

it.each([
  ['$(A)', 'x'],
  ['a$(A)b$(B)', 'axb$(B)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$x'],
  ['$A ${A} $( A )', '$A ${A} $( A )'],
  ['$(toString)', '$(toString)'],
])('%s becomes %s', (text, expected) => {
  expect(expand(text, { A: 'x' })).toBe(expected);
});

it('tells services as docker links did', () => {
  const spec = { clusterIP: '10.0.0.7', ports: [{ name: 'web-ui', port: 80 }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'my-app' }, spec };
  expect(serviceLinks([service])).toEqual({
    MY_APP_SERVICE_HOST: '10.0.0.7',
    MY_APP_SERVICE_PORT: '80',
    MY_APP_SERVICE_PORT_WEB_UI: '80',
    MY_APP_PORT: 'tcp://10.0.0.7:80',
    MY_APP_PORT_80_TCP: 'tcp://10.0.0.7:80',
    MY_APP_PORT_80_TCP_PROTO: 'tcp',
    MY_APP_PORT_80_TCP_PORT: '80',
    MY_APP_PORT_80_TCP_ADDR: '10.0.0.7',
  });
});
