import { KnownError, messageOf } from '../../../base/index.ts';

const kinds: Readonly<Record<string, { readonly status: number; readonly type: string }>> = {
  'not-found': { status: 404, type: 'missing' },
  invalid: { status: 422, type: 'user' },
  unsupported: { status: 422, type: 'user' },
  denied: { status: 422, type: 'user' },
};

/** An error as fluxd answers it: JSON with type, help and text when the caller takes JSON, else the text. */
export function errorResponse(request: Request, thrown: unknown): Response {
  const known = thrown instanceof KnownError ? kinds[thrown.code] : undefined;
  const { status, type } = known ?? { status: 500, type: 'server' };
  const error = messageOf(thrown);
  if (/application\/json/.test(request.headers.get('accept') ?? '')) {
    return Response.json({ type, help: error, error }, { status });
  }
  return new Response(`${error}\n`, { status });
}
