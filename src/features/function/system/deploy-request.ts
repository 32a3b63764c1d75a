import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { FunctionSpec } from '../../../api/function/index.ts';
import { textField } from './answers.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** What a deploy request asks for. */
export interface DeployRequest {
  readonly namespace: string;
  readonly spec: FunctionSpec;
}

function bad(message: string): KnownError {
  return new KnownError('invalid', message, { status: 400 });
}

/**
 * Reads the body of `POST` or `PUT /system/functions`; `network` and `registryAuth` are ignored.
 * @throws {KnownError} `invalid` with status 400 and the text that clients of OpenFaaS know.
 */
export function readDeployRequest(body: JsonRecord): DeployRequest {
  const name = textField(body, 'service');
  const image = textField(body, 'image');
  if (name === '') throw bad('validation failed: service: is required');
  if (!dnsLabel.test(name)) {
    throw bad(`validation failed: service: (${name}) is invalid, must be a valid DNS entry`);
  }
  if (image === '') throw bad('validation failed: image: is required');
  const spec: Record<string, unknown> = {
    name,
    image,
    handler: textField(body, 'envProcess'),
    environment: textMap(body, 'envVars'),
    labels: textMap(body, 'labels'),
    annotations: textMap(body, 'annotations'),
    secrets: textList(body, 'secrets'),
    constraints: textList(body, 'constraints'),
    limits: resourcesOf(body, 'limits'),
    requests: resourcesOf(body, 'requests'),
    readOnlyRootFilesystem: body.readOnlyRootFilesystem === true,
  };
  for (const [field, value] of Object.entries(spec)) if (isZero(value)) delete spec[field];
  return { namespace: textField(body, 'namespace'), spec: spec as unknown as FunctionSpec };
}

function isZero(value: unknown): boolean {
  if (value === '' || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function textMap(body: JsonRecord, field: string): Record<string, string> {
  const value = body[field] ?? {};
  if (!isRecord(value)) throw bad(`failed to unmarshal request: ${field} must be a map`);
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== 'string') {
      throw bad(`failed to unmarshal request: ${field}.${key} must be a string`);
    }
  }
  return value as Record<string, string>;
}

function textList(body: JsonRecord, field: string): string[] {
  const value = body[field] ?? [];
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) {
    throw bad(`failed to unmarshal request: ${field} must be a list of strings`);
  }
  return value as string[];
}

function resourcesOf(body: JsonRecord, field: string): JsonRecord {
  const value = body[field];
  if (!isRecord(value)) return {};
  const { memory, cpu } = { memory: textField(value, 'memory'), cpu: textField(value, 'cpu') };
  return { ...(memory ? { memory } : {}), ...(cpu ? { cpu } : {}) };
}
