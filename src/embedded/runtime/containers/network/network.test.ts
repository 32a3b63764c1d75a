import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { proxyState, type Endpoints, type Service } from './proxy-state.ts';
import { openRelay } from './relay.ts';
import { localRoute, routeProgram } from './route-program.ts';
import { insideAddress, insideEnv } from './service-range.ts';

const range = { prefix: '10.213', outside: '127.65.0.0/16' };

describe('service addresses in containers', () => {
  it.each([
    ['127.65.0.1', '10.213.128.1'],
    ['127.65.3.200', '10.213.131.200'],
    ['127.64.0.1', '127.64.0.1'],
    ['8.8.8.8', '8.8.8.8'],
  ])('%s is %s', (outside, inside) => {
    expect(insideAddress(range, outside)).toBe(inside);
  });

  it('variables say what is true there, and the API server has a name', () => {
    const env = { WEB_PORT: 'tcp://127.65.0.9:80', OWN: 'x', KUBERNETES_SERVICE_HOST: '127.0.0.1' };
    expect(insideEnv(range, env)).toMatchObject({
      WEB_PORT: 'tcp://10.213.128.9:80',
      OWN: 'x',
      KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc',
      KUBERNETES_SERVICE_PORT: '443',
    });
  });
});

describe('what the proxy is told', () => {
  const service = (name: string, spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'n' },
    spec,
  });
  const ports = [{ name: 'http', port: 80 }];
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'e' },
    subsets: [
      {
        addresses: [{ ip: '10.213.0.5', hostname: 'one' }, { ip: '127.64.0.3' }],
        ports: [{ name: 'http', port: 8080 }],
      },
    ],
  };
  it('listeners with their targets, and names', () => {
    const services = [
      service('web', { clusterIP: '127.65.0.9', ports }),
      service('bare', { clusterIP: 'None', ports }),
      service('far', { type: 'ExternalName', externalName: 'example.org' }),
    ];
    expect(proxyState(services, () => endpoints, { range, dns: '10.213.0.2' })).toEqual({
      dns: '10.213.0.2',
      listen: [
        {
          host: '10.213.128.9',
          port: 80,
          targets: [
            { host: '10.213.0.5', port: 8080 },
            { host: '127.64.0.3', port: 8080, isFar: true },
          ],
        },
      ],
      names: {
        'web.n': {
          addresses: ['10.213.128.9'],
          ports: { '_http._tcp': 80 },
          hosts: { one: '10.213.0.5' },
        },
        'bare.n': {
          addresses: ['10.213.0.5'],
          ports: { '_http._tcp': 80 },
          hosts: { one: '10.213.0.5' },
        },
        'far.n': { alias: 'example.org' },
      },
    });
  });
});

describe('the relay', () => {
  it('leads who knows the word to what is allowed, and nobody else', async () => {
    const server = net.createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const target = `127.0.0.1:${port}`;
    const relay = await openRelay('127.0.0.1', (wanted) => wanted === target);
    const { word = '', port: at = 0 } = relay?.address ?? {};
    const say = (head: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = net.connect(at, '127.0.0.1', () => socket.write(head));
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        socket.on('error', () => {});
        socket.on('close', () => resolve(text));
      });
    expect(await say(`${word} ${target}\n`)).toBe('hello');
    expect(await say(`wrong ${target}\n`)).toBe('');
    expect(await say(`${word} 127.0.0.1:1\n`)).toBe('');
    expect(await say('x'.repeat(500))).toBe('');
    relay?.close();
    server.close();
  });

  it('is not opened on an address that is not ours', async () => {
    expect(await openRelay('192.0.2.1', () => true)).toBe(undefined);
  });
});

describe('the program that adds a route', () => {
  it('holds the message for the kernel', () => {
    const message = localRoute({ base: '10.213.128.0', bits: 17 });
    expect(message.toString('hex')).toBe(
      '2c00000018000105010000000000000002110000ff03fe0200000000080001000ad58000080004000100' +
        '0000',
    );
    for (const architecture of ['x64', 'arm64']) {
      const program = routeProgram(architecture, { base: '10.213.128.0', bits: 17 });
      expect(program.subarray(-44).equals(message)).toBe(true);
    }
    expect(() => routeProgram('mips', { base: '10.0.0.0', bits: 17 })).toThrow('mips');
  });
});
