import type { Call, Flag } from '../../cobra/index.ts';
import type { Output } from '../../io.ts';

/** Shows where the output, or an error, comes from; errors are explained on a terminal without it. */
export const explainFlag: Flag = {
  name: 'explain',
  type: 'bool',
  usage:
    'show beside each line which template and values made it, and with an error its line and values (the default for errors on a terminal)',
};

/** Whether somebody wants to know why a render failed. */
export function wantsExplanation({ flags, io }: Call): boolean {
  return flags.changed('explain') ? flags.bool('explain') : io.stderr.isTTY;
}

/** How wide a line may be. */
export function columnsOf({ columns }: Output): number {
  return Math.max(60, columns ?? 80);
}
