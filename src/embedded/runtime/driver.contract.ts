import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerToStart, ExecCommand, PodDriver, RunningContainer } from './driver.ts';
import type { ContainerSpec, Pod } from './pod/pod.ts';

/** What a driver brings to its test: itself, and containers that behave in known ways. */
export interface DriverUnderTest {
  readonly driver: PodDriver;
  /** Writes `out` to standard output and `err` to standard error (when it has one), and ends with 3. */
  readonly says: ContainerSpec;
  /** Answers HTTP on port 8080 until SIGTERM, and ends with 0 or 143 then. */
  readonly serves: ContainerSpec;
  /** Writes `hi` and a newline; and ends with 4. */
  readonly exec: { readonly hi: readonly string[]; readonly four: readonly string[] };
  /** Has no standard error, and answers no calls. */
  readonly isSimulated?: boolean;
  close(): Promise<void>;
}

/** What every driver does alike; `setUp` is called once. */
export function driverContract(
  title: string,
  setUp: () => Promise<DriverUnderTest>,
  skip = false,
): void {
  describe.skipIf(skip)(`${title}: what every driver does`, () => {
    const { signal } = new AbortController();
    const how = { policy: 'IfNotPresent', signal };
    let under: DriverUnderTest;
    beforeAll(async () => {
      under = await setUp();
    }, 60_000);
    afterAll(() => under.close());

    const podOf = (uid: string, spec: ContainerSpec): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p-${uid}`, namespace: 'contract', uid: `contract-${uid}` },
      spec: { containers: [spec] },
    });
    const written = { stdout: '', stderr: '' };
    const toStart = async (spec: ContainerSpec): Promise<ContainerToStart> => {
      Object.assign(written, { stdout: '', stderr: '' });
      return {
        spec,
        image: await under.driver.pull(spec.image, how),
        env: { COLOUR: 'blue' },
        ...(spec.command === undefined ? {} : { command: spec.command }),
        mounts: [],
        attempt: 0,
        log: (stream, chunk) => (written[stream] += Buffer.from(chunk).toString()),
      };
    };
    const ask = async (running: RunningContainer, command: readonly string[]) => {
      const wish: ExecCommand = { command, tty: false, signal };
      const { stdout, stderr, exit } = await running.exec(wish);
      const [out] = await Promise.all([new Response(stdout).text(), new Response(stderr).text()]);
      return { out, code: await exit };
    };

    it('takes the pod, gives it an address, and tells output and exit code', async () => {
      const pod = podOf('says', under.says);
      expect(await under.driver.refuses(pod, under.says, how)).toBeUndefined();
      const sandbox = await under.driver.openSandbox(pod, { podIP: undefined });
      expect(sandbox.podIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      const running = await sandbox.start(await toStart(under.says));
      expect(running.id).toMatch(new RegExp(`^${under.driver.name}://`));
      expect(await running.exited).toMatchObject({ exitCode: 3 });
      expect(written.stdout).toBe('out\n');
      if (under.isSimulated !== true) expect(written.stderr).toBe('err\n');
      await sandbox.close();
    }, 30_000);

    it('runs commands beside the program, and ends it when asked to', async () => {
      const sandbox = await under.driver.openSandbox(podOf('serves', under.serves), {
        podIP: undefined,
      });
      const running = await sandbox.start(await toStart(under.serves));
      expect(await ask(running, under.exec.hi)).toEqual({ out: 'hi\n', code: 0 });
      expect((await ask(running, under.exec.four)).code).toBe(4);
      if (under.isSimulated !== true) {
        const { host, port } = await sandbox.dial(8080);
        await expect.poll(() => statusOf(`http://${host}:${port}/`), { timeout: 15_000 }).toBe(200);
      }
      running.kill('SIGTERM');
      expect([0, 143]).toContain((await running.exited).exitCode);
      await sandbox.close();
    }, 30_000);

    it('kills what does not want to end, and starts it again in the same place', async () => {
      const sandbox = await under.driver.openSandbox(podOf('again', under.serves), {
        podIP: undefined,
      });
      const container = await toStart(under.serves);
      const first = await sandbox.start(container);
      first.kill('SIGKILL');
      expect(await first.exited).toMatchObject({ exitCode: 137 });
      const second = await sandbox.start({ ...container, attempt: 1 });
      expect(second.id).not.toBe(first.id);
      expect((await ask(second, under.exec.hi)).code).toBe(0);
      second.kill('SIGKILL');
      await second.exited;
      await sandbox.close();
    }, 30_000);

    it('an image with policy Never that is not here is an error that says so', async () => {
      if (under.isSimulated === true) return;
      await expect(
        under.driver.pull(`${under.says.image}-absent`, { ...how, policy: 'Never' }),
      ).rejects.toThrow(/not present|not found|cannot be reached|404/);
    });
  });
}

async function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    (answer) => answer.status,
    () => 0,
  );
}
