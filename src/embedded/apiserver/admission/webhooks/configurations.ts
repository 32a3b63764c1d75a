import { isRecord, type JsonRecord } from '../../../../base/index.ts';
import type { Store } from '../../store/store.ts';
import { recordsIn } from '../pod-resources.ts';

/** One webhook of a configuration, with the fields that matter made plain. Defaults are in the stored object. */
export interface Webhook {
  readonly name: string;
  readonly config: string;
  readonly rules: readonly JsonRecord[];
  readonly clientConfig: JsonRecord;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly matchPolicy: 'Equivalent' | 'Exact';
  readonly timeoutSeconds: number;
  readonly reinvoke: boolean;
  readonly sideEffects: string;
  readonly reviewVersions: readonly string[];
  readonly namespaceSelector: JsonRecord;
  readonly objectSelector: JsonRecord;
  /** Only what all of these are true of is shown to it. */
  readonly matchConditions: readonly MatchCondition[];
}

/** One of `matchConditions`. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** Which webhooks are there; read again only after one of them has changed. */
export interface WebhookList {
  mutating(): readonly Webhook[];
  validating(): readonly Webhook[];
}

const plurals = {
  mutating: 'mutatingwebhookconfigurations',
  validating: 'validatingwebhookconfigurations',
} as const;

/** The webhooks in a store. */
export function createWebhookList(store: Store): WebhookList {
  const read = (plural: string): (() => readonly Webhook[]) => {
    const prefix = `/admissionregistration.k8s.io/${plural}/`;
    let known: readonly Webhook[] | undefined;
    const onEvent = (): void => {
      known = undefined;
    };
    store.watch({ prefix, since: store.revision, onEvent, early: true });
    return () =>
      (known ??= store.list(prefix).items.flatMap((stored) => webhooksIn(stored.parse())));
  };
  return { mutating: read(plurals.mutating), validating: read(plurals.validating) };
}

/** The webhooks of one configuration, in its order. */
export function webhooksIn(configuration: JsonRecord): Webhook[] {
  const { metadata } = configuration;
  const config = isRecord(metadata) ? String(metadata['name']) : '';
  return recordsIn(configuration['webhooks']).map((hook) => ({
    name: String(hook['name']),
    config,
    rules: recordsIn(hook['rules']),
    clientConfig: recordAt(hook, 'clientConfig'),
    failurePolicy: hook['failurePolicy'] === 'Ignore' ? 'Ignore' : 'Fail',
    matchPolicy: hook['matchPolicy'] === 'Exact' ? 'Exact' : 'Equivalent',
    timeoutSeconds: typeof hook['timeoutSeconds'] === 'number' ? hook['timeoutSeconds'] : 10,
    reinvoke: hook['reinvocationPolicy'] === 'IfNeeded',
    sideEffects: String(hook['sideEffects'] ?? 'Unknown'),
    reviewVersions: Array.isArray(hook['admissionReviewVersions'])
      ? hook['admissionReviewVersions'].map(String)
      : ['v1'],
    namespaceSelector: recordAt(hook, 'namespaceSelector'),
    objectSelector: recordAt(hook, 'objectSelector'),
    matchConditions: recordsIn(hook['matchConditions']).map(({ name, expression }) => ({
      name: String(name ?? ''),
      expression: String(expression ?? ''),
    })),
  }));
}

function recordAt(of: JsonRecord, field: string): JsonRecord {
  return isRecord(of[field]) ? of[field] : {};
}
