import { KnownError, messageOf } from '../../../base/index.ts';

/** Helm's text for failures of work that was done side by side: their number, and a line for each, also for one. */
export function severalErrors(problems: readonly KnownError[]): KnownError {
  const lines = problems.map((problem) => `* ${messageOf(problem)}`).join('\n\t');
  const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
  const [first] = problems;
  const text = `${count} occurred:\n\t${lines}\n\n`;
  if (first === undefined) return new KnownError('failed', text);
  return new KnownError(first.code, text, { cause: first, retry: first.retry });
}

/** Does the same with all entries side by side; foreseen failures are told together when all have ended. */
export async function forAll<T>(
  entries: readonly T[],
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const problems = await problemsOf(entries, work);
  if (problems.length > 0) throw severalErrors(problems);
}

/** As `forAll`, but gives the foreseen failures back. What is no `KnownError` is thrown. */
export async function problemsOf<T>(
  entries: readonly T[],
  work: (entry: T) => Promise<void>,
): Promise<KnownError[]> {
  const problems: KnownError[] = [];
  for (const result of await Promise.allSettled(entries.map(work))) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof KnownError)) throw result.reason;
    problems.push(result.reason);
  }
  return problems;
}

/** Runs `work`; a foreseen failure is prefixed. */
export async function naming<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `${what}: ${thrown.message}`, {
      cause: thrown,
      retry: thrown.retry,
    });
  }
}
