import type { JsonRecord } from '../../../base/index.ts';
import { fieldErrorText, type FieldError } from '../../../lib/schema/index.ts';

/** One reason of a failed request, as clients show it. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The `details` of a Status; `kind` is the resource in 404, 409 and 403, the Kind in 422. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A resource as messages name it: `deployments.apps`. */
export interface NamedResource {
  readonly group: string;
  readonly plural: string;
}

/** An answer that is a failure: code, reason and message exactly as a real server words them. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** Token with which a list can go on after its snapshot has been forgotten. */
  readonly continueToken: string | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    more: { readonly details?: StatusDetails; readonly continueToken?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = more.details;
    this.continueToken = more.continueToken;
  }

  /** The Status object sent to the client. */
  toStatus(): JsonRecord {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** `deployments.apps`, or `pods` for the core group. */
export function resourceText({ group, plural }: NamedResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf({ group, plural }: NamedResource, name: string): StatusDetails {
  return { name, ...(group === '' ? {} : { group }), kind: plural };
}

/** 400: the request cannot be understood. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** 401. */
export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** 403 on a resource or one object. */
export function forbidden(
  resource: NamedResource,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): StatusError {
  const what = name === '' ? resourceText(resource) : `${resourceText(resource)} "${name}"`;
  const details = { ...detailsOf(resource, name), ...(causes ? { causes } : {}) };
  if (name === '') delete (details as { name?: string }).name;
  return new StatusError(403, 'Forbidden', `${what} is forbidden: ${why}`, { details });
}

/** 404 for an object. */
export function objectNotFound(resource: NamedResource, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${resourceText(resource)} "${name}" not found`, {
    details: detailsOf(resource, name),
  });
}

/** 404 for a resource that is not served. */
export function resourceNotFound(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {
    details: {},
  });
}

/** 405. */
export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    { details: {} },
  );
}

/** 409: there is one already. `generated` tells of a name the server had made up. */
export function alreadyExists(
  resource: NamedResource,
  name: string,
  generated = false,
): StatusError {
  const more = generated
    ? ', the server was not able to generate a unique name for the object'
    : '';
  return new StatusError(
    409,
    'AlreadyExists',
    `${resourceText(resource)} "${name}" already exists${more}`,
    { details: detailsOf(resource, name) },
  );
}

/** 409: somebody else was faster. */
export function conflict(
  resource: NamedResource,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceText(resource)} "${name}": ${why}`,
    { details: detailsOf(resource, name) },
  );
}

/** 410: a list from a revision that has been forgotten. */
export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(
    410,
    'Expired',
    message,
    continueToken === undefined ? {} : { continueToken },
  );
}

/** 413. */
export function tooLarge(limit: number): StatusError {
  return new StatusError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${limit}`,
  );
}

const acceptedBodies =
  'application/json, application/yaml, application/vnd.kubernetes.protobuf' as const;

/** 406. */
export function notAcceptable(
  message: string = `only the following media types are accepted: ${acceptedBodies}`,
): StatusError {
  return new StatusError(406, 'NotAcceptable', message);
}

/** 415; `accepted` are the types that would do. */
export function unsupportedMediaType(accepted: string = acceptedBodies): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** 422 with one cause per wrong field. */
export function invalidObject(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = errors.map(fieldErrorText);
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  const full = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError(422, 'Invalid', `${full} "${name}" is invalid: ${list}`, {
    details: {
      name,
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.kind,
      causes: errors.map((error) => ({
        reason: causeReasons[error.type],
        message: fieldErrorText(error).slice(error.field.length + 2),
        field: error.field,
      })),
    },
  });
}

/** 500. */
export function internalError(why: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, {
    details: { causes: [{ message: why }] },
  });
}

/** 503. */
export function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message);
}

const causeReasons: Readonly<Record<FieldError['type'], string>> = {
  required: 'FieldValueRequired',
  invalid: 'FieldValueInvalid',
  notSupported: 'FieldValueNotSupported',
  forbidden: 'FieldValueForbidden',
  duplicate: 'FieldValueDuplicate',
  tooLong: 'FieldValueTooLong',
  tooMany: 'FieldValueTooMany',
  typeInvalid: 'FieldValueTypeInvalid',
  notFound: 'FieldValueNotFound',
  internal: 'InternalError',
};
