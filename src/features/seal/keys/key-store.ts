import { messageOf } from '../../../base/index.ts';
import type { KubeObject, Run } from '../../../base/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import { createKeyRing } from '../crypto/key-ring.ts';
import type { KeyRing } from '../crypto/key-ring.ts';
import type { SealSettings } from '../settings.ts';
import { generateKey } from './generate-key.ts';
import { isActiveKey, keySecretOf, readKeySecret } from './key-secret.ts';
import type { StoredKey } from './key-secret.ts';

/** The keys of the controller: all of them open, the newest one seals. */
export interface KeyStore {
  readonly ring: KeyRing;
  /** The key to seal with; waits until there is one. */
  current(): Promise<StoredKey>;
  /** Makes a key now. */
  generate(): Promise<void>;
  /** Called when a key has come in that may open what did not open before. */
  onKey(listen: () => void): void;
  /** Resolves when the signal has ended the renewal. */
  readonly done: Promise<void>;
}

/** Loads the keys, makes the first, follows what people add or take out of use, and renews. */
export function startKeyStore(cluster: Cluster, settings: SealSettings, run: Run): KeyStore {
  const keys = new HeldKeys(run);
  const secrets = watchCache(cluster, kinds.Secret, run, { namespace: settings.namespace });
  secrets.onChange(({ type, object }) => {
    if (type !== 'deleted' && isActiveKey(object, settings)) keys.add(object);
    else keys.drop(object.metadata.name);
  });
  const stopped = aborted(run.signal);
  const newest = (): StoredKey | undefined => newestOf(keys.all(), settings);
  const generate = async (): Promise<void> => {
    const key = await generateKey({
      bits: settings.keySizeBits,
      ttlMs: settings.keyTtlMs,
      commonName: settings.commonName,
      now: run.clock.now(),
    });
    const made = await cluster.create(kinds.Secret, keySecretOf(key, settings));
    run.log.info('new key written', { secretname: made.metadata.name });
    run.log.info('certificate generated', { certificate: key.certificatePem });
    keys.add(made);
  };
  return {
    ring: keys.ring,
    generate,
    onKey: (listen) => keys.listen(listen),
    async current() {
      for (;;) {
        await Promise.race([keys.first, stopped]);
        run.signal.throwIfAborted();
        const key = newest();
        if (key !== undefined) return key;
        // All were taken out of use since: there must be one to seal with.
        await generate();
      }
    },
    // Stopped before the first list came, there is nothing to renew.
    done: Promise.race([secrets.ready, stopped]).then(() =>
      keepRenewing({ newest, generate, settings, run }),
    ),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The keys in use, by the name of their Secret. */
class HeldKeys {
  readonly ring: KeyRing = createKeyRing();
  readonly first: Promise<void>;
  readonly #run: Run;
  readonly #held = new Map<string, { key: StoredKey; fingerprint: string }>();
  readonly #listeners: Array<() => void> = [];
  readonly #resolveFirst: () => void;

  constructor(run: Run) {
    this.#run = run;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.first = promise;
    this.#resolveFirst = resolve;
  }

  all(): StoredKey[] {
    return Array.from(this.#held.values(), ({ key }) => key);
  }

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a key in; one that cannot be read is told in the log and left out. */
  add(secret: KubeObject): void {
    const { name } = secret.metadata;
    try {
      const key = readKeySecret(secret);
      const isNew = !this.#held.has(name);
      this.#held.set(name, { key, fingerprint: this.ring.add(key.privateKey, key.notBefore) });
      this.#resolveFirst();
      if (!isNew) return;
      this.#run.log.info('registered private key', { secretname: name });
      for (const listen of this.#listeners) listen();
    } catch (thrown) {
      this.#run.log.error(messageOf(thrown), { secretname: name });
    }
  }

  drop(name: string): void {
    const gone = this.#held.get(name);
    if (gone === undefined) return;
    this.#held.delete(name);
    const isShared = [...this.#held.values()].some((each) => each.fingerprint === gone.fingerprint);
    if (!isShared) this.ring.remove(gone.fingerprint);
    this.#run.log.info('private key is no longer in use', { secretname: name });
  }
}

function newestOf(keys: readonly StoredKey[], { keyOrder }: SealSettings): StoredKey | undefined {
  const time = (key: StoredKey): number =>
    (keyOrder === 'CertNotBefore' ? key.notBefore : key.createdAt).getTime();
  return keys.toSorted((a, b) => time(b) - time(a))[0];
}

interface Renewing {
  readonly newest: () => StoredKey | undefined;
  readonly generate: () => Promise<void>;
  readonly settings: SealSettings;
  readonly run: Run;
}

const retryMs = 5000;
// Timers of Node hold at most 2^31 ms; the sleep is cut and taken up again.
const longestSleepMs = 24 * 3_600_000;

async function keepRenewing(renewing: Renewing): Promise<void> {
  const { run, generate } = renewing;
  while (!run.signal.aborted) {
    const waitMs = untilRenewal(renewing);
    try {
      if (waitMs <= 0) await generate();
      else await run.clock.sleep(Math.min(waitMs, longestSleepMs), run.signal);
    } catch (thrown) {
      if (run.signal.aborted) return;
      run.log.error('a key could not be made, trying again', { err: messageOf(thrown) });
      await run.clock.sleep(retryMs, run.signal).catch(() => {});
    }
  }
}

/** How long the current key serves yet, in milliseconds; 0 when a new one is due. */
function untilRenewal({ newest, settings, run }: Renewing): number {
  const key = newest();
  if (key === undefined) return 0;
  if (settings.keyCutoff !== undefined && key.notBefore < settings.keyCutoff) return 0;
  if (settings.keyRenewPeriodMs <= 0) return longestSleepMs;
  const ageMs = run.clock.now().getTime() - key.notBefore.getTime();
  return Math.max(0, settings.keyRenewPeriodMs - ageMs);
}
