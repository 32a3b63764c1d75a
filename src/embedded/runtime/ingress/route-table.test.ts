import { describe, expect, it } from 'vitest';
import type { Ingress } from './ingress-object.ts';
import { isOurs, routeTable } from './route-table.ts';

/** `host path type service`, `-` for what is left out. */
function ingress(name: string, rules: string, more: Partial<Ingress['spec']> = {}): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'n', creationTimestamp: `2026-01-01T00:00:0${name.length}Z` },
    spec: {
      rules: rules
        .split('\n')
        .filter(Boolean)
        .map((line) => {
          const [host = '-', path = '-', type = '-', service = ''] = line.trim().split(/\s+/);
          return {
            ...(host === '-' ? {} : { host }),
            http: {
              paths: [
                {
                  ...(path === '-' ? {} : { path }),
                  ...(type === '-' ? {} : { pathType: type }),
                  backend: { service: { name: service, port: { number: 80 } } },
                },
              ],
            },
          };
        }),
      ...more,
    },
  };
}

const rules = `
a.example / Prefix root
a.example /foo Prefix foo
a.example /foo Exact exact
a.example /foo/bar/ Prefix deep
a.example /spec ImplementationSpecific spec
*.example / Prefix wild
- /any Prefix any`;

describe('the rules of ingresses', () => {
  const table = routeTable([
    ingress('a', rules),
    ingress('younger', 'a.example /foo Prefix late', {
      defaultBackend: { service: { name: 'rest', port: { name: 'http' } } },
    }),
  ]);
  it.each([
    ['a.example', '/', 'root'],
    ['A.EXAMPLE:8080', '/', 'root'],
    ['a.example', '/foo', 'exact'],
    ['a.example', '/foo/', 'foo'],
    ['a.example', '/foo/x', 'foo'],
    ['a.example', '/foobar', 'root'],
    ['a.example', '/foo/bar', 'deep'],
    ['a.example', '/foo/barx', 'foo'],
    ['a.example', '/spec/x', 'spec'],
    ['b.example', '/x', 'wild'],
    ['c.b.example', '/any/x', 'any'],
    ['c.b.example', '/x', 'rest'],
    ['localhost', '/any', 'any'],
  ])('%s%s goes to %s', (host, path, service) => {
    expect(table.find(host, path)?.service).toBe(service);
  });

  it('without a rule or a rest there is nowhere to go', () => {
    expect(routeTable([ingress('a', 'a.example / Prefix root')]).find('b.example', '/')).toBe(
      undefined,
    );
  });

  it('certificates are found by name', () => {
    const tls = [{ hosts: ['a.example', '*.b.example'], secretName: 's' }];
    const { certificateOf } = routeTable([ingress('a', '', { tls })]);
    const found = ['a.example', 'x.b.example', 'x.y.b.example', 'b.example'].map(certificateOf);
    expect(found.map((each) => each?.secret)).toEqual(['s', 's', undefined, undefined]);
  });
});

describe('an ingress is ours', () => {
  const named = (name: string, controller: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name },
    spec: { controller },
  });
  const classes = [named('own', 'trice.dev/ingress'), named('nginx', 'k8s.io/ingress-nginx')];
  it.each([
    ['with our class', { ingressClassName: 'own' }, true],
    ['not with that of another controller', { ingressClassName: 'nginx' }, false],
    ['with a class that nobody has', { ingressClassName: 'traefik' }, true],
    ['without a class', {}, true],
  ])('%s', (_name, spec, wanted) => {
    expect(isOurs(ingress('a', '', spec), classes)).toBe(wanted);
  });
});
