import { randomUUID } from 'node:crypto';
import { isRecord, type JsonRecord, type KubeObject } from '../../../../base/index.ts';
import { StatusError } from '../../http/status-error.ts';
import type { ServedResource } from '../../resources/served-resource.ts';
import type { AdmissionRequest } from '../admission.ts';
import type { Webhook } from './configurations.ts';

/** A question; the answer has to carry its uid. */
export interface Review {
  readonly kind: 'AdmissionReview';
  readonly apiVersion: string;
  readonly request: JsonRecord & { readonly uid: string };
}

/** What a webhook is asked; `resource` is the version it wants to see. */
export function reviewOf(
  webhook: Webhook,
  request: AdmissionRequest,
  resource: ServedResource,
): Review {
  const { call, operation, namespace, name, subresource, object, old, dryRun } = request;
  const isConnection = operation === 'connect';
  const shown = (of: KubeObject | undefined): JsonRecord | null => {
    if (of === undefined || isConnection) return of ?? null;
    return resource.strategy.toVersion(structuredClone(of));
  };
  const kind = isConnection ? { group: '', version: 'v1', kind: object?.kind } : undefined;
  const version = webhook.reviewVersions.find((each) => each === 'v1' || each === 'v1beta1');
  const sub = subresource === undefined ? {} : { subResource: subresource };
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version ?? 'v1'}`,
    request: {
      uid: randomUUID(),
      kind: kind ?? kindOf(resource),
      resource: resourceOf(resource),
      ...sub,
      requestKind: kind ?? kindOf(call.resource),
      requestResource: resourceOf(call.resource),
      ...(subresource === undefined ? {} : { requestSubResource: subresource }),
      name,
      ...(namespace === undefined ? {} : { namespace }),
      operation: operation.toUpperCase(),
      userInfo: userOf(request),
      object: shown(object),
      oldObject: shown(old),
      dryRun,
      options:
        operation === 'connect'
          ? null
          : { kind: optionKinds[operation], apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

const optionKinds = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  delete: 'DeleteOptions',
} as const;

function kindOf({ group, version, kind }: ServedResource): JsonRecord {
  return { group, version, kind };
}

function resourceOf({ group, version, plural }: ServedResource): JsonRecord {
  return { group, version, resource: plural };
}

function userOf({ call }: AdmissionRequest): JsonRecord {
  const { name, uid, groups, extra } = call.user;
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}

/** What a webhook said. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: JsonRecord;
  /** JSON patch operations; empty: nothing to change. */
  readonly patch: readonly JsonRecord[];
  readonly warnings: readonly string[];
}

/** Reads an answer; throws an Error with the reason when it is not one to this question. */
export function readVerdict(answer: unknown, uid: string): Verdict {
  const response = isRecord(answer) ? answer['response'] : undefined;
  if (!isRecord(response)) throw new Error('webhook response was absent');
  if (response['uid'] !== uid)
    throw new Error(
      `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`,
    );
  const { warnings, patch } = response;
  return {
    allowed: response['allowed'] === true,
    status: isRecord(response['status']) ? response['status'] : {},
    patch: typeof patch === 'string' && patch !== '' ? operationsIn(patch) : [],
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
  };
}

function operationsIn(encoded: string): JsonRecord[] {
  const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  if (!Array.isArray(value)) throw new Error('webhook returned a patch that is not a list');
  return value.filter(isRecord);
}

/** The refusal that a webhook's "no" becomes. */
export function denial(webhook: string, { status }: Verdict): StatusError {
  const start = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const text = (field: string): string => (typeof status[field] === 'string' ? status[field] : '');
  const why = text('message') || text('reason');
  const code = typeof status['code'] === 'number' ? status['code'] : 0;
  const details = isRecord(status['details']) ? { details: status['details'] } : {};
  return new StatusError(
    Math.max(code, 400),
    text('reason'),
    why === '' ? `${start} without explanation` : `${start}: ${why}`,
    details,
  );
}
