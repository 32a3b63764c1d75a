import { KnownError } from '../../base/index.ts';
import type { ErrorCode } from '../../base/index.ts';

/** One entry of what a registry says is wrong. */
export interface RegistryProblem {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  413: 'too-large',
  416: 'invalid',
  429: 'unreachable',
  503: 'unreachable',
};

/** A registry answered a request with a failure. */
export class RegistryFault extends KnownError {
  readonly method: string;
  readonly url: string;
  readonly problems: readonly RegistryProblem[];

  constructor(
    what: string,
    answer: {
      readonly method: string;
      readonly url: string;
      readonly status: number;
      readonly body: string;
    },
  ) {
    const problems = problemsIn(answer.body);
    const said = problems?.map(({ code, message }) => `${code}: ${message}`).join('; ');
    const why = said ?? answer.body.slice(0, 200).replaceAll(/\s+/g, ' ');
    const { status } = answer;
    super(codes[status] ?? 'failed', `${what}: ${status} ${why}`.trimEnd(), { status });
    this.method = answer.method;
    this.url = answer.url;
    this.problems = problems ?? [];
  }
}

/** `{errors: [{code, message}]}`; undefined for other texts. */
function problemsIn(body: string): RegistryProblem[] | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: Partial<RegistryProblem>[] };
    return (errors ?? []).map(({ code = '', message = '', detail }) => ({
      code,
      message,
      ...(detail === undefined || detail === null ? {} : { detail }),
    }));
  } catch {
    return undefined;
  }
}
