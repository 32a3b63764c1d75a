import type { Clock } from '../../../base/index.ts';

/** Certificates of one cluster, as PEM texts. */
export interface Pki {
  readonly caPem: string;
  readonly serverCertPem: string;
  readonly serverKeyPem: string;
  /** User `kubernetes-admin` of group `system:masters`. */
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
}

/** Makes the certificates, or reads those made before; all are kept in `dir`, keys with mode 0600. */
export function createPki(_options: {
  readonly dir: string;
  readonly clock: Clock;
  readonly hosts: readonly string[];
}): Promise<Pki> {
  throw new Error('under construction');
}
