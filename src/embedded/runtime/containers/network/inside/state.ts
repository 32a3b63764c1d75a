/** A place that takes connections. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** On the machine itself: reached through the relay. */
  readonly isFar?: boolean;
}

/** What a name of the cluster stands for. */
export interface Named {
  readonly addresses?: readonly string[];
  /** Name of another host, for services that are only a name. */
  readonly alias?: string;
  /** Ports by `_name._protocol`, for SRV. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Pods by host name, below a service without an address of its own. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/**
 * All that the proxy needs to know, as one JSON file that the platform writes anew with every change. Nothing
 * in it is a secret but the relay's word.
 */
export interface ProxyState {
  /** Address that names are asked of. */
  readonly dns: string;
  readonly listen: ReadonlyArray<{
    readonly host: string;
    readonly port: number;
    readonly targets: readonly Target[];
  }>;
  /** `service.namespace` */
  readonly names: Readonly<Record<string, Named>>;
  readonly relay?: { readonly host: string; readonly port: number; readonly word: string };
}

/** The domain of the cluster. */
export const domain = 'cluster.local';
