import { KnownError } from '../../../base/index.ts';
import { TemplateError } from '../../gotemplate/index.ts';

// `fail` and `required` wrap their text in these marks, so that it can be found again inside the
// chain of places that the template engine puts around it. Helm does the same.
const start = 'HELM_ERR_START';
const end = 'HELM_ERR_END';

/** A text that shall reach the user without the places around it. */
export function marked(text: string): string {
  return `${start}${text}${end}`;
}

/** Go's error of a template that does not parse, as Helm shows it. */
export function cleanParseError(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof TemplateError)) return thrown;
  const parts = thrown.message.split(': ');
  if (parts.length === 1) return again(thrown, `parse error in (${file}): ${thrown.message}`);
  return again(thrown, `parse error at (${parts[1]}): ${parts.at(-1)}`);
}

/** Go's error of a template that does not execute, as Helm shows it. */
export function cleanExecuteError(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof TemplateError)) return thrown;
  const first = thrown.message.indexOf(': ');
  const second = thrown.message.indexOf(': ', first + 2);
  if (second === -1) return again(thrown, `execution error in (${file}): ${thrown.message}`);
  const rest = thrown.message.slice(second + 2);
  const from = rest.indexOf(start);
  const to = rest.lastIndexOf(end);
  if (from === -1 || to < from) return thrown;
  const place = thrown.message.slice(first + 2, second);
  return again(thrown, `execution error at (${place}): ${rest.slice(from + start.length, to)}`);
}

function again(cause: TemplateError, message: string): KnownError {
  const where = cause.where === undefined ? {} : { where: cause.where };
  return new KnownError('invalid', message, { cause, ...where });
}
