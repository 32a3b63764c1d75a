import { KnownError } from '../../../base/index.ts';
import { quote } from '../format/quote.ts';
import type { Node, Source } from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import { TemplateError, type TemplateFrame } from '../template-error.ts';
import { byteLength, tooDeep } from '../value/index.ts';

/** A place in a template that can fail; `call` is the name of the function or method it calls. */
export interface Site {
  readonly node: Node;
  readonly call: string | undefined;
}

/** What a compiled template knows of itself for error texts. */
export interface Template {
  readonly name: string;
  readonly source: Source;
  readonly sites: readonly Site[];
}

/** A failure at a known site, on its way to the template function that turns it into text. */
export class SiteFault extends Error {
  readonly site: number;

  constructor(site: number, reason: string) {
    super(reason);
    this.site = site;
  }
}

/** A failure whose text is finished; a `template` action lets it pass, a function call wraps it. */
export class ExecFault extends Error {
  readonly frames: readonly TemplateFrame[];
  readonly reason: string;

  constructor(
    message: string,
    how: { frames: readonly TemplateFrame[]; reason: string; cause?: unknown },
  ) {
    super(message, { cause: how.cause });
    this.frames = how.frames;
    this.reason = how.reason;
  }
}

function frameOf(template: Template, site: number): TemplateFrame {
  const { source, name } = template;
  const at = template.sites[site];
  if (at === undefined) return { template: name, file: source.name, line: 0, column: 0, node: '' };
  const before = source.text.slice(0, at.node.pos);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    template: name,
    file: source.name,
    line: before.split('\n').length,
    column: byteLength(before.slice(lineStart)),
    node: printNode(at.node),
  };
}

function place(frame: TemplateFrame): string {
  const { file, line, column, template, node } = frame;
  return `template: ${file}:${line}:${column}: executing ${quote(template)} at <${node}>: `;
}

function fail(template: Template, site: number, reason: string, cause?: unknown): ExecFault {
  const frame = frameOf(template, site);
  const inner = cause instanceof TemplateError && cause.stage === 'execute' ? cause : undefined;
  return new ExecFault(place(frame) + reason, {
    frames: [frame, ...(inner?.frames ?? [])],
    reason: inner?.reason ?? reason,
    cause,
  });
}

/** A regular expression that is compiled at the end of the stack says so in its own way. */
const isStackOverflow = (thrown: unknown): boolean =>
  (thrown instanceof RangeError && thrown.message.includes('call stack')) ||
  (thrown instanceof SyntaxError && thrown.message.includes('Stack overflow'));

/**
 * The error of an overflow. Close to the end of the stack even making it can fail, in any way: then
 * the overflow goes on to the next template outside, which has more room.
 */
function overflowFault(thrown: unknown, template: Template, at: number): unknown {
  try {
    const { call } = template.sites[at] ?? {};
    const isValue = (thrown as Error).message === tooDeep;
    const plain = isValue
      ? 'the value is nested too deeply'
      : 'exceeded maximum template depth (100000)';
    const reason =
      call === undefined ? plain : `error calling ${call}: the value is nested too deeply`;
    return fail(template, at, reason, thrown);
  } catch {
    return thrown;
  }
}

/**
 * What a template function throws on for something thrown inside of it; `at` is the site of the last
 * call begun. What is not foreseen (a bug) passes unchanged.
 */
export function faultOf(thrown: unknown, template: Template, at: number): unknown {
  if (thrown instanceof ExecFault) return thrown;
  if (thrown instanceof SiteFault) return fail(template, thrown.site, thrown.message);
  if (isStackOverflow(thrown)) return overflowFault(thrown, template, at);
  const { call } = template.sites[at] ?? {};
  const isBudget = thrown instanceof RangeError;
  if (!(thrown instanceof KnownError) && !isBudget) return thrown;
  const message = isBudget ? `the result is too large (${thrown.message})` : thrown.message;
  return fail(
    template,
    at,
    call === undefined ? message : `error calling ${call}: ${message}`,
    thrown,
  );
}

/** The public form of what leaves a render. */
export function publicError(thrown: unknown): unknown {
  if (!(thrown instanceof ExecFault)) return thrown;
  const { message, frames, reason, cause } = thrown;
  return new TemplateError('execute', message, { frames, reason, cause });
}
