import { isRecord, KnownError, type ErrorCode, type JsonRecord } from '../../base/index.ts';

/** The error that a failed answer stands for; its message is the server's own. */
export async function errorOf(answer: Response): Promise<KnownError> {
  const text = await answer.text().catch(() => '');
  return statusError(parseStatus(text), answer.status, text);
}

/** The same for a Status object, as watches send it. */
export function statusError(status: JsonRecord, code: number, text = ''): KnownError {
  const fallback = text.trim() === '' ? `the server answered ${code}` : text.trim().slice(0, 500);
  const message = typeof status['message'] === 'string' ? status['message'] : fallback;
  return new KnownError(codeOf(code, status['reason']), message, { status: code });
}

function parseStatus(text: string): JsonRecord {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  406: 'unsupported',
  409: 'conflict',
  410: 'conflict',
  413: 'too-large',
  415: 'unsupported',
  422: 'invalid',
  504: 'timeout',
};

function codeOf(status: number, reason: unknown): ErrorCode {
  if (status === 409 && reason === 'AlreadyExists') return 'exists';
  return codes[status] ?? (status >= 500 || status === 429 ? 'unreachable' : 'failed');
}
