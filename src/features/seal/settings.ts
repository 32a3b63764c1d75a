/** What an administrator may choose of the controller; the names follow its flags. */
export interface SealSettings {
  /** Where the controller's keys lie. */
  readonly namespace: string;
  /** Begins the name of every key Secret. */
  readonly keyPrefix: string;
  readonly keySizeBits: number;
  readonly keyTtlMs: number;
  /** Common name in the certificate. */
  readonly commonName: string;
  /** 0: never. */
  readonly keyRenewPeriodMs: number;
  /** What makes one key newer than another. */
  readonly keyOrder: 'CertNotBefore' | 'SecretCreationTimestamp';
  /** A current key older than this is replaced at the start. */
  readonly keyCutoff: Date | undefined;
  readonly acceptV1Data: boolean;
  /** Only SealedSecrets and Secrets that this selects. */
  readonly labelSelector: string;
  /** All when absent. */
  readonly namespaces: readonly string[] | undefined;
  /** Requests per second and burst of `/v1/verify`, per caller. */
  readonly rateLimit: number;
  readonly rateLimitBurst: number;
  readonly keyAnnotations: Readonly<Record<string, string>>;
  readonly keyLabels: Readonly<Record<string, string>>;
  /** Deletes the Secret by hand when its SealedSecret goes, as versions before 0.9 did. */
  readonly deletesSecrets: boolean;
  readonly updatesStatus: boolean;
  /** Does not bring a deleted Secret back. */
  readonly skipsRecreate: boolean;
  readonly maxRetries: number;
}

const hourMs = 3_600_000;

/** The defaults of the original controller's flags. */
export const defaultSealSettings: SealSettings = {
  namespace: 'kube-system',
  keyPrefix: 'sealed-secrets-key',
  keySizeBits: 4096,
  keyTtlMs: 87_600 * hourMs,
  commonName: '',
  keyRenewPeriodMs: 720 * hourMs,
  keyOrder: 'CertNotBefore',
  keyCutoff: undefined,
  acceptV1Data: true,
  labelSelector: '',
  namespaces: undefined,
  rateLimit: 2,
  rateLimitBurst: 2,
  keyAnnotations: {},
  keyLabels: {},
  deletesSecrets: false,
  updatesStatus: true,
  skipsRecreate: false,
  maxRetries: 5,
};

/** Name under which the controller writes and reports. */
export const component = 'sealed-secrets';
