import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';

/** A plain text answer; no body when the text is empty. */
export function text(status: number, body = ''): Response {
  return new Response(body === '' ? null : body, {
    status,
    ...(body === '' ? {} : { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }),
  });
}

/** A JSON answer. */
export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });
}

/**
 * The request's body as a map.
 * @throws {KnownError} `invalid` with status 400 when it is not one.
 */
export async function bodyOf(request: Request): Promise<JsonRecord> {
  const raw = await request.text();
  try {
    const body: unknown = JSON.parse(raw);
    if (isRecord(body)) return body;
  } catch {
    // Told below, in the same words: what the body holds is not repeated.
  }
  throw new KnownError('invalid', 'failed to unmarshal request: the body must be a JSON object', {
    status: 400,
  });
}

/** A text field of a body; empty when it is absent. */
export function textField(body: JsonRecord, name: string): string {
  const value = body[name];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new KnownError('invalid', `failed to unmarshal request: ${name} must be a string`, {
    status: 400,
  });
}
