import { expect, it } from 'vitest';
import { startTestServer } from '../testing/test-server.ts';

it('an Ingress without a class gets the newest default one', async () => {
  const test = await startTestServer();
  const ingress = async (name: string, spec: object, annotations = {}): Promise<unknown> => {
    const backend = { service: { name: 's', port: { number: 80 } } };
    const { body } = await test.call(
      'POST',
      '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
      { metadata: { name, annotations }, spec: { defaultBackend: backend, ...spec } },
    );
    return (body['spec'] as { ingressClassName?: string }).ingressClassName;
  };
  const ofClass = (name: string, isDefault: boolean): Promise<unknown> =>
    test.call('POST', '/apis/networking.k8s.io/v1/ingressclasses', {
      metadata: {
        name,
        annotations: isDefault ? { 'ingressclass.kubernetes.io/is-default-class': 'true' } : {},
      },
      spec: { controller: 'example.com/c' },
    });
  await ofClass('plain', false);
  expect(await ingress('a', {})).toBeUndefined();
  await ofClass('old', true);
  await test.clock.advance(5_000);
  await ofClass('new', true);
  expect(await ingress('b', {})).toBe('new');
  expect(await ingress('c', { ingressClassName: 'plain' })).toBe('plain');
  expect(await ingress('d', {}, { 'kubernetes.io/ingress.class': 'x' })).toBeUndefined();
  await test.server.close();
});
